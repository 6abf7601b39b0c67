#include <streams/dsl/detail/windows/window_layout.hpp>

#include <streams/core/error.hpp>

#include <algorithm>

namespace streams::inline v0::detail {

void throw_past_time(std::int64_t time, std::int64_t span) {
    throw streams_error(concat("no window reaches ", span, " ms past ", time,
                               " ms since the epoch, since the largest time is ", unknown_window_end,
                               "; the record's time is hardly one in ms: choose another with timestamp_from, where a "
                               "negative one drops the record"));
}

void require_laid_out(const std::vector<window>& found, std::int64_t timestamp, std::int64_t size) {
    const auto refuse = [&](const window& each) {
        throw streams_error(
            concat("the window [", each.start, ", ", each.end, ") cannot be one for the time ", timestamp,
                   " ms: windows_for must return windows that begin at 0 or later, each at another time, hold "
                   "the time, and are at most as long as their size says, ",
                   size, " ms"));
    };
    for (const window& each : found) {
        const bool holds = each.start <= timestamp && (each.end > timestamp || each.end == unknown_window_end);
        if (each.start < 0 || !holds || each.end - each.start > size) refuse(each);
    }
    const auto no_later = [](const window& a, const window& b) { return b.start <= a.start; };
    if (std::ranges::adjacent_find(found, no_later) == found.end()) return;
    std::vector<window> by_start = found;
    std::ranges::sort(by_start, {}, &window::start);
    const auto twice = std::ranges::adjacent_find(by_start, {}, &window::start);
    if (twice != by_start.end()) refuse(*twice);
}

} // namespace streams::inline v0::detail
