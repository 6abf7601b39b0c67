#pragma once

#include <streams/core/config.hpp>
#include <streams/state/store_spec.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>

namespace streams::inline v0 {

/// For how long a changelog keeps what is in it.
struct changelog_limits {
    std::optional<std::chrono::milliseconds> retention{}; ///< `retention.ms`; nullopt: nothing is deleted by age
    std::optional<std::chrono::milliseconds>
        delete_retention{}; ///< `delete.retention.ms`; nullopt: it is never compacted

    friend bool operator==(const changelog_limits&, const changelog_limits&) = default;
};

/// The limits of a topic with these settings. Kafka's defaults hold for those that it lacks, or that are no numbers.
[[nodiscard]] changelog_limits limits_of(const std::map<std::string, std::string>& settings);

/// What the application asks for where it makes the changelog; of an input topic that is one, Kafka's defaults of a
/// compacted topic.
[[nodiscard]] changelog_limits wanted_limits(const store_spec& store, const streams_config& config);

} // namespace streams::inline v0
