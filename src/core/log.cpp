#include <streams/core/log.hpp>

#include "src/core/log_scope.hpp"
#include "src/core/log_time.hpp"

#include <streams/core/clock.hpp>

#include <cstdio>
#include <memory>
#include <mutex>
#include <string>

namespace streams::inline v0 {

namespace {

void write_to_stderr(const log_entry& entry) {
    if (entry.level < log_level::info) return;
    std::string line = log_time(entry.time);
    line += ' ';
    line += to_string(entry.level);
    line += ' ';
    line += entry.text;
    line += '\n';
    // One call, so that lines of several threads do not mix.
    std::fwrite(line.data(), 1, line.size(), stderr);
}

/// The handler of the process; shared with whoever is logging while it is replaced.
struct installed_handler {
    std::mutex mutex;
    std::shared_ptr<const log_handler> handler = std::make_shared<const log_handler>(&write_to_stderr);
};

installed_handler& installed() {
    // Never destroyed: threads may log until the process ends.
    static auto& only = *new installed_handler;
    return only;
}

} // namespace

std::string_view to_string(log_level level) noexcept {
    switch (level) {
    case log_level::debug:
        return "DEBUG";
    case log_level::info:
        return "INFO";
    case log_level::warn:
        return "WARN";
    case log_level::error:
        return "ERROR";
    }
    return "?";
}

void set_log_handler(log_handler handler) {
    auto next = std::make_shared<const log_handler>(std::move(handler));
    auto& place = installed();
    const std::lock_guard lock(place.mutex);
    place.handler.swap(next);
}

void log(log_level level, std::string_view text) {
    std::shared_ptr<const log_handler> handler;
    {
        auto& place = installed();
        const std::lock_guard lock(place.mutex);
        handler = place.handler;
    }
    if (!*handler) return;
    const auto& [application, thread, task] = log_origin_here();
    (*handler)({level, text, system_clock().wall_ms(), application, thread, task});
}

} // namespace streams::inline v0
