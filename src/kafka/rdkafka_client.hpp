#pragma once

#include "src/kafka/broker_certificates.hpp"
#include "src/kafka/rdkafka_cluster.hpp"
#include "src/kafka/rdkafka_error.hpp"
#include "src/kafka/rdkafka_login.hpp"
#include "src/kafka/rdkafka_outages.hpp"
#include "src/kafka/rdkafka_ptr.hpp"

#include <atomic>
#include <memory>
#include <string_view>

namespace streams::inline v0::kafka {

/// Receives what librdkafka calls back, on the thread that polls the client. Nothing may throw: the caller is C.
class client_events {
public:
    explicit client_events(std::shared_ptr<rdkafka_cluster> cluster)
        : cluster_(std::move(cluster)), login_(cluster_->tokens, cluster_->outages) {}
    virtual ~client_events() = default;

    /// An error that no retry inside librdkafka helps against; logged unless a client does better.
    virtual void on_fatal(const result& failure) noexcept;
    /// The same of a topic, or a partition of it, that the cluster does not have any more.
    virtual void on_missing(std::string_view topic, const result& failure) noexcept;
    virtual void on_rebalance(rd_kafka_t*, rd_kafka_resp_err_t, const rd_kafka_topic_partition_list_t*) noexcept {}
    virtual void on_delivery(const rd_kafka_message_t&) noexcept {}

    [[nodiscard]] outage_log& outages() const noexcept { return cluster_->outages; }
    /// These two are reached by other threads of librdkafka too.
    [[nodiscard]] rdkafka_login& login() noexcept { return login_; }
    [[nodiscard]] broker_certificates& certificates() noexcept { return certificates_; }

    /// Whether the last connection that failed did so for good: that no broker can be reached then is no outage.
    std::atomic<bool> refused{false};

private:
    std::shared_ptr<rdkafka_cluster> cluster_;
    rdkafka_login login_;
    broker_certificates certificates_;
};

/// One client of librdkafka and the object that its callbacks reach. Everything that points into the client, records
/// above all, shares it, and the last one to go destroys it; a consumer is closed before, by its owner. An end that takes too
/// long is not waited for: the client is left behind, with a line at level WARN.
class rdkafka_client {
public:
    /// Throws config_error where librdkafka refuses the combination of settings.
    rdkafka_client(rd_kafka_type_t type, conf_ptr conf, std::unique_ptr<client_events> events);
    ~rdkafka_client();
    rdkafka_client(const rdkafka_client&) = delete;
    rdkafka_client& operator=(const rdkafka_client&) = delete;

    [[nodiscard]] rd_kafka_t* get() const noexcept { return client_; }
    [[nodiscard]] outage_log& outages() const noexcept { return events_->outages(); }

private:
    std::unique_ptr<client_events> events_;
    rd_kafka_t* client_ = nullptr;
};

} // namespace streams::inline v0::kafka
