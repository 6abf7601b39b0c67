#pragma once

#include "src/kafka/client.hpp"
#include "src/kafka/rdkafka_client.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace streams::inline v0::kafka {

/// Keeps that a client was refused for good, by a wrong password say: its questions get no answer, and this is why.
class admin_events final : public client_events {
public:
    using client_events::client_events;
    void on_fatal(const result& failure) noexcept override;
    /// Whether anything was refused since the last take.
    [[nodiscard]] bool any();
    /// What was refused since the last call; success for nothing.
    [[nodiscard]] result take();

private:
    std::mutex mutex_;
    result refused_;
};

/// The admin of the seam on librdkafka. Never creates a topic by asking for it. Thread-safe.
class rdkafka_admin final : public admin {
public:
    rdkafka_admin(const streams_config& config, const std::string& client_id, std::shared_ptr<rdkafka_cluster> cluster);

    result describe(std::span<const std::string> topics, std::map<std::string, std::int32_t>& partitions,
                    milliseconds timeout) override;
    result describe_configs(std::span<const std::string> topics,
                            std::map<std::string, std::map<std::string, std::string>>& found,
                            milliseconds timeout) override;
    result bounds(const topic_partition& partition, log_bounds& found, milliseconds timeout) override;
    result list(std::vector<std::string>& topics, milliseconds timeout) override;
    /// Returns when the topics can be seen too, which follows their creation by a moment.
    result create(std::span<const new_topic> topics, milliseconds timeout) override;
    /// A topic that does not exist is no error.
    result remove(std::span<const std::string> topics, milliseconds timeout) override;
    result delete_records(std::span<const std::pair<topic_partition, std::int64_t>> before,
                          milliseconds timeout) override;

private:
    rd_kafka_resp_err_t ask_for_metadata(rd_kafka_topic_t* topic, const rd_kafka_metadata_t*& found,
                                         milliseconds timeout);
    result count_partitions(const std::string& topic, std::int32_t& partitions, milliseconds timeout);
    /// Of a question that was not answered.
    [[nodiscard]] result failure(rd_kafka_resp_err_t error, std::string_view subject);
    result wait_until_visible(std::span<const new_topic> topics, milliseconds timeout);

    std::unique_ptr<rdkafka_client> client_;
    admin_events* events_ = nullptr; ///< owned by the client
};

} // namespace streams::inline v0::kafka
