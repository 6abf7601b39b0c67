#pragma once

#include "src/kafka/client.hpp"
#include "src/kafka/rdkafka_ptr.hpp"

#include <string_view>

/// What can be done about an error of librdkafka or of a broker: the one place that decides it.
namespace streams::inline v0::kafka {

/// Whether this library knows the code. A newer librdkafka or broker may have codes that it does not.
[[nodiscard]] bool is_known(rd_kafka_resp_err_t error) noexcept;

/// By the code alone. Fatal is what the same call would be answered for ever: configuration, rights, data, misuse. A
/// code that is not known may pass, and so may an error of TLS or SASL whose text is missing: calls that waited for the
/// connection end with the code only, while the error with its text is reported by itself.
[[nodiscard]] error_class class_of(rd_kafka_resp_err_t error) noexcept;

/// By the code and the text that came with it, which tells a connection that broke (a broker that stops, a balancer
/// without one behind it) from a certificate or a password that was refused, and from a damaged record.
[[nodiscard]] error_class class_of(rd_kafka_resp_err_t error, std::string_view text) noexcept;

/// Whether a topic, or a partition of it, does not exist, perhaps not any more.
[[nodiscard]] bool is_missing(rd_kafka_resp_err_t error) noexcept;

/// Of a record that was not written: whether it is a matter of this record, or of this moment, so that somebody may go on
/// without it. Not where the next one would fare the same: rights that are missing, a topic's name that is invalid, a client
/// that can do no more, and what the broker has no word for (Kafka's `RecordCollectorImpl.isFatalException`).
[[nodiscard]] bool is_of_record(rd_kafka_resp_err_t error) noexcept;

} // namespace streams::inline v0::kafka
