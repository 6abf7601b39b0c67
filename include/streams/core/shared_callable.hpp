#pragma once

#include <streams/core/shared_value.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace streams::inline v0::detail {

template <class Signature>
class shared_callable;

/// A callable of any type behind one signature, held once and shared by the copies: what a topology is built of. As
/// std::function, but it asks nothing of the callable than to be called as const, and is less to compile.
/// Calls from several threads are as safe as those of the callable.
template <class Result, class... Args>
class shared_callable<Result(Args...)> {
public:
    shared_callable() noexcept = default;
    shared_callable(std::nullptr_t) noexcept {}
    template <class Callable>
        requires(!std::same_as<std::remove_cvref_t<Callable>, shared_callable>)
    shared_callable(Callable&& callable) : call_(&call<std::decay_t<Callable>>) {
        using held = std::decay_t<Callable>;
        if constexpr (!stateless<held>) callable_ = shared_object(new held(std::forward<Callable>(callable)));
    }

    /// REQUIRES: not empty.
    Result operator()(Args... args) const { return call_(callable_.get(), std::forward<Args>(args)...); }
    [[nodiscard]] explicit operator bool() const noexcept { return call_ != nullptr; }

private:
    template <class Callable>
    static constexpr bool stateless = std::is_empty_v<Callable> && std::is_default_constructible_v<Callable>;

    template <class Callable>
    static Result call(const void* callable, Args... args) {
        if constexpr (stateless<Callable>)
            return static_cast<Result>(Callable()(std::forward<Args>(args)...));
        else
            return static_cast<Result>((*static_cast<const Callable*>(callable))(std::forward<Args>(args)...));
    }

    shared_object callable_;
    Result (*call_)(const void* callable, Args... args) = nullptr;
};

} // namespace streams::inline v0::detail
