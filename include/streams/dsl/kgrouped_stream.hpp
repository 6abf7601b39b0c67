#pragma once

#include <streams/dsl/aggregations.hpp>
#include <streams/dsl/cogrouped_kstream.hpp>
#include <streams/dsl/concepts.hpp>
#include <streams/dsl/count_windowed_kstream.hpp>
#include <streams/dsl/detail/aggregation/aggregated_table.hpp>
#include <streams/dsl/detail/graph/parameters.hpp>
#include <streams/dsl/detail/graph/pick.hpp>
#include <streams/dsl/fwd.hpp>
#include <streams/dsl/options.hpp>
#include <streams/dsl/session_windowed_kstream.hpp>
#include <streams/dsl/time_windowed_kstream.hpp>
#include <streams/dsl/windows.hpp>

#include <memory>
#include <string>
#include <utility>

namespace streams::inline v0 {

/// A stream grouped by its key (Kafka's `KGroupedStream`), on its way to a table. Records with a null key or a null value
/// are dropped and counted. The resulting rows are permanent, unless the functor returns a std::optional: then an empty
/// result deletes the row, and the next record of its key begins anew.
template <class Key, class Value>
class kgrouped_stream
    : public all_aggregations<kgrouped_stream<Key, Value>, without_null_t<Key>, without_null_t<Value>> {
    template <class Group, class K, class V>
    friend class aggregations;
    template <class Group, class K, class V>
    friend class all_aggregations;
    using group = detail::typed_group<Key, Value>;

public:
    /// Aggregates by window too: `windowed_by(tumbling{5min})`, also hopping, sliding, unlimited, and custom_windows. Throws
    /// topology_error for impossible windows.
    template <class Windows>
    [[nodiscard]] auto windowed_by(const Windows& windows) const {
        detail::check_windows<Windows>();
        if constexpr (time_window<Windows>) {
            auto checked = detail::checked_windows(windows);
            return time_windowed_kstream<Key, Value, decltype(checked)>(state_, std::move(checked));
        }
    }
    /// Aggregates by session: `windowed_by(session{.gap = 5min})`. Throws topology_error for impossible windows.
    [[nodiscard]] session_windowed_kstream<Key, Value> windowed_by(const session& windows) const {
        return session_windowed_kstream<Key, Value>(state_, detail::checked(windows));
    }

    /// Aggregates every n records of a key, an extension: `windowed_by(count_window{100})`. Throws topology_error unless
    /// size > 0.
    [[nodiscard]] count_windowed_kstream<Key, Value> windowed_by(const count_window& windows) const {
        return count_windowed_kstream<Key, Value>(state_, detail::checked(windows));
    }

    /// Begins a cogroup: several grouped streams that make one aggregate together, each with a functor of its own; see
    /// cogrouped_kstream. `Aggregate` is the type of the functor's last parameter; where that is a template, say it:
    /// `cogroup<basket>(functor)`.
    template <class Aggregate = void, class F>
    [[nodiscard]] auto cogroup(F&& aggregator) const {
        using aggregate_type =
            std::conditional_t<std::is_void_v<Aggregate>, detail::last_parameter_t<F>, std::remove_cv_t<Aggregate>>;
        static_assert(!std::is_void_v<aggregate_type>,
                      "kgrouped_stream::cogroup: the functor does not say the type of the aggregate; name it: "
                      "cogroup<type>(functor)");
        auto input = detail::checked_cogroup_input<Key, Value, aggregate_type>(state_, std::forward<F>(aggregator));
        using result = detail::fold_result_t<F, without_null_t<Key>, Value, aggregate_type>;
        return cogrouped_kstream<without_null_t<Key>, aggregate_type, detail::rows_of<result>>(
            {std::move(input)}, detail::no_windows{at().window_ends.value_or(streams::window_ends())});
    }

    /// For the library: a grouping at a place in the graph.
    explicit kgrouped_stream(detail::group_state state, serdes_for<Key, Value> serdes = {})
        : state_(std::in_place, std::move(state), std::move(serdes)) {}

    /// For the library.
    [[nodiscard]] const detail::shared_value<detail::typed_group<Key, Value>>& state() const noexcept { return state_; }

private:
    static constexpr bool numbers_counts = true;
    [[nodiscard]] const detail::attachment& at() const noexcept { return state_->at; }

    template <class Checked, class... Options>
    [[nodiscard]] auto add(std::string_view prefix, Checked checked, const Options&... options) const {
        using plan = decltype(checked.plan);
        detail::check_aggregated_types<Key, Value, typename plan::aggregate_type>();
        using shape = detail::by_key<Key, Value, plan>;
        auto names = detail::new_names(at(), prefix, options...);
        const auto serdes = detail::row_serdes<plan>(state_->serdes, names.store, options...);
        detail::shared_value<detail::aggregated_table<shape>> table(
            std::in_place, shape{std::move(checked.plan), {at().window_ends.value_or(streams::window_ends())}},
            detail::key_value_spec(names.store, detail::pick<materialized>(options...)), serdes);
        table->use_serdes(serdes);
        auto place = detail::add_aggregation<Key, Value>(*state_, std::move(names.node), names.store, table,
                                                         {.window_ends = at().window_ends});
        return ktable<typename shape::key_type, typename shape::row_type, Checked::result_rows>(std::move(place),
                                                                                                std::move(table));
    }

    detail::shared_value<group> state_;
};

} // namespace streams::inline v0

#include <streams/dsl/kstream.hpp>
#include <streams/serde/window_ends.hpp>
