#pragma once

#include <streams/dsl/change.hpp>
#include <streams/dsl/concepts.hpp>
#include <streams/dsl/detail/aggregation/aggregation.hpp>
#include <streams/dsl/detail/aggregation/aggregation_names.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace streams::inline v0::detail {

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
    using plain_value = without_null_t<Value>;

    [[nodiscard]] static auto count() { return checked_plan<count_plan, rows::permanent>{}; }

    template <class F>
    [[nodiscard]] static auto reduce(F&& reducer) {
        using called = as_called_t<F>;
        static_assert(!only_mutably_invocable<F, plain_value&&, const Value&>,
                      "reduce: the functor is a mutable lambda, but all tasks share it; keep state in a store, or give "
                      "each task its own functor with per_task(factory)");
        static_assert(std::invocable<called, plain_value&&, const Value&>,
                      "reduce: the functor must be callable with (aggregate, value): the aggregate of the stream's "
                      "value type without its null; in time and session windows, where null reaches it, the value with "
                      "it");
        using result = std::remove_cvref_t<std::invoke_result_t<called, plain_value&&, const Value&>>;
        static_assert(std::convertible_to<result, std::optional<plain_value>>,
                      "reduce: the functor must return the stream's value type, or a std::optional of it; use "
                      "aggregate where the result has another type");
        using plan = reduce_plan<Value, std::decay_t<F>>;
        constexpr rows can_delete = nullable<Value> ? rows::deletable : rows_of<result>;
        return checked_plan<plan, can_delete>{plan{share(std::forward<F>(reducer))}};
    }

    template <class Initializer, class F>
    [[nodiscard]] static auto aggregate(Initializer&& init, F&& aggregator) {
        static_assert(std::invocable<as_called_t<Initializer>>,
                      "aggregate: the initializer must be callable as const without arguments");
        using aggregate_type = std::remove_cvref_t<std::invoke_result_t<as_called_t<Initializer>>>;
        check_aggregator<aggregate_type, F>();
        using plan = aggregate_plan<aggregate_type, std::decay_t<Initializer>, std::decay_t<F>>;
        using result = fold_result_t<F, Key, Value, aggregate_type>;
        return checked_plan<plan, rows_of<result>>{
            plan{share(std::forward<Initializer>(init)), share(std::forward<F>(aggregator))}};
    }

    /// The same for sessions, whose rows are deleted when they are merged.
    template <class Initializer, class F, class Merger>
    [[nodiscard]] static auto aggregate(Initializer&& init, F&& aggregator, Merger&& merger) {
        auto of_records = aggregate(std::forward<Initializer>(init), std::forward<F>(aggregator)).plan;
        using aggregate_type = typename decltype(of_records)::aggregate_type;
        check_merger<aggregate_type, Merger>();
        using plan = session_plan<aggregate_type, std::decay_t<Initializer>, std::decay_t<F>, std::decay_t<Merger>>;
        return checked_plan<plan, rows::deletable>{plan{std::move(of_records), share(std::forward<Merger>(merger))}};
    }

    template <class Aggregate, class F>
    static constexpr void check_aggregator() {
        static_assert(!mutable_aggregator<F, Key, Value, Aggregate>,
                      "aggregate: the functor is a mutable lambda, but all tasks share it; keep state in a store, or "
                      "give each task its own functor with per_task(factory)");
        static_assert(
            detail::aggregator<F, Key, Value, Aggregate>,
            "aggregate: the functor must be callable with (value, aggregate) or (key, value, aggregate), where "
            "aggregate is what the initializer returns, as an rvalue");
        static_assert(std::convertible_to<fold_result_t<F, Key, Value, Aggregate>, std::optional<Aggregate>>,
                      "aggregate: the functor must return what the initializer returns, or a std::optional of it");
    }
    template <class Aggregate, class Merger>
    static constexpr void check_merger() {
        static_assert(!only_mutably_invocable<Merger, Aggregate&&, Aggregate&&>,
                      "aggregate: the merger of sessions is a mutable lambda, but all tasks share it; keep state in a "
                      "store, or give each task its own functor with per_task(factory)");
        static_assert(
            detail::merger<Merger, Key, Aggregate>,
            "aggregate: a record can join two sessions, so session windows need a third functor, which merges "
            "two aggregates, callable with (aggregate, aggregate) or (key, aggregate, aggregate) as rvalues");
        static_assert(std::convertible_to<merge_result_t<Merger, Key, Aggregate>, Aggregate>,
                      "aggregate: the merger of sessions must return what the initializer returns");
    }
};

/// The types that a grouped stream must have to be aggregated.
template <class Key, class Value, class Aggregate>
constexpr void check_aggregated_types() {
    static_assert(
        readable_and_writable<Key> && readable_and_writable<Value>,
        "the grouped stream's key or value type has no serde; specialise streams::serde for it, or include the "
        "header that does");
    static_assert(has_serde<without_null_t<Key>>, "the grouped stream's key type has no serde");
    static_assert(
        storable<Aggregate>,
        "the aggregate's type needs a serde, and must own its memory: a store keeps it longer than any record; "
        "use std::string for std::string_view");
}

} // namespace streams::inline v0::detail
