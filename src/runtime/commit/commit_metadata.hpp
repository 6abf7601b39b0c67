#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace streams::inline v0 {

/// What is committed beside an offset, in Kafka Streams' bytes (`TopicPartitionMetadata`): base64 of
/// `0x02 | partition time:8 | [n:4 | (length:4 | key | int64)*]`.
struct commit_metadata {
    std::int64_t partition_time = -1;                         ///< ms; -1: unknown
    std::map<std::string, std::int64_t> processor_metadata{}; ///< store name to the last window close it emitted, ms

    friend bool operator==(const commit_metadata&, const commit_metadata&) = default;
};

[[nodiscard]] std::string encode(const commit_metadata& metadata);
/// Empty, undecodable or of an unknown version: all unknown, as Kafka Streams reads it.
[[nodiscard]] commit_metadata decode_commit_metadata(std::string_view text);

} // namespace streams::inline v0
