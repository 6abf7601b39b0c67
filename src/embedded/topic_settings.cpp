#include "src/embedded/topic_settings.hpp"

#include <streams/core/error.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace streams::inline v0::embedded {

namespace {

// Names Kafka 4.4 has as topic configuration and this cluster has no use for.
constexpr std::array without_effect = {
    "compression.type",
    "compression.gzip.level",
    "compression.lz4.level",
    "compression.zstd.level",
    "file.delete.delay.ms",
    "flush.messages",
    "flush.ms",
    "index.interval.bytes",
    "local.retention.bytes",
    "local.retention.ms",
    "max.compaction.lag.ms",
    "message.timestamp.after.max.ms",
    "message.timestamp.before.max.ms",
    "min.cleanable.dirty.ratio",
    "min.compaction.lag.ms",
    "min.insync.replicas",
    "preallocate",
    "remote.storage.enable",
    "segment.index.bytes",
    "segment.jitter.ms",
    "segment.ms",
    "unclean.leader.election.enable",
    "leader.replication.throttled.replicas",
    "follower.replication.throttled.replicas",
};

struct entry {
    std::string_view topic;
    std::string_view name;
    std::string_view value;

    [[noreturn]] void refuse(std::string_view expected) const {
        throw config_error(concat("topic ", topic, ": ", name, "=", value, " is impossible; give ", expected));
    }
    [[nodiscard]] std::int64_t number(std::int64_t least) const {
        std::int64_t parsed = 0;
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), parsed);
        if (error != std::errc{} || end != value.data() + value.size() || parsed < least)
            refuse(concat("a whole number of at least ", least));
        return parsed;
    }
};

void apply_cleanup_policy(topic_settings& settings, const entry& given) {
    settings.compacted = settings.deleted = false;
    std::string_view rest = given.value;
    while (!rest.empty()) {
        const auto comma = rest.find(',');
        auto word = rest.substr(0, comma);
        rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
        while (word.starts_with(' ')) word.remove_prefix(1);
        while (word.ends_with(' ')) word.remove_suffix(1);
        if (word == "compact")
            settings.compacted = true;
        else if (word == "delete")
            settings.deleted = true;
        else
            given.refuse("compact, delete or compact,delete");
    }
}

void apply(topic_settings& settings, const entry& given) {
    if (given.name == "cleanup.policy")
        apply_cleanup_policy(settings, given);
    else if (given.name == "retention.ms")
        settings.retention_ms = given.number(-1);
    else if (given.name == "retention.bytes")
        settings.retention_bytes = given.number(-1);
    else if (given.name == "segment.bytes")
        settings.segment_bytes = std::min(settings.segment_bytes, given.number(1));
    else if (given.name == "delete.retention.ms")
        settings.delete_retention_ms = given.number(0);
    else if (given.name == "max.message.bytes")
        settings.max_message_bytes = given.number(0);
    else if (given.name == "message.timestamp.type") {
        if (given.value != "CreateTime" && given.value != "LogAppendTime") given.refuse("CreateTime or LogAppendTime");
        settings.log_append_time = given.value == "LogAppendTime";
    } else if (std::find(without_effect.begin(), without_effect.end(), given.name) == without_effect.end())
        throw config_error(concat("topic ", given.topic, ": there is no topic configuration ", given.name,
                                  "; Kafka's documentation lists the names under Topic Configs"));
}

} // namespace

topic_settings topic_settings::from(std::string_view topic, const std::map<std::string, std::string>& config) {
    topic_settings settings;
    for (const auto& [name, value] : config) apply(settings, {topic, name, value});
    return settings;
}

std::map<std::string, std::string> topic_settings::in_force(std::map<std::string, std::string> config) const {
    config.emplace("cleanup.policy", compacted && deleted ? "compact,delete" : compacted ? "compact" : "delete");
    config.emplace("retention.ms", std::to_string(retention_ms));
    config.emplace("retention.bytes", std::to_string(retention_bytes));
    config.emplace("delete.retention.ms", std::to_string(delete_retention_ms));
    config.emplace("max.message.bytes", std::to_string(max_message_bytes));
    config.emplace("message.timestamp.type", log_append_time ? "LogAppendTime" : "CreateTime");
    config["segment.bytes"] = std::to_string(segment_bytes);
    return config;
}

void check_topic_name(std::string_view name) {
    const auto legal = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
               c == '-';
    };
    if (name.empty() || name.size() > 249 || name == "." || name == ".." ||
        !std::all_of(name.begin(), name.end(), legal))
        throw config_error(
            concat("topic \"", name, "\": not a name for a topic; use 1 to 249 letters, digits, '.', '_' and '-'"));
}

} // namespace streams::inline v0::embedded
