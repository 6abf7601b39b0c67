#pragma once

#include "src/runtime/tasks/task_errors.hpp"

#include <filesystem>

namespace streams::inline v0 {

/// What ends the application where a global store, whose folder is in `folder`, is found damaged: tasks read it, and cannot be
/// kept from it while it is filled anew.
[[nodiscard]] inline lost_store_error lost_global_store(const corrupt_task_error& damage,
                                                        const std::filesystem::path& folder) {
    return lost_store_error(concat("global store ", damage.store(), " is damaged: ", damage.what(),
                                   "; remove the folder ", (folder / damage.store()).string(),
                                   ", and start the application again, which fills it from its topic"));
}

} // namespace streams::inline v0
