#pragma once

#include <streams/dsl/concepts.hpp>
#include <streams/dsl/detail/aggregated_table.hpp>
#include <streams/dsl/detail/aggregation_names.hpp>
#include <streams/dsl/detail/pick.hpp>
#include <streams/dsl/fwd.hpp>
#include <streams/dsl/options.hpp>
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
class kgrouped_stream {
    using plain_key = without_null_t<Key>;
    using plain_value = without_null_t<Value>;
    template <class Plan, rows Rows>
    using table_type = ktable<plain_key, typename Plan::aggregate_type, Rows>;

public:
    /// How many records each key has had.
    template <class... Options>
    [[nodiscard]] ktable<plain_key, std::int64_t, rows::permanent> count(const Options&... options) const {
        static_assert(detail::options_of<named, materialized>::admit<Options...>,
                      "kgrouped_stream::count takes the options named and materialized");
        return add<rows::permanent>(detail::count_plan{}, detail::count_names(at(), options...), options...);
    }

    /// Joins the values of each key two by two: `payments.group_by_key().reduce(std::plus<>())`. The functor takes
    /// (aggregate, value), the aggregate as an rvalue; the first value is the first aggregate.
    template <class F, class... Options>
    [[nodiscard]] auto reduce(F&& reducer, const Options&... options) const {
        static_assert(detail::options_of<named, materialized>::admit<Options...>,
                      "kgrouped_stream::reduce takes the options named and materialized");
        using called = detail::as_called_t<F>;
        static_assert(
            !detail::only_mutably_invocable<F, plain_value&&, const plain_value&>,
            "kgrouped_stream::reduce: the functor is a mutable lambda, but all tasks share it; keep state in a "
            "store, or give each task its own functor with per_task(factory)");
        static_assert(
            std::invocable<called, plain_value&&, const plain_value&>,
            "kgrouped_stream::reduce: the functor must be callable with (aggregate, value), both of the stream's "
            "value type without its null");
        using result = std::remove_cvref_t<std::invoke_result_t<called, plain_value&&, const plain_value&>>;
        static_assert(
            std::convertible_to<result, std::optional<plain_value>>,
            "kgrouped_stream::reduce: the functor must return the stream's value type, or a std::optional of it; "
            "use aggregate where the result has another type");
        using plan = detail::reduce_plan<plain_value, std::decay_t<F>>;
        return add<detail::rows_of<result>>(plan{detail::share(std::forward<F>(reducer))},
                                            detail::new_names(at(), "KSTREAM-REDUCE-", options...), options...);
    }

    /// Takes the values of each key into an aggregate of any type that has a serde:
    /// `aggregate([] { return 0.0; }, [](const payment& p, double sum) { return sum + p.amount; })`.
    /// `init` makes the aggregate of a new key; the functor takes (value, aggregate) or (key, value, aggregate), the
    /// aggregate as an rvalue.
    template <class Initializer, class F, class... Options>
    [[nodiscard]] auto aggregate(Initializer&& init, F&& aggregator, const Options&... options) const {
        static_assert(detail::options_of<named, materialized>::admit<Options...>,
                      "kgrouped_stream::aggregate takes the options named and materialized");
        static_assert(std::invocable<detail::as_called_t<Initializer>>,
                      "kgrouped_stream::aggregate: the initializer must be callable as const without arguments");
        using aggregate_type = std::remove_cvref_t<std::invoke_result_t<detail::as_called_t<Initializer>>>;
        static_assert(
            !detail::mutable_aggregator<F, plain_key, plain_value, aggregate_type>,
            "kgrouped_stream::aggregate: the functor is a mutable lambda, but all tasks share it; keep state in "
            "a store, or give each task its own functor with per_task(factory)");
        static_assert(
            detail::aggregator<F, plain_key, plain_value, aggregate_type>,
            "kgrouped_stream::aggregate: the functor must be callable with (value, aggregate) or (key, value, "
            "aggregate), where aggregate is what the initializer returns, as an rvalue");
        using result = detail::fold_result_t<F, plain_key, plain_value, aggregate_type>;
        static_assert(std::convertible_to<result, std::optional<aggregate_type>>,
                      "kgrouped_stream::aggregate: the functor must return what the initializer returns, or a "
                      "std::optional of it");
        using plan = detail::aggregate_plan<aggregate_type, std::decay_t<Initializer>, std::decay_t<F>>;
        return add<detail::rows_of<result>>(
            plan{detail::share(std::forward<Initializer>(init)), detail::share(std::forward<F>(aggregator))},
            detail::new_names(at(), "KSTREAM-AGGREGATE-", options...), options...);
    }

    /// Aggregates by window too: `windowed_by(tumbling{5min})`. Throws topology_error for impossible windows.
    template <time_window Windows>
    [[nodiscard]] time_windowed_kstream<Key, Value> windowed_by(const Windows& windows) const {
        return time_windowed_kstream<Key, Value>(state_, detail::checked(windows));
    }

    /// For the library: a grouping at a place in the graph.
    explicit kgrouped_stream(detail::group_state state)
        : state_(std::make_shared<detail::group_state>(std::move(state))) {}

private:
    [[nodiscard]] const detail::attachment& at() const noexcept { return state_->at; }

    template <rows Rows, class Plan, class... Options>
    [[nodiscard]] table_type<Plan, Rows> add(Plan plan, detail::aggregation_names names,
                                             const Options&... options) const {
        static_assert(
            readable_and_writable<Key> && readable_and_writable<Value>,
            "the grouped stream's key or value type has no serde; specialise streams::serde for it, or include "
            "the header that does");
        static_assert(has_serde<plain_key>, "the grouped stream's key type has no serde");
        static_assert(storable<typename Plan::aggregate_type>,
                      "the aggregate's type needs a serde, and must own its memory: a store keeps it longer than any "
                      "record; use std::string for std::string_view");
        using shape = detail::by_key<Key, Value, Plan>;
        auto table = std::make_shared<detail::aggregated_table<shape>>(
            shape{std::move(plan), at().window_size.value_or(std::chrono::milliseconds(0))},
            detail::key_value_spec(names.store, detail::pick<materialized>(options...)));
        auto place =
            detail::add_aggregation<Key, Value>(*state_, std::move(names.node), names.store, table, at().window_size);
        return table_type<Plan, Rows>(std::move(place), std::move(table));
    }

    std::shared_ptr<detail::group_state> state_;
};

} // namespace streams::inline v0

#include <streams/dsl/kstream.hpp>
