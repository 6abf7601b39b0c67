#pragma once

#include <streams/core/task_id.hpp>

#include <filesystem>
#include <vector>

namespace streams::inline v0 {

/// The tasks that have a folder in an application's state folder; none where that is not there.
[[nodiscard]] std::vector<task_id> task_folders(const std::filesystem::path& folder);

} // namespace streams::inline v0
