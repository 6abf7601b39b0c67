#include "src/runtime/tasks/task_state.hpp"

#include <array>

namespace streams::inline v0 {
namespace {

constexpr unsigned bit(task_state state) { return 1u << static_cast<int>(state); }

/// What each state may become, in the order of the states.
constexpr std::array<unsigned, task_states> moves = {
    /* planned   */ bit(task_state::opening) | bit(task_state::closing),
    /* opening   */ bit(task_state::restoring) | bit(task_state::suspended) | bit(task_state::planned) |
        bit(task_state::closing),
    /* restoring */ bit(task_state::running) | bit(task_state::suspended) | bit(task_state::planned) |
        bit(task_state::closing),
    /* running   */ bit(task_state::suspended) | bit(task_state::planned) | bit(task_state::closing),
    /* suspended */ bit(task_state::opening) | bit(task_state::restoring) | bit(task_state::running) |
        bit(task_state::planned) | bit(task_state::closing),
    /* closing   */ bit(task_state::closed),
    /* closed    */ 0,
};

constexpr std::array<std::string_view, task_states> names = {"planned",   "opening", "restoring", "running",
                                                             "suspended", "closing", "closed"};

} // namespace

std::string_view to_string(task_state state) noexcept { return names[static_cast<std::size_t>(state)]; }

bool may_become(task_state from, task_state to) noexcept {
    return (moves[static_cast<std::size_t>(from)] & bit(to)) != 0;
}

} // namespace streams::inline v0
