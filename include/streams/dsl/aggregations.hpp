#pragma once

#include <streams/dsl/detail/aggregation/aggregation_checks.hpp>
#include <streams/dsl/detail/graph/option_checks.hpp>
#include <streams/dsl/detail/graph/pick.hpp>
#include <streams/dsl/options.hpp>

#include <utility>

namespace streams::inline v0 {

/// count and reduce as every kind of group has them; part of the groups. `Value`: as functors see it.
template <class Group, class Key, class Value>
class aggregations {
    using checks = detail::aggregation_checks<Key, Value>;

public:
    /// How many records there are: of each key, in each window.
    template <class... Options>
    auto count(const Options&... options) const {
        detail::check_table_options<Options...>();
        if constexpr (Group::numbers_counts) {
            // Kafka Streams takes one more index where it is given an unnamed `Materialized`.
            const auto* const kept = detail::picked<materialized>(options...);
            if (kept && kept->name.empty()) self().at().graph->burn();
        }
        return self().add("KSTREAM-AGGREGATE-", checks::count(), options...);
    }

    /// Joins the values of each key (and window) two by two: `payments.group_by_key().reduce(std::plus<>())`. The functor
    /// takes (aggregate, value), the aggregate as an rvalue and without null; the first value is the first aggregate.
    /// Where null reaches the functor, a null first value leaves the row absent.
    template <class F, class... Options>
    auto reduce(F&& reducer, const Options&... options) const {
        detail::check_table_options<Options...>();
        return self().add("KSTREAM-REDUCE-", checks::reduce(std::forward<F>(reducer)), options...);
    }

private:
    [[nodiscard]] const Group& self() const noexcept { return static_cast<const Group&>(*this); }
};

/// The same and aggregate, for groups whose rows are never merged.
template <class Group, class Key, class Value>
class all_aggregations : public aggregations<Group, Key, Value> {
    using checks = detail::aggregation_checks<Key, Value>;

public:
    /// Takes the values of each key (and window) into an aggregate of any type that has a serde:
    /// `aggregate([] { return 0.0; }, [](const payment& p, double sum) { return sum + p.amount; })`.
    /// `init` makes the first aggregate; the functor takes (value, aggregate) or (key, value, aggregate), the aggregate
    /// as an rvalue.
    template <class Initializer, class F, class... Options>
    auto aggregate(Initializer&& init, F&& aggregator, const Options&... options) const {
        detail::check_table_options<Options...>();
        return static_cast<const Group&>(*this).add(
            "KSTREAM-AGGREGATE-", checks::aggregate(std::forward<Initializer>(init), std::forward<F>(aggregator)),
            options...);
    }
};

} // namespace streams::inline v0
