#include "src/kafka/rdkafka_fetched.hpp"

#include "src/kafka/rdkafka_headers.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace streams::inline v0::kafka {

namespace {

std::optional<bytes_view> view(const void* data, std::size_t size) noexcept {
    if (!data) return std::nullopt;
    return bytes_view(static_cast<const std::byte*>(data), size);
}

/// True: the record certainly has no headers. librdkafka allocates to find that out; but keys and values lie in the buffer
/// as they were fetched, and there the number of headers follows the value (record format 2; in formats 0 and 1 the next
/// offset does, whose first byte is zero as well). Looked at only where the next record shows that the buffer goes on.
bool is_bare(const rd_kafka_message_t& message, const rd_kafka_message_t* next) noexcept {
    constexpr std::uintptr_t neighbourhood = 4096;
    if (!next) return false;
    const bool has_value = message.payload != nullptr;
    const auto* end = has_value ? static_cast<const unsigned char*>(message.payload) + message.len
                                : static_cast<const unsigned char*>(message.key) + message.key_len;
    if (!has_value && !message.key) return false;
    const auto from = reinterpret_cast<std::uintptr_t>(end);
    const auto to = reinterpret_cast<std::uintptr_t>(next->key ? next->key : next->payload);
    if (to < from + 2 || to - from > neighbourhood) return false;
    constexpr unsigned char null_length = 1; // -1 as a zigzag varint
    return has_value ? end[0] == 0 : end[0] == null_length && end[1] == 0;
}

} // namespace

fetched_messages::~fetched_messages() {
    for (auto* message : messages_) rd_kafka_message_destroy(message);
}

std::size_t fetched_messages::consume(rd_kafka_queue_t* queue, milliseconds timeout, std::size_t count) {
    const auto before = messages_.size();
    messages_.resize(before + count);
    const auto came =
        rd_kafka_consume_batch_queue(queue, static_cast<int>(timeout.count()), messages_.data() + before, count);
    const auto taken = static_cast<std::size_t>(std::max<ssize_t>(came, 0));
    messages_.resize(before + taken);
    return taken;
}

record_view fetched_messages::view_of(const rd_kafka_message_t& message, const rd_kafka_message_t* next) {
    record_view record;
    record.offset = message.offset;
    rd_kafka_timestamp_type_t type{};
    record.timestamp = rd_kafka_message_timestamp(&message, &type);
    record.key = view(message.key, message.key_len);
    record.value = view(message.payload, message.len);
    if (is_bare(message, next)) return record;
    rd_kafka_headers_t* found = nullptr;
    if (rd_kafka_message_headers(&message, &found) == RD_KAFKA_RESP_ERR_NO_ERROR)
        record.headers = &headers_.emplace_back(from_rdkafka(found));
    return record;
}

} // namespace streams::inline v0::kafka
