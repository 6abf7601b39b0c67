#include "src/kafka/rdkafka_config.hpp"

#include "src/core/property.hpp"
#include "src/core/secret_settings.hpp"
#include "src/kafka/rdkafka_version.hpp"

#include <streams/core/error.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace streams::inline v0::kafka {

namespace {

constexpr std::size_t most_queued_records = 10'000'000; // librdkafka's own limit
constexpr std::int64_t kafkas_session_timeout_ms = 45'000;
/// Partitions stand still until every member has heard of a rebalance, which Kafka's 3 s make long.
constexpr std::int64_t heartbeat_interval_ms = 1'000;

/// `first`, overridden by `second`.
client_settings merged(const client_settings& first, client_settings second) {
    second.insert(first.begin(), first.end());
    return second;
}

/// That a producer takes.
std::size_t largest_record(const client_settings& given) {
    const auto found = given.find("message.max.bytes");
    return found == given.end()
               ? memory::send_batch
               : static_cast<std::size_t>(property{"producer.message.max.bytes", found->second}.number(1));
}

client_settings defaults_of_every_client() {
    return {
        {"socket.nagle.disable", "true"}, {"socket.keepalive.enable", "true"},  {"log.connection.close", "false"},
        {"reconnect.backoff.ms", "100"},  {"reconnect.backoff.max.ms", "2000"},
    };
}

client_settings decided_for_every_client(const streams_config& config, const std::string& client_id) {
    client_settings decided{{"bootstrap.servers", config.bootstrap_servers}};
    if (!client_id.empty()) decided["client.id"] = client_id;
    return decided;
}

/// Of a value that librdkafka does not take, for `why`, which may have it inside.
[[noreturn]] void throw_refused(std::string_view role, const std::string& name, const std::string& value,
                                std::string_view why) {
    const bool lacking = why.find("not supported in this build") != why.npos;
    const std::string_view remedy = !lacking ? "correct the value"
                                    : name.starts_with("sasl.oauthbearer.")
                                        ? "give streams_config::sasl_login_callback a "
                                          "function, or use a librdkafka built with it"
                                        : "use a librdkafka built with it";
    if (why.find(value) != why.npos) why = shown(name, why);
    throw config_error(concat(role, " setting ", name, "=", shown(name, value), " is refused: ", why, "; ", remedy));
}

} // namespace

client_settings consumer_settings(const streams_config& config, const consumer_options& options) {
    const std::size_t queue_bytes = options.queue_bytes;
    const auto max_poll_interval_ms = config.max_poll_interval.count();

    auto settings = merged(defaults_of_every_client(), consumer_defaults_of_version());
    // Kafka's default is no librdkafka's; that of exactly_once_v2 no setting overrides.
    settings["isolation.level"] = options.read_committed ? "read_committed" : "read_uncommitted";
    const auto session_timeout_ms = std::min<std::int64_t>(kafkas_session_timeout_ms, max_poll_interval_ms);
    settings["session.timeout.ms"] = std::to_string(session_timeout_ms);
    settings["heartbeat.interval.ms"] =
        std::to_string(std::clamp<std::int64_t>(session_timeout_ms / 3, 1, heartbeat_interval_ms));
    // librdkafka counts the content of a queued record alone: half of the bytes bounds it, and the other half their number.
    settings["queued.max.messages.kbytes"] = std::to_string(std::max<std::size_t>(1, queue_bytes / 2 / memory::kib));
    settings["queued.min.messages"] =
        std::to_string(std::clamp<std::size_t>(queue_bytes / memory::queued_record, 1, most_queued_records));
    // One answer must not overshoot the queue by much: records of a few bytes grow forty times when they are taken apart.
    const auto fetch_bytes =
        static_cast<std::int64_t>(std::clamp(queue_bytes / 16, memory::least_fetch, memory::largest_fetch));
    settings["fetch.max.bytes"] = std::to_string(fetch_bytes);
    settings["fetch.message.max.bytes"] =
        std::to_string(std::clamp(queue_bytes / 64, memory::least_partition_fetch, memory::largest_partition_fetch));
    settings["fetch.error.backoff.ms"] = "100";
    // A partition that is resumed waits for the fetch under way: not long.
    settings["fetch.wait.max.ms"] = "100";

    const auto given = config.consumer_settings(options.restore);
    if (const auto largest = given.find("message.max.bytes"); largest != given.end()) {
        // librdkafka wants an answer to be no smaller than a record may be.
        const auto bytes = property{"consumer.message.max.bytes", largest->second}.number(1);
        settings["fetch.max.bytes"] = std::to_string(std::max<std::int64_t>(fetch_bytes, bytes));
    }
    settings = merged(settings, given);
    auto decided = decided_for_every_client(config, options.client_id);
    // A consumer that only reads what it is assigned needs a group's name too; it never joins it.
    decided["group.id"] = options.group_id.empty() ? config.application_id : options.group_id;
    if (!options.group_instance_id.empty()) decided["group.instance.id"] = options.group_instance_id;
    decided["max.poll.interval.ms"] = std::to_string(max_poll_interval_ms);
    decided["enable.auto.commit"] = "false";
    decided["enable.auto.offset.store"] = "false";
    decided["enable.partition.eof"] = "true";
    decided["partition.assignment.strategy"] = "range";
    decided["auto.offset.reset"] = "error";
    return merged(settings, std::move(decided));
}

client_settings producer_settings(const streams_config& config, const producer_options& options) {
    auto settings = defaults_of_every_client();
    settings["enable.idempotence"] = "true";
    settings["linger.ms"] = "5";
    settings["batch.num.messages"] = "10000";
    settings["batch.size"] = std::to_string(memory::send_batch);
    const auto given = config.producer_settings();
    // As for consumers: librdkafka counts the content alone.
    const std::size_t content_bytes = options.queue_bytes / 2;
    settings["queue.buffering.max.messages"] =
        std::to_string(std::clamp<std::size_t>(content_bytes / memory::sent_record, 1, most_queued_records));
    // A record that finds no room in an empty queue would be tried again for ever.
    settings["queue.buffering.max.kbytes"] =
        std::to_string(std::max(content_bytes, largest_record(given)) / memory::kib + 1);
    // In a transaction a record has as long as that has.
    if (options.transactional_id.empty())
        settings["delivery.timeout.ms"] = "120000";
    else
        settings["transaction.timeout.ms"] = std::to_string(config.transaction_timeout().count());

    settings = merged(settings, given);
    auto decided = decided_for_every_client(config, options.client_id);
    decided["partitioner"] = "murmur2_random";
    if (!options.transactional_id.empty()) decided["transactional.id"] = options.transactional_id;
    return merged(settings, std::move(decided));
}

client_settings admin_settings(const streams_config& config, const std::string& client_id) {
    auto decided = decided_for_every_client(config, client_id);
    decided["isolation.level"] = "read_uncommitted"; // of the ends that it tells
    return merged(merged(defaults_of_every_client(), config.admin_settings()), std::move(decided));
}

conf_ptr make_conf(const client_settings& settings, std::string_view role) {
    conf_ptr conf{rd_kafka_conf_new()};
    std::array<char, 512> why{};
    for (const auto& [name, value] : settings) {
        const auto answer = rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), why.data(), why.size());
        if (answer == RD_KAFKA_CONF_OK) continue;
        if (answer == RD_KAFKA_CONF_UNKNOWN)
            throw config_error(concat(role, " setting ", name, " is unknown to librdkafka ", rd_kafka_version_str(),
                                      "; correct or remove it"));
        throw_refused(role, name, value, why.data());
    }
    return conf;
}

} // namespace streams::inline v0::kafka
