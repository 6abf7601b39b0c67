#pragma once

#include <string_view>

namespace streams::inline v0 {

/// Where a task is in its life in one stream thread (Kafka's `Task.State`, and what lies between).
enum class task_state {
    planned,   ///< assigned; nothing of it is open
    opening,   ///< its stores are open; where they stand in their changelogs is being found out
    restoring, ///< its stores read what they lack
    running,
    suspended, ///< revoked: all of it is kept, nothing of it goes on, until the group says whose it is
    closing,
    closed,
};
inline constexpr int task_states = static_cast<int>(task_state::closed) + 1;

[[nodiscard]] std::string_view to_string(task_state state) noexcept;

/// Whether a task in state `from` may go over to `to`: the one table of a task's life.
[[nodiscard]] bool may_become(task_state from, task_state to) noexcept;

} // namespace streams::inline v0
