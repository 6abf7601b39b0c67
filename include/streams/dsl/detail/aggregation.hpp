#pragma once

#include <streams/dsl/detail/functor.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>

namespace streams::inline v0::detail {

/// An aggregator takes (value, aggregate) or (key, value, aggregate); the aggregate as an rvalue.
template <class F, class Key, class Value, class Aggregate>
concept aggregator = std::invocable < as_called_t<F>,
const Value&, Aggregate&& > || std::invocable<as_called_t<F>, const Key&, const Value&, Aggregate&&>;
template <class F, class Key, class Value, class Aggregate>
inline constexpr bool mutable_aggregator =
    !aggregator<F, Key, Value, Aggregate> && (only_mutably_invocable<F, const Value&, Aggregate&&> ||
                                              only_mutably_invocable<F, const Key&, const Value&, Aggregate&&>);

template <class F, class Key, class Value, class Aggregate>
decltype(auto) fold(F& functor, const Key& key, const Value& value, Aggregate&& aggregate) {
    if constexpr (std::is_invocable_v<F&, const Value&, Aggregate&&>)
        return std::invoke(functor, value, std::forward<Aggregate>(aggregate));
    else
        return std::invoke(functor, key, value, std::forward<Aggregate>(aggregate));
}
template <class F, class Key, class Value, class Aggregate>
using fold_result_t = std::remove_cvref_t<decltype(fold(std::declval<as_called_t<F>>(), std::declval<const Key&>(),
                                                        std::declval<const Value&>(), std::declval<Aggregate&&>()))>;

// How one record changes an aggregate. `begin` makes the first aggregate of a key, `add` takes a record in; an aggregate
// that is empty after it is deleted.

struct count_plan {
    using aggregate_type = std::int64_t;
    struct step {
        explicit step(const count_plan&) {}
        void begin(std::optional<std::int64_t>& aggregate) const { aggregate = 0; }
        template <class Key, class Value>
        void add(const Key&, const Value&, std::optional<std::int64_t>& aggregate) const {
            ++*aggregate;
        }
    };
};

template <class Aggregate, class F>
struct reduce_plan {
    using aggregate_type = Aggregate;
    shared_functor<F> reducer;

    class step {
    public:
        explicit step(const reduce_plan& plan) : reducer_(plan.reducer) {}
        void begin(std::optional<Aggregate>&) const {}
        template <class Key, class Value>
        void add(const Key&, const Value& value, std::optional<Aggregate>& aggregate) const {
            if (aggregate)
                aggregate = std::invoke(reducer_.get(), std::move(*aggregate), value);
            else
                aggregate = value;
        }

    private:
        task_functor<F> reducer_;
    };
};

template <class Aggregate, class Initializer, class F>
struct aggregate_plan {
    using aggregate_type = Aggregate;
    shared_functor<Initializer> initializer;
    shared_functor<F> aggregator;

    class step {
    public:
        explicit step(const aggregate_plan& plan) : initializer_(plan.initializer), aggregator_(plan.aggregator) {}
        void begin(std::optional<Aggregate>& aggregate) const { aggregate = std::invoke(initializer_.get()); }
        template <class Key, class Value>
        void add(const Key& key, const Value& value, std::optional<Aggregate>& aggregate) const {
            aggregate = fold(aggregator_.get(), key, value, std::move(*aggregate));
        }

    private:
        task_functor<Initializer> initializer_;
        task_functor<F> aggregator_;
    };
};

} // namespace streams::inline v0::detail
