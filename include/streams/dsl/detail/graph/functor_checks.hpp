#pragma once

#include <streams/dsl/concepts.hpp>

#include <concepts>
#include <type_traits>

namespace streams::inline v0::detail {

// What an operator demands of a functor. Each check stands here once, whatever the operator: where it fails, the compiler
// says its sentence, and which operator of which type was called.

/// The arguments of one call.
template <class... Arguments>
struct call_with {
    template <class F>
    static constexpr bool fits = std::invocable<as_called_t<F>, Arguments...>;
    template <class F>
    static constexpr bool fits_mutable = std::invocable<as_mutable_t<F>, Arguments...>;
};

/// The calls of which an operator makes one: the first that the functor takes.
template <class... Calls>
struct calls {
    template <class F>
    static constexpr bool fit = (Calls::template fits<F> || ...);
    /// Also where the functor changes itself.
    template <class F>
    static constexpr bool fit_mutable = (Calls::template fits_mutable<F> || ...);
};

template <class Key, class Value>
using record_calls = calls<call_with<const Value&>, call_with<const Key&, const Value&>>;

/// Does not compile for a functor that takes one of the calls only where it may change itself: a mutable lambda. False there,
/// so that no second check says less.
template <class F, class Calls>
consteval bool check_shareable() {
    if constexpr (Calls::template fit<F>) {
        return true;
    } else {
        constexpr bool is_mutable = Calls::template fit_mutable<F>;
        static_assert(!is_mutable,
                      "the functor is a mutable lambda, but all tasks share it; keep state in a store, or give each "
                      "task its own functor with per_task(factory)");
        return !is_mutable;
    }
}

/// Does not compile unless F takes the records of a stream.
template <class F, class Key, class Value>
consteval void check_stream_functor() {
    if constexpr (check_shareable<F, record_calls<Key, Value>>())
        static_assert(record_functor<F, Key, Value>,
                      "the functor must be callable with (value) or (key, value) of the stream's types; check its "
                      "parameters, std::optional included");
}
/// Does not compile unless F takes the rows of a table.
template <class F, class Key, class Value>
consteval void check_row_functor() {
    if constexpr (check_shareable<F, record_calls<Key, Value>>())
        static_assert(
            record_functor<F, Key, Value>,
            "the functor must be callable with (value) or (key, value) of the table's types, which are never null");
}
/// Does not compile unless F, which takes such records or rows, answers yes or no.
template <class F, class Key, class Value>
consteval void check_predicate() {
    static_assert(record_predicate<F, Key, Value>, "the predicate must return bool");
}

/// Does not compile unless what a functor returns can be the value of a row.
template <class Result>
consteval void check_row_value() {
    static_assert(!std::is_void_v<Result>, "the functor must return the value of the row");
    static_assert(!refers<without_null_t<Result>>,
                  "the functor returns a view as the value of a row, which outlives what it was made from; return what "
                  "owns its memory, std::string for std::string_view");
}

/// Does not compile unless F makes the first aggregate.
template <class F>
consteval void check_initializer() {
    static_assert(std::invocable<as_called_t<F>>, "the initializer must be callable as const without arguments");
}

} // namespace streams::inline v0::detail
