#pragma once

#include "src/kafka/client.hpp"
#include "src/kafka/rdkafka_client.hpp"

#include <deque>
#include <memory>
#include <span>
#include <vector>

namespace streams::inline v0::kafka {

/// The messages of one poll: what the batches made of them are views into. The last batch to go releases all.
class fetched_messages {
public:
    explicit fetched_messages(std::shared_ptr<const rdkafka_client> client) : client_(std::move(client)) {}
    ~fetched_messages();
    fetched_messages(const fetched_messages&) = delete;
    fetched_messages& operator=(const fetched_messages&) = delete;

    /// Takes what is in the queue, waiting up to `timeout` for `count` messages, and adds it to the rest.
    /// Returns how many came. Serves the client's callbacks.
    std::size_t consume(rd_kafka_queue_t* queue, milliseconds timeout, std::size_t count);
    [[nodiscard]] std::span<rd_kafka_message_t* const> messages() const noexcept { return messages_; }

    /// The record that a message without error is, its headers made if it has any. `next`: the message after it in the
    /// same partition, null for none.
    [[nodiscard]] record_view view_of(const rd_kafka_message_t& message, const rd_kafka_message_t* next);

private:
    std::shared_ptr<const rdkafka_client> client_;
    std::vector<rd_kafka_message_t*> messages_;
    std::deque<streams::headers> headers_; ///< stable addresses
};

} // namespace streams::inline v0::kafka
