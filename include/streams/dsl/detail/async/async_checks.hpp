#pragma once

#include <streams/dsl/completion.hpp>
#include <streams/dsl/detail/graph/functor_checks.hpp>
#include <streams/dsl/detail/graph/parameters.hpp>
#include <streams/dsl/detail/graph/type_checks.hpp>
#include <streams/dsl/detail/stores/view_of_copy.hpp>

#include <concepts>
#include <type_traits>

namespace streams::inline v0::detail {

template <class T>
struct completed {
    using type = void;
};
template <class T>
struct completed<completion<T>> {
    using type = T;
};

/// The value that an asynchronous functor makes: as it was named, or else as the completion in its last parameter says; void
/// where nothing does.
template <class Named, class F>
using async_result_t = std::conditional_t<std::is_void_v<Named>,
                                          typename completed<last_parameter_t<std::remove_cvref_t<F>>>::type, Named>;

template <class Key, class Value, class NewValue>
using async_functor_calls =
    calls<call_with<const Value&, completion<NewValue>>, call_with<const Key&, const Value&, completion<NewValue>>>;

/// Does not compile unless F calls for the records of a stream, and is answered with a NewValue.
template <class F, class Key, class Value, class NewValue>
consteval void check_async_functor() {
    if constexpr (std::is_void_v<NewValue>) {
        static_assert(
            !std::is_void_v<NewValue>,
            "map_values_async: the last parameter of the functor must be a streams::completion<NewValue>, which "
            "says the type of the new values; where a parameter is auto, name the type: "
            "map_values_async<NewValue>(functor)");
    } else if constexpr (check_shareable<F, async_functor_calls<Key, Value, NewValue>>()) {
        static_assert(
            async_functor_calls<Key, Value, NewValue>::template fit<F>,
            "map_values_async: the functor must be callable with (value, completion<NewValue>) or (key, value, "
            "completion<NewValue>) of the stream's types and the type of the new values; check its parameters, "
            "std::optional included");
    }
    static_assert(
        !refers<without_null_t<NewValue>> || std::is_void_v<NewValue>,
        "map_values_async: the new value is a view, which outlives what it was made from; answer with what owns "
        "its memory, std::string for std::string_view");
    static_assert(
        !borrows_from_record<without_null_t<Key>> && !borrows_from_record<without_null_t<Value>>,
        "map_values_async: a key or value type borrows from the record, which is gone before the answer comes; "
        "use one that owns its memory, std::string for std::string_view");
    static_assert(std::copy_constructible<Key> && std::copy_constructible<Value>,
                  "map_values_async keeps a copy of key and value until the answer comes; make their types copyable");
}

} // namespace streams::inline v0::detail
