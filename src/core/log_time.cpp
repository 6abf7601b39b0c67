#include "src/core/log_time.hpp"

#include <cstdio>
#include <ctime>

namespace streams::inline v0 {

std::string log_time(std::chrono::system_clock::time_point at) {
    const auto whole = std::chrono::floor<std::chrono::seconds>(at);
    const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(at - whole);
    const std::time_t seconds = std::chrono::system_clock::to_time_t(whole);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[32];
    const auto written = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    std::snprintf(text + written, sizeof text - written, ".%03dZ", static_cast<int>(rest.count()));
    return text;
}

} // namespace streams::inline v0
