#pragma once

#include <functional>
#include <string_view>

namespace streams::inline v0 {

enum class log_level { debug, info, warn, error };

/// The fixed text of a level: `DEBUG`, `INFO`, `WARN`, `ERROR`.
[[nodiscard]] std::string_view to_string(log_level level) noexcept;

/// Receives every line the library logs, already complete and without a line end. May be called from any thread, also
/// from several at once. Must not throw.
using log_handler = std::function<void(log_level, std::string_view line)>;

/// Replaces the log handler of the process; the default one writes info and above to standard error with the time.
/// An empty handler silences the library. Thread-safe; a line being logged may still reach the previous handler.
void set_log_handler(log_handler handler);

/// Logs one line. Thread-safe.
void log(log_level level, std::string_view line);

} // namespace streams::inline v0
