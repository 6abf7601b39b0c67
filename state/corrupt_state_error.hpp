#pragma once

#include <streams/core/error.hpp>

namespace streams::inline v0 {

/// A store on disk is damaged or was written in a format this version does not read. Remedy of the task that owns it:
/// close the store, remove its folder, make it anew and restore it from the changelog (Kafka's `TaskCorruptedException`).
class corrupt_state_error : public state_error {
public:
    using state_error::state_error;
};

} // namespace streams::inline v0
