#pragma once

#include <streams/dsl/detail/graph/parameters.hpp>
#include <streams/serde/serde.hpp>

#include <concepts>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace streams::inline v0::detail {

/// A value of the type refers to memory that something else owns: a view, a reference, a pointer to characters, or what
/// holds one of these.
template <class T>
struct referring : std::bool_constant<std::is_reference_v<T> || borrows_from_record<T>> {};
template <class T>
inline constexpr bool refers = referring<T>::value;

template <>
struct referring<const char*> : std::true_type {};
template <>
struct referring<char*> : std::true_type {};
template <class Char, class Traits>
struct referring<std::basic_string_view<Char, Traits>> : std::true_type {};
template <class T, std::size_t Size>
struct referring<std::span<T, Size>> : std::true_type {};
template <class T>
struct referring<std::reference_wrapper<T>> : std::true_type {};
template <class T>
struct referring<std::optional<T>> : std::bool_constant<refers<T>> {};
template <class A, class B>
struct referring<std::pair<A, B>> : std::bool_constant<refers<A> || refers<B>> {};
template <class... Parts>
struct referring<std::tuple<Parts...>> : std::bool_constant<(refers<Parts> || ...)> {};
/// A container of views.
template <class T>
    requires(!borrows_from_record<T> &&
             requires {
                 typename T::value_type;
                 typename T::allocator_type;
             })
struct referring<T> : std::bool_constant<refers<typename T::value_type>> {};

/// A parameter holds a copy of its argument, or is bound to what a conversion made of it.
template <class Parameter, class Argument>
inline constexpr bool copies =
    std::is_reference_v<Parameter> ? !std::is_same_v<std::remove_cvref_t<Parameter>, Argument> &&
                                         !std::derived_from<Argument, std::remove_cvref_t<Parameter>> &&
                                         !refers<std::remove_cvref_t<Parameter>>
                                   : !refers<std::remove_cv_t<Parameter>> && !std::is_pointer_v<Parameter>;

template <class Parameters, class... Arguments>
inline constexpr bool copies_any = false;
template <class... Parameters, class... Arguments>
    requires(sizeof...(Parameters) == sizeof...(Arguments))
inline constexpr bool copies_any<std::tuple<Parameters...>, Arguments...> = (copies<Parameters, Arguments> || ...);

/// A functor called with these arguments returns what may refer into a copy of one of them, which is gone when it returns.
/// What cannot be told, such as a view of a local object, is not found.
template <class Result, class F, class... Arguments>
consteval bool returns_view_of_copy() {
    if constexpr (!refers<Result>)
        return false;
    else
        return copies_any<typename parameters_of_call<std::decay_t<F>, Arguments...>::type, Arguments...>;
}

/// The result of such a call. Does not compile where it would refer into a copy.
template <class Result, class F, class... Arguments>
struct outliving_result {
    static_assert(
        !returns_view_of_copy<Result, F, Arguments...>(),
        "a functor takes an argument by value and returns a view or a reference, which would refer into the copy "
        "after it is gone; take the argument by const reference, or return what owns its memory, std::string for "
        "std::string_view");
    using type = Result;
};
template <class Result, class F, class... Arguments>
using outliving_result_t = typename outliving_result<Result, F, Arguments...>::type;

} // namespace streams::inline v0::detail
