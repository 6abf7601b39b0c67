#include <streams/core/log.hpp>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <memory>
#include <mutex>
#include <string>

namespace streams::inline v0 {

namespace {

/// `2026-01-31T23:59:59.123Z`, UTC.
std::string time_text(std::chrono::system_clock::time_point at) {
    const auto since_epoch = std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
    const std::time_t seconds = static_cast<std::time_t>(since_epoch / 1000);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[32];
    const auto written = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    std::snprintf(text + written, sizeof text - written, ".%03dZ", static_cast<int>(since_epoch % 1000));
    return text;
}

void write_to_stderr(log_level level, std::string_view line) {
    if (level < log_level::info) return;
    std::string whole = time_text(std::chrono::system_clock::now());
    whole += ' ';
    whole += to_string(level);
    whole += ' ';
    whole += line;
    whole += '\n';
    // One call, so that lines of several threads do not mix.
    std::fwrite(whole.data(), 1, whole.size(), stderr);
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

void log(log_level level, std::string_view line) {
    std::shared_ptr<const log_handler> handler;
    {
        auto& place = installed();
        const std::lock_guard lock(place.mutex);
        handler = place.handler;
    }
    if (*handler) (*handler)(level, line);
}

} // namespace streams::inline v0
