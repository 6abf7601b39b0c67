#pragma once

#include <streams/dsl/concepts.hpp>
#include <streams/dsl/detail/aggregation/aggregation_checks.hpp>
#include <streams/dsl/detail/aggregation/table_aggregation.hpp>
#include <streams/dsl/detail/graph/option_checks.hpp>
#include <streams/dsl/detail/graph/pick.hpp>
#include <streams/dsl/detail/graph/type_checks.hpp>
#include <streams/dsl/fwd.hpp>
#include <streams/dsl/options.hpp>

#include <memory>
#include <string>
#include <utility>

namespace streams::inline v0 {

/// A table grouped by another key (Kafka's `KGroupedTable`), on its way to a table of aggregates. When a row changes, what
/// it was is taken out of its group and what it is now is taken in; the two groups may be in different tasks, so that for
/// a moment the row can be in neither. Rows can be deleted.
template <class Key, class Value>
class kgrouped_table {
public:
    /// How many rows each group has; 0 where all have left it.
    template <class... Options>
    ktable<Key, std::int64_t, rows::deletable> count(const Options&... options) const {
        detail::check_table_options<Options...>();
        return add(detail::table_count_plan{}, "KTABLE-AGGREGATE-", options...);
    }

    /// Joins the values of each group two by two: `by_region.reduce(std::plus<>(), std::minus<>())`. Both functors take
    /// (aggregate, value), the aggregate as an rvalue; the first value is the first aggregate. The subtractor undoes what
    /// the adder did with a value; where either returns an empty std::optional, the row is deleted.
    template <class Adder, class Subtractor, class... Options>
    ktable<Key, Value, rows::deletable> reduce(Adder&& adder, Subtractor&& subtractor,
                                               const Options&... options) const {
        detail::check_table_options<Options...>();
        detail::check_reducer<Adder, Value>();
        detail::check_reducer<Subtractor, Value>();
        using plan = detail::table_reduce_plan<Value, std::decay_t<Adder>, std::decay_t<Subtractor>>;
        return add(plan{detail::share(std::forward<Adder>(adder)), detail::share(std::forward<Subtractor>(subtractor))},
                   "KTABLE-REDUCE-", options...);
    }

    /// Takes the values of each group into an aggregate of any type that has a serde. `init` makes the aggregate of a new
    /// group; adder and subtractor take (value, aggregate) or (key, value, aggregate), the aggregate as an rvalue, and
    /// return the new one; where either returns an empty std::optional, the row is deleted.
    template <class Initializer, class Adder, class Subtractor, class... Options>
    auto aggregate(Initializer&& init, Adder&& adder, Subtractor&& subtractor, const Options&... options) const {
        detail::check_table_options<Options...>();
        detail::check_initializer<Initializer>();
        using result = detail::first_aggregate_t<Initializer>;
        detail::check_aggregator<Adder, Key, Value, result>();
        detail::check_aggregator<Subtractor, Key, Value, result>();
        using plan = detail::table_aggregate_plan<result, std::decay_t<Initializer>, std::decay_t<Adder>,
                                                  std::decay_t<Subtractor>>;
        return add(plan{{detail::share(std::forward<Initializer>(init)), detail::share(std::forward<Adder>(adder))},
                        detail::share(std::forward<Subtractor>(subtractor))},
                   "KTABLE-AGGREGATE-", options...);
    }

    /// For the library: a grouping at a place in the graph.
    explicit kgrouped_table(detail::group_state state, serdes_for<Key, Value> serdes = {})
        : state_(std::in_place, std::move(state), std::move(serdes)) {}

private:
    template <class Plan, class... Options>
    [[nodiscard]] ktable<Key, typename Plan::aggregate_type, rows::deletable> add(Plan plan, std::string_view prefix,
                                                                                  const Options&... options) const {
        detail::check_serdes<Key, Value>();
        detail::check_storable<typename Plan::aggregate_type>();
        const auto kept = detail::pick<materialized>(options...);
        const auto names = detail::new_table_aggregation_names(*state_->at.graph, kept.name,
                                                               detail::pick<named>(options...).name, prefix);
        using shape = detail::by_group<Key, Value, Plan>;
        const auto window_ends = state_->at.window_ends.value_or(streams::window_ends());
        const auto serdes = detail::row_serdes<Plan>(state_->serdes, names.store, options...);
        detail::shared_value<detail::aggregated_table<shape>> table(std::in_place, shape{std::move(plan), window_ends},
                                                                    detail::key_value_spec(names.store, kept), serdes);
        table->use_serdes(serdes);
        auto place = detail::add_table_aggregation<Key, Value>(*state_, names, table, state_->serdes);
        return {std::move(place), std::move(table)};
    }

    detail::shared_value<detail::typed_group<Key, Value>> state_;
};

} // namespace streams::inline v0

#include <streams/dsl/ktable.hpp>
#include <streams/serde/window_ends.hpp>
