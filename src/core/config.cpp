#include <streams/core/config.hpp>

#include "src/core/client_settings.hpp"
#include "src/core/property.hpp"

#include <streams/core/error.hpp>

#include <algorithm>
#include <cctype>
#include <string_view>

namespace streams::inline v0 {

namespace {

constexpr std::size_t longest_topic_name = 249;

/// What Kafka lets a topic's name begin with: internal topics begin with the application id.
void check_application_id(std::string_view id) {
    if (id.empty())
        throw config_error("application.id is not set: it names the consumer group and the internal topics; set it");
    const auto legal = [](unsigned char c) { return std::isalnum(c) || c == '.' || c == '_' || c == '-'; };
    if (!std::all_of(id.begin(), id.end(), legal) || id.size() > longest_topic_name || id == "." || id == "..")
        property{"application.id", id}.refuse("made of letters, digits, '.', '_' and '-', 249 at most, as topic names "
                                              "begin with it");
}

/// HOST:PORT, with an optional PROTOCOL:// before and brackets around an IPv6 address.
bool is_broker(std::string_view text) {
    if (const auto scheme = text.find("://"); scheme != text.npos) text.remove_prefix(scheme + 3);
    const auto colon = text.rfind(':');
    if (colon == text.npos || colon == 0) return false;
    const auto port = text.substr(colon + 1);
    const auto digit = [](unsigned char c) { return std::isdigit(c) != 0; };
    if (port.empty() || port.size() > 5 || !std::all_of(port.begin(), port.end(), digit)) return false;
    const auto number = std::stoi(std::string(port));
    auto host = text.substr(0, colon);
    const bool ipv6 = host.size() > 2 && host.starts_with('[') && host.ends_with(']');
    if (ipv6) host = host.substr(1, host.size() - 2);
    const auto legal = [&](unsigned char c) {
        return std::isalnum(c) || c == '.' || c == '-' || c == '_' || (ipv6 && (c == ':' || c == '%'));
    };
    return number > 0 && number < 65536 && std::all_of(host.begin(), host.end(), legal);
}

void check_bootstrap_servers(std::string_view servers) {
    if (servers.empty())
        throw config_error(
            "bootstrap.servers is not set: it says where the cluster is; set it to HOST:PORT[,HOST:PORT...]");
    for (std::string_view rest = servers; !rest.empty();) {
        const auto end = std::min(rest.find(','), rest.size());
        auto one = rest.substr(0, end);
        while (one.starts_with(' ')) one.remove_prefix(1);
        while (one.ends_with(' ')) one.remove_suffix(1);
        if (!is_broker(one)) property{"bootstrap.servers", servers}.refuse("HOST:PORT[,HOST:PORT...]");
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
}

void check_optimization(const std::string& text) {
    if (text == "none" || text == "all") return;
    for (std::string_view rest = text;;) {
        const auto end = std::min(rest.find(','), rest.size());
        const auto one = rest.substr(0, end);
        if (one != "reuse.ktable.source.topics" && one != "merge.repartition.topics" && one != "single.store.self.join")
            property{"topology.optimization", text}.refuse(
                "none, all, or a comma-separated list of reuse.ktable.source.topics, merge.repartition.topics and "
                "single.store.self.join");
        if (end == rest.size()) return;
        rest.remove_prefix(end + 1);
    }
}

void at_least(std::string_view name, std::int64_t value, std::int64_t least) {
    if (value < least) property{name, std::to_string(value)}.refuse(concat("a whole number, ", least, " at least"));
}

/// `own` over `shared`.
client_settings merged(client_settings shared, client_settings own) {
    own.merge(shared);
    return own;
}

} // namespace

void streams_config::validate(bool needs_brokers) const {
    check_application_id(application_id);
    if (needs_brokers) check_bootstrap_servers(bootstrap_servers);
    if (state_dir.empty()) throw config_error("state.dir is empty: stores need a folder; set it");
    at_least("num.stream.threads", num_stream_threads, 1);
    at_least("commit.interval.ms", commit_interval.count(), 0);
    at_least("statestore.cache.max.bytes", statestore_cache_max_bytes, 0);
    at_least("buffered.records.per.partition", static_cast<std::int64_t>(buffered_records_per_partition), 1);
    at_least("poll.ms", poll.count(), 0);
    at_least("max.poll.interval.ms", max_poll_interval.count(), 1);
    at_least("task.timeout.ms", task_timeout.count(), 0);
    at_least("repartition.purge.interval.ms", repartition_purge_interval.count(), 0);
    at_least("state.cleanup.delay.ms", state_cleanup_delay.count(), 0);
    at_least("windowstore.changelog.additional.retention.ms", windowstore_changelog_additional_retention.count(), 0);
    if (replication_factor != -1) at_least("replication.factor", replication_factor, 1);
    check_optimization(topology_optimization);
    if (!on_deserialization_error || !on_processing_error)
        throw config_error(
            "an exception handler is empty: somebody must answer; use fail_on_error{} or resume_on_error{}");
    (void)consumer_settings(false);
    (void)consumer_settings(true);
    (void)producer_settings();
    (void)admin_settings();
}

client_settings streams_config::consumer_settings(bool restore) const {
    using config_names::consumer;
    auto shared = merged(to_rdkafka(clients, consumer, ""), to_rdkafka(this->consumer, consumer, "consumer."));
    return merged(std::move(shared), restore ? to_rdkafka(restore_consumer, consumer, "restore.consumer.")
                                             : to_rdkafka(main_consumer, consumer, "main.consumer."));
}

client_settings streams_config::producer_settings() const {
    using config_names::producer;
    return merged(to_rdkafka(clients, producer, ""), to_rdkafka(this->producer, producer, "producer."));
}

client_settings streams_config::admin_settings() const {
    using config_names::admin;
    return merged(to_rdkafka(clients, admin, ""), to_rdkafka(this->admin, admin, "admin."));
}

} // namespace streams::inline v0
