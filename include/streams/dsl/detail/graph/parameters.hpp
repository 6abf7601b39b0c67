#pragma once

#include <streams/dsl/per_task.hpp>

#include <tuple>
#include <type_traits>

namespace streams::inline v0::detail {

/// The parameters of a functor as a std::tuple, references and const included, where it has one call operator that is no
/// template; else void.
template <class F>
struct parameters {
    using type = void;
};
template <class F>
using parameters_t = typename parameters<std::decay_t<F>>::type;

template <class Result, class... Parameters>
struct parameters<Result (*)(Parameters...)> {
    using type = std::tuple<Parameters...>;
};
template <class Class, class Result, class... Parameters>
struct parameters<Result (Class::*)(Parameters...) const> {
    using type = std::tuple<Parameters...>;
};
template <class Class, class Result, class... Parameters>
struct parameters<Result (Class::*)(Parameters...)> {
    using type = std::tuple<Parameters...>;
};
template <class Class, class Result, class... Parameters>
struct parameters<Result (Class::*)(Parameters...) const noexcept> {
    using type = std::tuple<Parameters...>;
};
template <class F>
    requires requires { &F::operator(); }
struct parameters<F> : parameters<decltype(&F::operator())> {};
template <class Factory>
struct parameters<per_task_functor<Factory>> : parameters<std::decay_t<std::invoke_result_t<const Factory&>>> {};

/// The same, of a functor that is called with arguments of these types: also where each of its parameters is an `auto`.
template <class F, class... Arguments>
struct parameters_of_call : parameters<F> {};
template <class F, class... Arguments>
    requires requires { &F::template operator()<Arguments...>; }
struct parameters_of_call<F, Arguments...> : parameters<decltype(&F::template operator()<Arguments...>)> {};
template <class Factory, class... Arguments>
struct parameters_of_call<per_task_functor<Factory>, Arguments...>
    : parameters_of_call<std::decay_t<std::invoke_result_t<const Factory&>>, Arguments...> {};

/// The type of a functor's last parameter without reference and const; void where `parameters_t` is, or it has none.
template <class Parameters>
struct last_of {
    using type = void;
};
template <class... Parameters>
    requires(sizeof...(Parameters) > 0)
struct last_of<std::tuple<Parameters...>> {
    using type = std::remove_cvref_t<std::tuple_element_t<sizeof...(Parameters) - 1, std::tuple<Parameters...>>>;
};
template <class F>
using last_parameter_t = typename last_of<parameters_t<F>>::type;

} // namespace streams::inline v0::detail
