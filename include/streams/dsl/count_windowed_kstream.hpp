#pragma once

#include <streams/dsl/detail/aggregation/aggregated_table.hpp>
#include <streams/dsl/detail/aggregation/aggregation_checks.hpp>
#include <streams/dsl/detail/graph/option_checks.hpp>
#include <streams/dsl/detail/graph/pick.hpp>
#include <streams/dsl/detail/windows/count_window_node.hpp>
#include <streams/dsl/fwd.hpp>
#include <streams/dsl/options.hpp>

#include <memory>
#include <utility>

namespace streams::inline v0 {

/// A stream grouped by key and by count: every n records of a key make one result, a record of the stream that comes out.
/// An extension. Records with a null key or value are dropped. What is not complete yet is kept in a store, however long.
/// A result has the largest timestamp of its records, and the headers of the last one.
template <class Key, class Value>
class count_windowed_kstream {
    using checks = detail::aggregation_checks<without_null_t<Key>, without_null_t<Value>>;

public:
    /// Joins the values two by two; see kgrouped_stream::reduce. Where the functor returns an empty std::optional, the
    /// count begins anew.
    template <class F, class... Options>
    auto reduce(F&& reducer, const Options&... options) const {
        return add(checks::reduce(std::forward<F>(reducer)).plan, options...);
    }
    /// Takes the values into an aggregate; see kgrouped_stream::aggregate.
    template <class Initializer, class F, class... Options>
    auto aggregate(Initializer&& init, F&& aggregator, const Options&... options) const {
        return add(checks::aggregate(std::forward<Initializer>(init), std::forward<F>(aggregator)).plan, options...);
    }

    /// For the library: a grouping and the number of records.
    count_windowed_kstream(detail::shared_value<detail::typed_group<Key, Value>> group, std::int64_t size)
        : group_(std::move(group)), size_(size) {}

private:
    template <class Plan, class... Options>
    [[nodiscard]] auto add(Plan plan, const Options&... options) const {
        detail::check_table_options<Options...>();
        detail::check_aggregated_types<Key, Value, typename Plan::aggregate_type>();
        using windows = detail::count_windows<Key, Value, Plan>;
        auto names = detail::new_names(group_->at, "KSTREAM-COUNTWINDOW-", options...);
        const auto serdes = detail::row_serdes<Plan>(group_->serdes, names.store, options...);
        store_spec spec = detail::key_value_spec(names.store, detail::pick<materialized>(options...));
        spec.told_last = true;
        using aggregate_type = typename Plan::aggregate_type;
        if (serdes.key.chosen() || serdes.value.chosen())
            spec.serdes = detail::kept_by(serdes.key, serde_for<detail::counted<aggregate_type>>(
                                                          detail::counted_serde<aggregate_type>{serdes.value}));
        detail::shared_value<windows> table(std::in_place, windows{std::move(plan), std::move(spec), size_});
        auto place = detail::add_aggregation<Key, Value>(*group_, std::move(names.node), names.store, std::move(table),
                                                         {.window_ends = group_->at.window_ends});
        return kstream<without_null_t<Key>, typename Plan::aggregate_type>(std::move(place), serdes);
    }

    detail::shared_value<detail::typed_group<Key, Value>> group_;
    std::int64_t size_;
};

} // namespace streams::inline v0
