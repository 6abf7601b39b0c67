#pragma once

#include <streams/core/execution.hpp>

#include <filesystem>
#include <string>

namespace streams::inline v0 {

/// An id that no other process has: a UUID.
[[nodiscard]] std::string make_process_id(execution& chance);

/// The id of whichever process has this state folder, made where the folder has none yet: it stays over restarts, in the file
/// that Kafka Streams keeps it in. Throws state_error where the disk refuses.
[[nodiscard]] std::string process_id_in(const std::filesystem::path& folder, execution& chance);

} // namespace streams::inline v0
