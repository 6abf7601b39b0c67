#pragma once

#include "state/disk/corrupt_state_error.hpp"
#include "state/disk/incompatible_state_error.hpp"

namespace streams::inline v0 {

/// Whether the disk may take later what it refuses now, as one that is full: neither damage nor what others have written mends
/// itself.
[[nodiscard]] inline bool may_pass_later(const state_error& refusal) noexcept {
    return dynamic_cast<const corrupt_state_error*>(&refusal) == nullptr &&
           dynamic_cast<const incompatible_state_error*>(&refusal) == nullptr;
}

} // namespace streams::inline v0
