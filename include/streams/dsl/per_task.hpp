#pragma once

#include <type_traits>
#include <utility>

namespace streams::inline v0 {

/// A functor with state of its own: each task calls the factory once and keeps what it returns, which may be mutable.
template <class Factory>
struct per_task_functor {
    Factory make;
};

/// Gives each task its own functor: `per_task([] { return [seen = 0](const order&) mutable { return ++seen; }; })`.
/// The state lives as long as the task and is lost when the task moves; what must survive belongs in a store.
template <class Factory>
[[nodiscard]] per_task_functor<std::decay_t<Factory>> per_task(Factory&& factory) {
    static_assert(std::is_invocable_v<const std::decay_t<Factory>&>,
                  "per_task: the factory must be callable as const without arguments; return the functor from it");
    return {std::forward<Factory>(factory)};
}

} // namespace streams::inline v0
