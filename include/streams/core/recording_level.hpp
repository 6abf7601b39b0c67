#pragma once

#include <cstdint>

namespace streams::inline v0 {

/// How much is measured (`metrics.recording.level`): each level measures what those before it do, and more.
enum class recording_level : std::uint8_t { info, debug, trace };

} // namespace streams::inline v0
