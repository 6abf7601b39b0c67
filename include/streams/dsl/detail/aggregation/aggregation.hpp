#pragma once

#include <streams/dsl/detail/graph/functor.hpp>
#include <streams/dsl/detail/graph/functor_checks.hpp>
#include <streams/serde/serde.hpp>

#include <cstdint>
#include <functional>
#include <optional>

namespace streams::inline v0::detail {

/// An aggregator takes (value, aggregate) or (key, value, aggregate); the aggregate as an rvalue.
template <class Key, class Value, class Aggregate>
using aggregator_calls = calls<call_with<const Value&, Aggregate&&>, call_with<const Key&, const Value&, Aggregate&&>>;

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

/// A merger of sessions takes (aggregate, aggregate) or (key, aggregate, aggregate), both as rvalues.
template <class Key, class Aggregate>
using merger_calls = calls<call_with<Aggregate&&, Aggregate&&>, call_with<const Key&, Aggregate&&, Aggregate&&>>;

template <class F, class Key, class Aggregate>
decltype(auto) merge_two(F& functor, const Key& key, Aggregate&& one, Aggregate&& other) {
    if constexpr (std::is_invocable_v<F&, Aggregate&&, Aggregate&&>)
        return std::invoke(functor, std::move(one), std::move(other));
    else
        return std::invoke(functor, key, std::move(one), std::move(other));
}
template <class F, class Key, class Aggregate>
using merge_result_t =
    std::remove_cvref_t<decltype(merge_two(std::declval<as_called_t<F>>(), std::declval<const Key&>(),
                                           std::declval<Aggregate&&>(), std::declval<Aggregate&&>()))>;

// How one record changes an aggregate. `begin` makes the first aggregate of a key, `add` takes a record in, `merge` the
// aggregate of another session; an aggregate that is empty after it is deleted.

struct count_plan {
    using aggregate_type = std::int64_t;
    struct step {
        explicit step(const count_plan&) {}
        void begin(std::optional<std::int64_t>& aggregate) const { aggregate = 0; }
        template <class Key, class Value>
        void add(const Key&, const Value&, std::optional<std::int64_t>& aggregate) const {
            ++*aggregate;
        }
        template <class Key>
        void merge(const Key&, std::optional<std::int64_t>& aggregate, std::int64_t stored) const {
            *aggregate += stored;
        }
    };
};

/// `Value`: the values' type, null included where it can come in.
template <class Value, class F>
struct reduce_plan {
    static constexpr bool keeps_values = true; ///< aggregates are values, and become bytes as these
    using aggregate_type = without_null_t<Value>;
    using Aggregate = aggregate_type;
    shared_functor<F> reducer;

    class step {
    public:
        explicit step(const reduce_plan& plan) : reducer_(plan.reducer) {}
        void begin(std::optional<Aggregate>&) const {}
        template <class Key>
        void add(const Key&, const Value& value, std::optional<Aggregate>& aggregate) const {
            if (aggregate)
                aggregate = std::invoke(reducer_.get(), std::move(*aggregate), value);
            else
                aggregate = value;
        }
        template <class Key>
        void merge(const Key& key, std::optional<Aggregate>& aggregate, Aggregate&& stored) const {
            if (aggregate)
                add(key, Value(std::move(stored)), aggregate);
            else
                aggregate = std::move(stored);
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

/// An aggregate of sessions.
template <class Aggregate, class Initializer, class F, class Merger>
struct session_plan {
    using aggregate_type = Aggregate;
    aggregate_plan<Aggregate, Initializer, F> aggregation;
    shared_functor<Merger> merger;

    class step : public aggregate_plan<Aggregate, Initializer, F>::step {
    public:
        explicit step(const session_plan& plan)
            : aggregate_plan<Aggregate, Initializer, F>::step(plan.aggregation), merger_(plan.merger) {}
        template <class Key>
        void merge(const Key& key, std::optional<Aggregate>& aggregate, Aggregate&& stored) const {
            aggregate = merge_two(merger_.get(), key, std::move(*aggregate), std::move(stored));
        }

    private:
        task_functor<Merger> merger_;
    };
};

} // namespace streams::inline v0::detail
