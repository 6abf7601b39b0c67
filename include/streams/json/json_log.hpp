#pragma once

#include <streams/core/log.hpp>

#include <string>

namespace streams::inline v0 {

/// A line of the log as one JSON object without a line end:
///
///     {"time":"2026-01-31T23:59:59.123Z","level":"INFO","application":"fraud","thread":"fraud-StreamThread-1",
///      "task":"0_1","message":"..."}
///
/// What the entry does not know is left out. Bytes of a message that is not UTF-8 become `?`.
[[nodiscard]] std::string json_line(const log_entry& entry);

/// Writes the lines of `least` and above to standard error, each as a JSON object: `set_log_handler(json_log())`.
/// To link: the CMake target streams::json.
[[nodiscard]] log_handler json_log(log_level least = log_level::info);

} // namespace streams::inline v0
