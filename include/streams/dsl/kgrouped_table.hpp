#pragma once

#include <streams/dsl/concepts.hpp>
#include <streams/dsl/detail/aggregation/table_aggregation.hpp>
#include <streams/dsl/detail/graph/pick.hpp>
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
    template <class F>
    static constexpr bool reduces = std::invocable<detail::as_called_t<F>, Value&&, const Value&>;
    template <class F>
    static constexpr bool not_mutable = !detail::only_mutably_invocable<F, Value&&, const Value&>;

public:
    /// How many rows each group has; 0 where all have left it.
    template <class... Options>
    ktable<Key, std::int64_t, rows::deletable> count(const Options&... options) const {
        static_assert(detail::options_of<named, materialized, detail::serde_options>::admit<Options...>,
                      "kgrouped_table::count takes the options named, materialized, key_serde(object) and "
                      "value_serde(object)");
        return add(detail::table_count_plan{}, "KTABLE-AGGREGATE-", options...);
    }

    /// Joins the values of each group two by two: `by_region.reduce(std::plus<>(), std::minus<>())`. Both functors take
    /// (aggregate, value), the aggregate as an rvalue; the first value is the first aggregate. The subtractor undoes what
    /// the adder did with a value; where either returns an empty std::optional, the row is deleted.
    template <class Adder, class Subtractor, class... Options>
    ktable<Key, Value, rows::deletable> reduce(Adder&& adder, Subtractor&& subtractor,
                                               const Options&... options) const {
        static_assert(detail::options_of<named, materialized, detail::serde_options>::admit<Options...>,
                      "kgrouped_table::reduce takes an adder, a subtractor and the options named, materialized, "
                      "key_serde(object) and value_serde(object)");
        static_assert(not_mutable<Adder> && not_mutable<Subtractor>,
                      "kgrouped_table::reduce: a functor is a mutable lambda, but all tasks share it; keep state in a "
                      "store, or give each task its own functor with per_task(factory)");
        static_assert(reduces<Adder> && reduces<Subtractor>,
                      "kgrouped_table::reduce: adder and subtractor must be callable with (aggregate, value), both of "
                      "the group's value type");
        static_assert(
            std::convertible_to<std::invoke_result_t<detail::as_called_t<Adder>, Value&&, const Value&>,
                                std::optional<Value>> &&
                std::convertible_to<std::invoke_result_t<detail::as_called_t<Subtractor>, Value&&, const Value&>,
                                    std::optional<Value>>,
            "kgrouped_table::reduce: adder and subtractor must return the group's value type, or a "
            "std::optional of it; use aggregate where the result has another type");
        using plan = detail::table_reduce_plan<Value, std::decay_t<Adder>, std::decay_t<Subtractor>>;
        return add(plan{detail::share(std::forward<Adder>(adder)), detail::share(std::forward<Subtractor>(subtractor))},
                   "KTABLE-REDUCE-", options...);
    }

    /// Takes the values of each group into an aggregate of any type that has a serde. `init` makes the aggregate of a new
    /// group; adder and subtractor take (value, aggregate) or (key, value, aggregate), the aggregate as an rvalue, and
    /// return the new one; where either returns an empty std::optional, the row is deleted.
    template <class Initializer, class Adder, class Subtractor, class... Options>
    auto aggregate(Initializer&& init, Adder&& adder, Subtractor&& subtractor, const Options&... options) const {
        static_assert(detail::options_of<named, materialized, detail::serde_options>::admit<Options...>,
                      "kgrouped_table::aggregate takes an initializer, an adder, a subtractor and the options named, "
                      "materialized, "
                      "key_serde(object) and value_serde(object)");
        static_assert(std::invocable<detail::as_called_t<Initializer>>,
                      "kgrouped_table::aggregate: the initializer must be callable as const without arguments");
        using result = std::remove_cvref_t<std::invoke_result_t<detail::as_called_t<Initializer>>>;
        static_assert(
            !detail::mutable_aggregator<Adder, Key, Value, result> &&
                !detail::mutable_aggregator<Subtractor, Key, Value, result>,
            "kgrouped_table::aggregate: a functor is a mutable lambda, but all tasks share it; keep state in a "
            "store, or give each task its own functor with per_task(factory)");
        static_assert(
            detail::aggregator<Adder, Key, Value, result> && detail::aggregator<Subtractor, Key, Value, result>,
            "kgrouped_table::aggregate: adder and subtractor must be callable with (value, aggregate) or (key, "
            "value, aggregate), where aggregate is what the initializer returns, as an rvalue");
        static_assert(
            std::convertible_to<detail::fold_result_t<Adder, Key, Value, result>, std::optional<result>> &&
                std::convertible_to<detail::fold_result_t<Subtractor, Key, Value, result>, std::optional<result>>,
            "kgrouped_table::aggregate: adder and subtractor must return what the initializer returns, or a "
            "std::optional of it");
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
        static_assert(
            has_serde<Key> && has_serde<Value>,
            "the grouped table's key or value type has no serde; specialise streams::serde for it, or include "
            "the header that does");
        static_assert(storable<typename Plan::aggregate_type>,
                      "the aggregate's type needs a serde, and must own its memory: a store keeps it longer than any "
                      "record; use std::string for std::string_view");
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
