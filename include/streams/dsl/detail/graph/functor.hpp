#pragma once

#include <streams/core/shared_value.hpp>
#include <streams/dsl/concepts.hpp>

#include <functional>
#include <type_traits>
#include <utility>

namespace streams::inline v0::detail {

/// A user's functor as a topology holds it: once, for all tasks.
template <class F>
using shared_functor = shared_value<const F>;

template <class F>
[[nodiscard]] shared_functor<std::decay_t<F>> share(F&& functor) {
    return shared_functor<std::decay_t<F>>(std::in_place, std::forward<F>(functor));
}

/// A user's functor as the nodes of one task call it.
template <class F>
class task_functor {
public:
    explicit task_functor(shared_functor<F> shared) noexcept : shared_(std::move(shared)) {}
    [[nodiscard]] const F& get() const noexcept { return *shared_; }

private:
    shared_functor<F> shared_;
};

template <class Factory>
class task_functor<per_task_functor<Factory>> {
public:
    explicit task_functor(const shared_functor<per_task_functor<Factory>>& shared) : own_(shared->make()) {}
    [[nodiscard]] auto& get() const noexcept { return own_; }

private:
    mutable std::remove_cvref_t<std::invoke_result_t<const Factory&>> own_;
};

/// Calls a record_functor with what it takes.
template <class F, class Key, class Value>
decltype(auto) call(F& functor, const Key& key, const Value& value) {
    if constexpr (std::is_invocable_v<F&, const Value&>)
        return std::invoke(functor, value);
    else
        return std::invoke(functor, key, value);
}

} // namespace streams::inline v0::detail
