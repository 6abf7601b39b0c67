#pragma once

#include "src/kafka/client.hpp"
#include "src/kafka/rdkafka_client.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace streams::inline v0::kafka {

/// What librdkafka calls back while a consumer polls: rebalances are noted, not answered, until the consumer closes.
class consumer_events final : public client_events {
public:
    using client_events::client_events;
    void on_fatal(const result& failure) noexcept override;
    void on_missing(std::string_view topic, const result& failure) noexcept override;
    void on_rebalance(rd_kafka_t* client, rd_kafka_resp_err_t event,
                      const rd_kafka_topic_partition_list_t* partitions) noexcept override;

    std::vector<rebalance> rebalances;
    std::vector<result> failures;
    std::vector<std::string> missing_topics;
    rd_kafka_queue_t* queue = nullptr; ///< the one being polled: a rebalance ends the wait
    bool closing = false;              ///< or leaving: answers rebalances itself
    bool in_group = false;             ///< a missing topic is no failure
};

} // namespace streams::inline v0::kafka
