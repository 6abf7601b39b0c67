#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace streams::inline v0::embedded {

/// What the embedded cluster makes of a topic's configuration. Kafka's names and defaults, except that records are
/// kept for ever unless retention.ms is given, and that segments are smaller.
struct topic_settings {
    bool compacted = false;                        ///< cleanup.policy has compact
    bool deleted = true;                           ///< cleanup.policy has delete
    std::int64_t retention_ms = -1;                ///< retention.ms; negative: for ever
    std::int64_t retention_bytes = -1;             ///< retention.bytes; negative: no limit
    std::int64_t segment_bytes = 16 * 1024 * 1024; ///< segment.bytes, no larger than this
    std::int64_t delete_retention_ms = 86'400'000; ///< delete.retention.ms
    std::int64_t max_message_bytes = 1'048'588;    ///< max.message.bytes
    bool log_append_time = false;                  ///< message.timestamp.type is LogAppendTime

    /// Throws config_error for a name Kafka has no topic configuration of, or an impossible value.
    [[nodiscard]] static topic_settings from(std::string_view topic, const std::map<std::string, std::string>& config);

    /// By Kafka's names: `config`, which these were made from, and what holds where it says nothing.
    [[nodiscard]] std::map<std::string, std::string> in_force(std::map<std::string, std::string> config) const;
};

/// Throws config_error for a name that Kafka would refuse.
void check_topic_name(std::string_view name);

} // namespace streams::inline v0::embedded
