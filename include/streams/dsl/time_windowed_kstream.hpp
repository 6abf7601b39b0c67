#pragma once

#include <streams/dsl/concepts.hpp>
#include <streams/dsl/detail/aggregated_table.hpp>
#include <streams/dsl/detail/aggregation_names.hpp>
#include <streams/dsl/fwd.hpp>
#include <streams/dsl/options.hpp>

#include <memory>
#include <utility>

namespace streams::inline v0 {

/// A stream grouped by key and time window (Kafka's `TimeWindowedKStream`), on its way to a table. Records with a null key
/// are dropped, and those whose window has closed as late; a null value reaches the functors, where Value admits it.
template <class Key, class Value>
class time_windowed_kstream {
    using plain_key = without_null_t<Key>;
    using plain_value = without_null_t<Value>;
    template <class Plan, rows Rows>
    using table_type = ktable<windowed<plain_key>, typename Plan::aggregate_type, Rows>;

public:
    /// How many records each key has in each window.
    template <class... Options>
    [[nodiscard]] ktable<windowed<plain_key>, std::int64_t, rows::permanent> count(const Options&... options) const {
        static_assert(detail::options_of<named, materialized>::admit<Options...>,
                      "time_windowed_kstream::count takes the options named and materialized");
        return add<rows::permanent>(detail::count_plan{}, detail::count_names(group_->at, options...), options...);
    }

    /// Joins the values of each key and window two by two. The functor takes (aggregate, value), the aggregate as an
    /// rvalue and without null, the value as the stream has it. A null first value leaves the window absent.
    template <class F, class... Options>
    [[nodiscard]] auto reduce(F&& reducer, const Options&... options) const {
        static_assert(detail::options_of<named, materialized>::admit<Options...>,
                      "time_windowed_kstream::reduce takes the options named and materialized");
        using called = detail::as_called_t<F>;
        static_assert(
            !detail::only_mutably_invocable<F, plain_value&&, const Value&>,
            "time_windowed_kstream::reduce: the functor is a mutable lambda, but all tasks share it; keep state "
            "in a store, or give each task its own functor with per_task(factory)");
        static_assert(
            std::invocable<called, plain_value&&, const Value&>,
            "time_windowed_kstream::reduce: the functor must be callable with (aggregate, value): the aggregate "
            "of the stream's value type without its null, the value with it");
        using result = std::remove_cvref_t<std::invoke_result_t<called, plain_value&&, const Value&>>;
        static_assert(
            std::convertible_to<result, std::optional<plain_value>>,
            "time_windowed_kstream::reduce: the functor must return the stream's value type, or a std::optional "
            "of it; use aggregate where the result has another type");
        using plan = detail::reduce_plan<plain_value, std::decay_t<F>>;
        return add < nullable<Value> ? rows::deletable
                                     : detail::rows_of < result >>
                                           (plan{detail::share(std::forward<F>(reducer))},
                                            detail::new_names(group_->at, "KSTREAM-REDUCE-", options...), options...);
    }

    /// Takes the values of each key and window into an aggregate; see kgrouped_stream::aggregate. A null value reaches
    /// the functor where Value admits null.
    template <class Initializer, class F, class... Options>
    [[nodiscard]] auto aggregate(Initializer&& init, F&& aggregator, const Options&... options) const {
        static_assert(detail::options_of<named, materialized>::admit<Options...>,
                      "time_windowed_kstream::aggregate takes the options named and materialized");
        static_assert(std::invocable<detail::as_called_t<Initializer>>,
                      "time_windowed_kstream::aggregate: the initializer must be callable as const without arguments");
        using aggregate_type = std::remove_cvref_t<std::invoke_result_t<detail::as_called_t<Initializer>>>;
        static_assert(!detail::mutable_aggregator<F, plain_key, Value, aggregate_type>,
                      "time_windowed_kstream::aggregate: the functor is a mutable lambda, but all tasks share it; keep "
                      "state in a store, or give each task its own functor with per_task(factory)");
        static_assert(detail::aggregator<F, plain_key, Value, aggregate_type>,
                      "time_windowed_kstream::aggregate: the functor must be callable with (value, aggregate) or (key, "
                      "value, aggregate), where aggregate is what the initializer returns, as an rvalue");
        using result = detail::fold_result_t<F, plain_key, Value, aggregate_type>;
        static_assert(std::convertible_to<result, std::optional<aggregate_type>>,
                      "time_windowed_kstream::aggregate: the functor must return what the initializer returns, or a "
                      "std::optional of it");
        using plan = detail::aggregate_plan<aggregate_type, std::decay_t<Initializer>, std::decay_t<F>>;
        return add<detail::rows_of<result>>(
            plan{detail::share(std::forward<Initializer>(init)), detail::share(std::forward<F>(aggregator))},
            detail::new_names(group_->at, "KSTREAM-AGGREGATE-", options...), options...);
    }

    /// For the library: a grouping with windows.
    time_windowed_kstream(std::shared_ptr<detail::group_state> group, detail::time_windows windows)
        : group_(std::move(group)), windows_(windows) {}

private:
    template <rows Rows, class Plan, class... Options>
    [[nodiscard]] table_type<Plan, Rows> add(Plan plan, detail::aggregation_names names,
                                             const Options&... options) const {
        static_assert(
            readable_and_writable<Key> && readable_and_writable<Value>,
            "the grouped stream's key or value type has no serde; specialise streams::serde for it, or include "
            "the header that does");
        static_assert(storable<typename Plan::aggregate_type>,
                      "the aggregate's type needs a serde, and must own its memory: a store keeps it longer than any "
                      "record; use std::string for std::string_view");
        using shape = detail::by_window<Key, Value, Plan>;
        auto table = std::make_shared<detail::aggregated_table<shape>>(
            shape{std::move(plan), windows_},
            detail::window_spec(names.store, detail::pick<materialized>(options...), windows_));
        auto place = detail::add_aggregation<Key, Value>(*group_, std::move(names.node), names.store, table,
                                                         std::chrono::milliseconds(windows_.size));
        return table_type<Plan, Rows>(std::move(place), std::move(table));
    }

    std::shared_ptr<detail::group_state> group_;
    detail::time_windows windows_;
};

} // namespace streams::inline v0

#include <streams/dsl/ktable.hpp>
