#pragma once

#include <streams/dsl/change.hpp>
#include <streams/dsl/detail/aggregation/aggregation.hpp>
#include <streams/dsl/detail/aggregation/aggregation_names.hpp>
#include <streams/dsl/detail/graph/functor_checks.hpp>
#include <streams/dsl/detail/graph/type_checks.hpp>

#include <concepts>
#include <optional>
#include <type_traits>
#include <utility>

namespace streams::inline v0::detail {

/// Does not compile unless F takes values into an aggregate, or out of one.
template <class F, class Key, class Value, class Aggregate>
consteval void check_aggregator() {
    using accepted = aggregator_calls<Key, Value, Aggregate>;
    if constexpr (check_shareable<F, accepted>())
        static_assert(
            accepted::template fit<F>,
            "the functor must be callable with (value, aggregate) or (key, value, aggregate): the value as the group "
            "has it, std::optional included, and the aggregate, as an rvalue, of the type that the initializer "
            "returns, which all functors of a cogroup share");
    static_assert(std::convertible_to<fold_result_t<F, Key, Value, Aggregate>, std::optional<Aggregate>>,
                  "the functor must return the aggregate, or a std::optional of it");
}

/// Does not compile unless F joins an aggregate of the values' own type with a value.
template <class F, class Value>
consteval void check_reducer() {
    using plain_value = without_null_t<Value>;
    using accepted = calls<call_with<plain_value&&, const Value&>>;
    if constexpr (check_shareable<F, accepted>())
        static_assert(
            accepted::template fit<F>,
            "the functor must be callable with (aggregate, value): the aggregate of the group's value type without "
            "its null; in time and session windows, where null reaches it, the value with it");
    static_assert(std::convertible_to<std::invoke_result_t<as_called_t<F>, plain_value&&, const Value&>,
                                      std::optional<plain_value>>,
                  "the functor must return the group's value type, or a std::optional of it; use aggregate where the "
                  "result has another type");
}

/// Does not compile unless F joins the aggregates of two sessions.
template <class F, class Key, class Aggregate>
consteval void check_merger() {
    using accepted = merger_calls<Key, Aggregate>;
    if constexpr (check_shareable<F, accepted>())
        static_assert(
            accepted::template fit<F>,
            "a record can join two sessions, so session windows need a third functor, which merges two aggregates, "
            "callable with (aggregate, aggregate) or (key, aggregate, aggregate) as rvalues");
    static_assert(std::convertible_to<merge_result_t<F, Key, Aggregate>, Aggregate>,
                  "the merger of sessions must return what the initializer returns");
}

/// Does not compile unless a grouped stream of these types can be aggregated.
template <class Key, class Value, class Aggregate>
consteval void check_aggregated_types() {
    check_serdes<Key, Value>();
    check_storable<Aggregate>();
}

template <class Initializer>
using first_aggregate_t = std::remove_cvref_t<std::invoke_result_t<as_called_t<Initializer>>>;

/// A plan, and whether what it makes can be deleted.
template <class Plan, rows Rows>
struct checked_plan {
    Plan plan;
    static constexpr rows result_rows = Rows;
};

/// Checks the functors of count, reduce and aggregate, and makes plans of them: one place for every kind of group.
/// `Value`: as the functors see it, null included where it reaches them.
template <class Key, class Value>
struct aggregation_checks {
    [[nodiscard]] static auto count() { return checked_plan<count_plan, rows::permanent>{}; }

    template <class F>
    [[nodiscard]] static auto reduce(F&& reducer) {
        check_reducer<F, Value>();
        using plan = reduce_plan<Value, std::decay_t<F>>;
        using result = std::remove_cvref_t<std::invoke_result_t<as_called_t<F>, without_null_t<Value>&&, const Value&>>;
        constexpr rows can_delete = nullable<Value> ? rows::deletable : rows_of<result>;
        return checked_plan<plan, can_delete>{plan{share(std::forward<F>(reducer))}};
    }

    template <class Initializer, class F>
    [[nodiscard]] static auto aggregate(Initializer&& init, F&& aggregator) {
        check_initializer<Initializer>();
        using aggregate_type = first_aggregate_t<Initializer>;
        check_aggregator<F, Key, Value, aggregate_type>();
        using plan = aggregate_plan<aggregate_type, std::decay_t<Initializer>, std::decay_t<F>>;
        using result = fold_result_t<F, Key, Value, aggregate_type>;
        return checked_plan<plan, rows_of<result>>{
            plan{share(std::forward<Initializer>(init)), share(std::forward<F>(aggregator))}};
    }

    /// The same for sessions, whose rows are deleted when they are merged.
    template <class Initializer, class F, class Merger>
    [[nodiscard]] static auto aggregate(Initializer&& init, F&& aggregator, Merger&& merger) {
        auto aggregation = aggregate(std::forward<Initializer>(init), std::forward<F>(aggregator)).plan;
        using aggregate_type = typename decltype(aggregation)::aggregate_type;
        check_merger<Merger, Key, aggregate_type>();
        using plan = session_plan<aggregate_type, std::decay_t<Initializer>, std::decay_t<F>, std::decay_t<Merger>>;
        return checked_plan<plan, rows::deletable>{plan{std::move(aggregation), share(std::forward<Merger>(merger))}};
    }
};

} // namespace streams::inline v0::detail
