#pragma once

#include <streams/core/task_id.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace streams::inline v0 {

enum class log_level { debug, info, warn, error };

/// The fixed text of a level: `DEBUG`, `INFO`, `WARN`, `ERROR`.
[[nodiscard]] std::string_view to_string(log_level level) noexcept;

/// A line of the log and where it comes from. What it views ends with the handler's call.
struct log_entry {
    log_level level = log_level::info;
    std::string_view text{};        ///< complete, without a line end; it names by itself whatever it is about
    std::int64_t time = 0;          ///< wall clock, ms since 1970
    std::string_view application{}; ///< `application.id`; empty: of none
    std::string_view thread{};      ///< of the library, as `fraud-StreamThread-1`; empty: a thread of the program's own
    std::optional<task_id> task{};  ///< which the thread works on; empty: on none
};

/// Receives every line the library logs. May be called from any thread, also from several at once. Must not throw.
using log_handler = std::function<void(const log_entry& entry)>;

/// Replaces the log handler of the process; the default one writes info and above to standard error with the time.
/// An empty handler silences the library. Thread-safe; a line being logged may still reach the previous handler.
/// For lines of JSON see <streams/json/json_log.hpp>.
void set_log_handler(log_handler handler);

/// Logs one line. Called by a processor or a handler, it has the application, thread and task that called it. Thread-safe.
void log(log_level level, std::string_view text);

} // namespace streams::inline v0
