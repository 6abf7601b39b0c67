#include "src/kafka/rdkafka_consumer_events.hpp"

#include "src/kafka/rdkafka_partitions.hpp"

#include <algorithm>
#include <exception>

namespace streams::inline v0::kafka {

void consumer_events::on_fatal(const result& failure) noexcept {
    try {
        failures.push_back(failure);
    } catch (const std::exception&) {
        outages().line(log_level::error, failure.reason());
    }
    if (queue) rd_kafka_queue_yield(queue);
}

void consumer_events::on_missing(std::string_view topic, const result& failure) noexcept {
    if (!in_group) return on_fatal(failure);
    try {
        missing_topics.emplace_back(topic);
    } catch (const std::exception&) {
        outages().line(log_level::error, failure.reason());
    }
    if (queue) rd_kafka_queue_yield(queue);
}

void consumer_events::on_rebalance(rd_kafka_t* client, rd_kafka_resp_err_t event,
                                   const rd_kafka_topic_partition_list_t* partitions) noexcept {
    const bool assigned = event == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
    if (closing || (!assigned && event != RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS)) {
        rd_kafka_assign(client, nullptr);
        return;
    }
    try {
        const auto kind = assigned                           ? rebalance::event::assigned
                          : rd_kafka_assignment_lost(client) ? rebalance::event::lost
                                                             : rebalance::event::revoked;
        rebalances.push_back({kind, partitions_of(partitions)});
        std::ranges::sort(rebalances.back().partitions);
    } catch (const std::exception& failed) {
        outages().line(log_level::error, failed.what());
        rd_kafka_assign(client, nullptr);
    }
    if (queue) rd_kafka_queue_yield(queue);
}

} // namespace streams::inline v0::kafka
