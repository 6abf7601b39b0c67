#pragma once

#include <streams/core/saturation.hpp>
#include <streams/serde/window.hpp>

#include <cstdint>
#include <vector>

namespace streams::inline v0::detail {

[[noreturn]] void throw_past_time(std::int64_t time, std::int64_t span);

/// Throws streams_error where a window would reach past the largest time, which none can: Kafka's `Window` refuses it too.
inline void require_room(std::int64_t time, std::int64_t span) {
    if (exceeds_largest(time, span)) throw_past_time(time, span);
}

/// Throws streams_error unless windows that hold `timestamp` are laid out by a rule that keeps what custom_windows promises.
void require_laid_out(const std::vector<window>& found, std::int64_t timestamp, std::int64_t size);

} // namespace streams::inline v0::detail
