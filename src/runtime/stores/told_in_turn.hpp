#pragma once

#include <functional>
#include <utility>

namespace streams::inline v0 {

/// Calls `first`, and then `next` unless it is empty. `next` outlives it.
template <class First, class... Arguments>
[[nodiscard]] std::function<void(Arguments...)> told_in_turn(First first,
                                                             const std::function<void(Arguments...)>& next) {
    return [first = std::move(first), &next](Arguments... arguments) {
        first(arguments...);
        if (next) next(arguments...);
    };
}

} // namespace streams::inline v0
