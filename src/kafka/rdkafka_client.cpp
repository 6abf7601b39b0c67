#include "src/kafka/rdkafka_client.hpp"

#include "src/kafka/bounded_end.hpp"

#include <streams/core/error.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <utility>

namespace streams::inline v0::kafka {

namespace {

constexpr std::chrono::milliseconds longest_end{5000};

client_events& events_of(void* opaque) noexcept { return *static_cast<client_events*>(opaque); }

void log_callback(const rd_kafka_t* client, int level, const char* facility, const char* text) {
    if (auto* opaque = rd_kafka_opaque(client))
        events_of(opaque).outages().library_line(level, facility, rd_kafka_name(client), text);
}

/// librdkafka says which in the text alone: `topic [partition]: reason`. Empty: the error is another.
std::string_view missing_topic_of(rd_kafka_resp_err_t error, std::string_view text) noexcept {
    if (!is_missing(error)) return {};
    const auto end = text.find(" [");
    return end == std::string_view::npos ? std::string_view() : text.substr(0, end);
}

/// Whether it may pass by itself.
bool may_pass(client_events& events, rd_kafka_resp_err_t error, std::string_view text) {
    if (class_of(error, text) == error_class::retriable) return true;
    return error == RD_KAFKA_RESP_ERR__AUTHENTICATION && events.login().has_expired();
}

void error_callback(rd_kafka_t* client, int code, const char* text, void* opaque) {
    const auto error = static_cast<rd_kafka_resp_err_t>(code);
    auto& events = events_of(opaque);
    if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
        if (!events.refused) events.outages().all_brokers_down();
        return;
    }
    try {
        const auto refusal = events.certificates().reason_of(text);
        events.refused = !refusal.empty() || !may_pass(events, error, text);
        if (!refusal.empty())
            return events.on_fatal({error_class::fatal, concat(rd_kafka_name(client), ": ", refusal)});
        if (!events.refused) {
            events.outages().connection_failed(text);
            if (!is_known(error))
                events.outages().line(log_level::warn, result_of(error, rd_kafka_name(client), text).reason());
            return;
        }
        if (error == RD_KAFKA_RESP_ERR__FATAL)
            events.on_fatal(result_of(client, error, rd_kafka_name(client)));
        else if (const auto topic = missing_topic_of(error, text); !topic.empty())
            events.on_missing(topic, result_of(error, rd_kafka_name(client), text));
        else
            events.on_fatal(result_of(error, rd_kafka_name(client), text));
    } catch (const std::exception& failed) {
        events.outages().line(log_level::error, failed.what());
    }
}

/// Answers as OpenSSL has; librdkafka would take no for yes where this says yes.
int certificate_callback(rd_kafka_t*, const char* broker, std::int32_t, int* error, int depth, const char*, std::size_t,
                         char* why, std::size_t size, void* opaque) {
    if (*error == 0) return 1;
    events_of(opaque).certificates().refused(broker, *error, depth);
    std::snprintf(why, size, "OpenSSL's error %d", *error);
    return 0;
}

std::string setting(const rd_kafka_conf_t* conf, const char* name) {
    std::array<char, 64> text{};
    auto size = text.size();
    return rd_kafka_conf_get(conf, name, text.data(), &size) == RD_KAFKA_CONF_OK ? text.data() : "";
}

bool logs_in_with_tokens(const rd_kafka_conf_t* conf) {
    return setting(conf, "sasl.mechanisms") == "OAUTHBEARER" && setting(conf, "security.protocol").starts_with("sasl");
}

void rebalance_callback(rd_kafka_t* client, rd_kafka_resp_err_t event, rd_kafka_topic_partition_list_t* partitions,
                        void* opaque) {
    events_of(opaque).on_rebalance(client, event, partitions);
}

void delivery_callback(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    events_of(opaque).on_delivery(*message);
}

} // namespace

void client_events::on_fatal(const result& failure) noexcept { outages().line(log_level::error, failure.reason()); }

void client_events::on_missing(std::string_view, const result& failure) noexcept { on_fatal(failure); }

rdkafka_client::rdkafka_client(rd_kafka_type_t type, conf_ptr conf, std::unique_ptr<client_events> events)
    : events_(std::move(events)) {
    rd_kafka_conf_set_opaque(conf.get(), events_.get());
    rd_kafka_conf_set_log_cb(conf.get(), log_callback);
    rd_kafka_conf_set_error_cb(conf.get(), error_callback);
    if (type == RD_KAFKA_CONSUMER)
        rd_kafka_conf_set_rebalance_cb(conf.get(), rebalance_callback);
    else
        rd_kafka_conf_set_dr_msg_cb(conf.get(), delivery_callback);
    if (setting(conf.get(), "enable.ssl.certificate.verification") == "true")
        rd_kafka_conf_set_ssl_cert_verify_cb(conf.get(), certificate_callback);
    const bool with_tokens = events_->login().is_given() && logs_in_with_tokens(conf.get());
    if (with_tokens) rdkafka_login::prepare(conf.get());
    std::array<char, 512> why{};
    client_ = rd_kafka_new(type, conf.get(), why.data(), why.size());
    if (!client_)
        throw config_error(concat("the Kafka client cannot be made: ", why.data(), "; correct the client settings"));
    (void)conf.release(); // NOLINT(bugprone-unused-return-value): owned by the client now
    if (with_tokens) events_->login().start(client_);
}

rdkafka_client::~rdkafka_client() {
    if (!client_) return;
    const std::string name = rd_kafka_name(client_);
    const std::shared_ptr<client_events> events = std::move(events_); // callbacks reach it until the end
    const auto destroy = [client = client_, events] {
        rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    };
    if (ends_within(longest_end, destroy)) return;
    events->outages().line(
        log_level::warn, concat("kafka client ", name, " has not ended within ", longest_end.count(),
                                " ms and is left behind with its threads and memory until the process ends; librdkafka "
                                "waits for ever where a topic was deleted that it used"));
}

} // namespace streams::inline v0::kafka
