#include "src/kafka/rdkafka_partitions.hpp"

#include "src/kafka/rdkafka_error.hpp"

#include <streams/core/error.hpp>

#include <cstdlib>
#include <cstring>
#include <new>

namespace streams::inline v0::kafka {

namespace {

partition_list_ptr new_list(std::size_t size) {
    return partition_list_ptr(rd_kafka_topic_partition_list_new(static_cast<int>(size)));
}

rd_kafka_topic_partition_t* add(const partition_list_ptr& list, const topic_partition& one) {
    return rd_kafka_topic_partition_list_add(list.get(), one.topic.c_str(), one.partition);
}

/// Memory that librdkafka frees.
void* copy_for_c(const std::string& text) {
    void* copy = std::malloc(text.size()); // NOLINT(cppcoreguidelines-no-malloc): freed by C
    if (!copy) throw std::bad_alloc();
    return std::memcpy(copy, text.data(), text.size());
}

} // namespace

partition_list_ptr list_of(std::span<const std::string> topics) {
    auto list = new_list(topics.size());
    for (const auto& topic : topics)
        rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
    return list;
}

partition_list_ptr list_of(std::span<const topic_partition> partitions) {
    auto list = new_list(partitions.size());
    for (const auto& one : partitions) add(list, one);
    return list;
}

partition_list_ptr list_of(std::span<const std::pair<topic_partition, std::int64_t>> partitions) {
    auto list = new_list(partitions.size());
    for (const auto& [one, offset] : partitions) add(list, one)->offset = offset;
    return list;
}

partition_list_ptr list_of(std::span<const committed_offset> offsets) {
    auto list = new_list(offsets.size());
    for (const auto& one : offsets) {
        auto* entry = add(list, one.partition);
        entry->offset = one.offset;
        if (one.metadata.empty()) continue;
        entry->metadata = copy_for_c(one.metadata);
        entry->metadata_size = one.metadata.size();
    }
    return list;
}

std::span<const rd_kafka_topic_partition_t> entries_of(const rd_kafka_topic_partition_list_t* list) noexcept {
    if (!list) return {};
    return {list->elems, static_cast<std::size_t>(list->cnt)};
}

std::vector<topic_partition> partitions_of(const rd_kafka_topic_partition_list_t* list) {
    std::vector<topic_partition> partitions;
    for (const auto& entry : entries_of(list)) partitions.push_back({entry.topic, entry.partition});
    return partitions;
}

result first_failure(const rd_kafka_topic_partition_list_t* list, std::string_view subject) {
    for (const auto& entry : entries_of(list))
        if (entry.err != RD_KAFKA_RESP_ERR_NO_ERROR)
            return result_of(entry.err, concat(subject, " ", entry.topic, "-", entry.partition));
    return {};
}

} // namespace streams::inline v0::kafka
