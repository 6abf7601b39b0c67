#pragma once

#include <filesystem>

namespace streams::inline v0 {

/// The version of the layout of an application's state folder that this library writes: the names of its files and folders, and
/// what the files beside the stores say. It stands in the file `format`; a folder from before there was one has version 1.
inline constexpr int folder_format = 1;

/// Notes the version in a folder that has none. Throws state_error where a newer version wrote the folder, or where the file cannot
/// be read or written.
void take_folder_format(const std::filesystem::path& folder);

} // namespace streams::inline v0
