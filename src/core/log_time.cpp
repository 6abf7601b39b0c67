#include "src/core/log_time.hpp"

#include <chrono>
#include <cstdio>
#include <ctime>

namespace streams::inline v0 {

std::string log_time(std::int64_t wall_ms) {
    const std::chrono::milliseconds since_epoch(wall_ms);
    const auto whole = std::chrono::floor<std::chrono::seconds>(since_epoch);
    const std::time_t seconds = static_cast<std::time_t>(whole.count());
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[32];
    const auto written = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    std::snprintf(text + written, sizeof text - written, ".%03dZ", static_cast<int>((since_epoch - whole).count()));
    return text;
}

} // namespace streams::inline v0
