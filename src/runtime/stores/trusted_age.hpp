#pragma once

#include "src/runtime/topics/changelog_limits.hpp"

#include <streams/core/config.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace streams::inline v0 {

/// For how long a changelog surely keeps a deletion, so that a store that has not seen it can still be told: its
/// `delete.retention.ms` less the cleanup delay, or less its half where the delay is longer. nullopt: it is never compacted.
[[nodiscard]] std::optional<std::chrono::milliseconds> trusted_age(const changelog_limits& changelog,
                                                                   const streams_config& config);

/// Why a store that lacks records of its changelog is not to be completed from it, for a message; nullopt: it may be.
/// `caught_up`: when it is known to have lacked none; nullopt: never. Both in ms of the wall clock.
[[nodiscard]] std::optional<std::string> reason_to_rebuild(const changelog_limits& changelog,
                                                           const streams_config& config,
                                                           std::optional<std::int64_t> caught_up, std::int64_t now);

} // namespace streams::inline v0
