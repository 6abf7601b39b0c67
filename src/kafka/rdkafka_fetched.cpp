#include "src/kafka/rdkafka_fetched.hpp"

#include <algorithm>
#include <utility>

namespace streams::inline v0::kafka {

namespace {

std::optional<bytes_view> view(const void* data, std::size_t size) noexcept {
    if (!data) return std::nullopt;
    return bytes_view(static_cast<const std::byte*>(data), size);
}

streams::headers copy_of(const rd_kafka_headers_t* from) {
    streams::headers out;
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t at = 0; rd_kafka_header_get_all(from, at, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++at)
        out.add(name, value ? std::optional(bytes(bytes_view(static_cast<const std::byte*>(value), size))) : std::nullopt);
    return out;
}

} // namespace

fetched_messages::~fetched_messages() {
    for (auto* message : messages_) rd_kafka_message_destroy(message);
}

std::size_t fetched_messages::consume(rd_kafka_queue_t* queue, milliseconds timeout, std::size_t count) {
    const auto before = messages_.size();
    messages_.resize(before + count);
    const auto came = rd_kafka_consume_batch_queue(queue, static_cast<int>(timeout.count()), messages_.data() + before, count);
    const auto taken = static_cast<std::size_t>(std::max<ssize_t>(came, 0));
    messages_.resize(before + taken);
    return taken;
}

record_view fetched_messages::view_of(const rd_kafka_message_t& message) {
    record_view record;
    record.offset = message.offset;
    rd_kafka_timestamp_type_t type{};
    record.timestamp = rd_kafka_message_timestamp(&message, &type);
    record.key = view(message.key, message.key_len);
    record.value = view(message.payload, message.len);
    rd_kafka_headers_t* found = nullptr;
    if (rd_kafka_message_headers(&message, &found) == RD_KAFKA_RESP_ERR_NO_ERROR)
        record.headers = &headers_.emplace_back(copy_of(found));
    return record;
}

} // namespace streams::inline v0::kafka
