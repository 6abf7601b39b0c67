#pragma once

#include "src/kafka/rdkafka_ptr.hpp"

#include <streams/core/config.hpp>

#include <string>
#include <utility>

/// The one place that knows how versions of librdkafka differ; 2.0.2 (Debian 12) is the oldest supported.
namespace streams::inline v0::kafka {

/// A consumer that read ahead to its limit, or whose partitions were paused, fetches again only when its broker thread
/// wakes, which may take a second. This wakes it; nothing is sent.
class fetch_waker {
public:
    /// `sasl_username`, `sasl_password`: what the client is configured with, empty without.
    fetch_waker(rd_kafka_t* client, std::string sasl_username, std::string sasl_password)
        : client_(client), sasl_username_(std::move(sasl_username)), sasl_password_(std::move(sasl_password)) {}
    void wake() const noexcept;

private:
    rd_kafka_t* client_ = nullptr; ///< null: nobody to wake
    std::string sasl_username_;
    std::string sasl_password_;
};

/// Settings that this version has and others refuse, as defaults of a consumer.
[[nodiscard]] client_settings consumer_defaults_of_version();

/// Versions 2.2 to 2.14.0 count the report of a partition's end as a record: resuming would skip one, so that the
/// position must be set again first.
[[nodiscard]] bool resume_needs_seek() noexcept;

/// Versions before 2.6.1 send a nonce in SCRAM that brokers of Kafka 4.0 and newer refuse as a wrong password.
[[nodiscard]] bool scram_is_refused_by_kafka_4() noexcept;

/// The timeout to hand to rd_kafka_seek_partitions for `milliseconds`: before 2.1 it counts microseconds.
[[nodiscard]] int seek_timeout(int timeout_ms) noexcept;

} // namespace streams::inline v0::kafka
