#pragma once

#include "src/kafka/client.hpp"
#include "src/kafka/rdkafka_ptr.hpp"

#include <span>
#include <string_view>
#include <utility>
#include <vector>

/// Between our lists of partitions and librdkafka's.
namespace streams::inline v0::kafka {

[[nodiscard]] partition_list_ptr list_of(std::span<const std::string> topics);
[[nodiscard]] partition_list_ptr list_of(std::span<const topic_partition> partitions);
[[nodiscard]] partition_list_ptr list_of(std::span<const std::pair<topic_partition, std::int64_t>> partitions);
[[nodiscard]] partition_list_ptr list_of(std::span<const committed_offset> offsets);

[[nodiscard]] std::vector<topic_partition> partitions_of(const rd_kafka_topic_partition_list_t* list);
[[nodiscard]] std::span<const rd_kafka_topic_partition_t> entries_of(
    const rd_kafka_topic_partition_list_t* list) noexcept;

/// The first failure of a list's partitions, as `what TOPIC-PARTITION: reason`; success where none failed.
[[nodiscard]] result first_failure(const rd_kafka_topic_partition_list_t* list, std::string_view subject);

} // namespace streams::inline v0::kafka
