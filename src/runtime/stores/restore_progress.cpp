#include <streams/runtime/restore_listener.hpp>

#include <algorithm>

namespace streams::inline v0 {

double restore_progress::rows_per_second() const noexcept {
    return static_cast<double>(rows) * 1000 / static_cast<double>(std::max<std::int64_t>(elapsed.count(), 1));
}

std::optional<std::chrono::milliseconds> restore_progress::time_left() const noexcept {
    if (next <= begin) return std::nullopt;
    const double per_offset = static_cast<double>(elapsed.count()) / static_cast<double>(next - begin);
    const auto left = static_cast<double>(std::max<std::int64_t>(end - next, 0));
    return std::chrono::milliseconds(static_cast<std::int64_t>(per_offset * left));
}

} // namespace streams::inline v0
