#pragma once

#include <streams/dsl/detail/stores/view_of_copy.hpp>
#include <streams/dsl/per_task.hpp>
#include <streams/serde/serde.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace streams::inline v0 {

namespace detail {
template <class F>
struct as_called {
    using type = const F&;
    using mutable_type = F&;
};
template <class Factory>
struct as_called<per_task_functor<Factory>> {
    using type = std::invoke_result_t<const Factory&>&;
    using mutable_type = type;
};
/// How a node calls a functor: shared by all tasks, so as const; from per_task: its own.
template <class F>
using as_called_t = typename as_called<std::remove_cvref_t<F>>::type;
template <class F>
using as_mutable_t = typename as_called<std::remove_cvref_t<F>>::mutable_type;
} // namespace detail

/// A functor that takes the value, or key and value.
template <class F, class Key, class Value>
concept record_functor = std::invocable<detail::as_called_t<F>, const Value&> ||
                         std::invocable<detail::as_called_t<F>, const Key&, const Value&>;

namespace detail {
/// What a record_functor returns. Does not compile where that refers into a copy of an argument.
template <class F, class Key, class Value>
struct record_result {
    using type = outliving_result_t<std::invoke_result_t<as_called_t<F>, const Key&, const Value&>, F, Key, Value>;
};
template <class F, class Key, class Value>
    requires std::invocable<as_called_t<F>, const Value&>
struct record_result<F, Key, Value> {
    using type = outliving_result_t<std::invoke_result_t<as_called_t<F>, const Value&>, F, Value>;
};
template <class F, class Key, class Value>
using record_result_t = typename record_result<F, Key, Value>::type;
template <class F, class Key, class Value>
using record_value_t = std::remove_cvref_t<record_result_t<F, Key, Value>>;
} // namespace detail

/// A record_functor that answers yes or no.
template <class F, class Key, class Value>
concept record_predicate =
    record_functor<F, Key, Value> && std::convertible_to<detail::record_result_t<F, Key, Value>, bool>;

/// What a functor may return for a record: a pair of key and value (anything with `first` and `second`).
template <class T>
concept key_value_pair = requires(T& pair) {
    pair.first;
    pair.second;
};

/// What a flat functor may return: anything that a range-for goes through.
template <class R>
concept iterable = requires(R& range) {
    range.begin() != range.end();
    *range.begin();
};

namespace detail {
template <iterable R>
using element_t = std::remove_cvref_t<decltype(*std::declval<std::remove_reference_t<R>&>().begin())>;
} // namespace detail

/// A key or value type that a table may keep: it has a serde, owns its memory and does not admit null by itself.
template <class T>
concept storable = has_serde<T> && !borrows_from_record<T> && !nullable<T>;

} // namespace streams::inline v0
