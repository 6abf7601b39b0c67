#pragma once

#include <streams/dsl/per_task.hpp>

#include <tuple>
#include <type_traits>

namespace streams::inline v0::detail {

/// The type of a functor's last parameter without reference and const, where the functor has one call operator that is
/// no template; else void.
template <class F>
struct last_parameter {
    using type = void;
};
template <class F>
using last_parameter_t = typename last_parameter<std::decay_t<F>>::type;

template <class... Parameters>
using last_of = std::remove_cvref_t<std::tuple_element_t<sizeof...(Parameters) - 1, std::tuple<Parameters...>>>;

template <class Result, class... Parameters>
    requires(sizeof...(Parameters) > 0)
struct last_parameter<Result (*)(Parameters...)> {
    using type = last_of<Parameters...>;
};
template <class Class, class Result, class... Parameters>
    requires(sizeof...(Parameters) > 0)
struct last_parameter<Result (Class::*)(Parameters...) const> {
    using type = last_of<Parameters...>;
};
template <class Class, class Result, class... Parameters>
    requires(sizeof...(Parameters) > 0)
struct last_parameter<Result (Class::*)(Parameters...)> {
    using type = last_of<Parameters...>;
};
template <class Class, class Result, class... Parameters>
    requires(sizeof...(Parameters) > 0)
struct last_parameter<Result (Class::*)(Parameters...) const noexcept> {
    using type = last_of<Parameters...>;
};
template <class F>
    requires requires { &F::operator(); }
struct last_parameter<F> : last_parameter<decltype(&F::operator())> {};
template <class Factory>
struct last_parameter<per_task_functor<Factory>>
    : last_parameter<std::decay_t<std::invoke_result_t<const Factory&>>> {};

} // namespace streams::inline v0::detail
