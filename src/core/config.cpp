#include <streams/core/config.hpp>

#include "src/core/bootstrap_servers.hpp"
#include "src/core/client_settings.hpp"
#include "src/core/listen_address.hpp"
#include "src/core/login_settings.hpp"
#include "src/core/memory_limits.hpp"
#include "src/core/property.hpp"

#include <streams/core/error.hpp>
#include <streams/core/host_info.hpp>
#include <streams/core/log.hpp>

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

namespace streams::inline v0 {

namespace {

constexpr std::size_t longest_topic_name = 249;

bool is_topic_name(std::string_view name) {
    const auto legal = [](unsigned char c) { return std::isalnum(c) || c == '.' || c == '_' || c == '-'; };
    return std::all_of(name.begin(), name.end(), legal) && name.size() <= longest_topic_name && name != "." &&
           name != "..";
}

/// What Kafka lets a topic's name begin with: internal topics begin with the application id.
void check_application_id(std::string_view id) {
    if (id.empty())
        throw config_error("application.id is not set: it names the consumer group and the internal topics; set it");
    if (!is_topic_name(id))
        property{"application.id", id}.refuse("made of letters, digits, '.', '_' and '-', 249 at most, as topic names "
                                              "begin with it");
}

void check_dead_letter_topic(std::string_view name) {
    if (!is_topic_name(name))
        property{"errors.dead.letter.queue.topic.name", name}.refuse(
            "the name of a topic, made of letters, digits, '.', '_' and '-', 249 at most");
}

void check_application_server(std::string_view server) {
    if (!server.empty() && !host_info::parse(server))
        property{"application.server", server}.refuse(
            "HOST:PORT, where the instances of the application reach this one");
}

/// The one that a client's settings name; Kafka's default otherwise.
std::string security_protocol_of(const client_settings& settings) {
    const auto given = settings.find("security.protocol");
    std::string name = given == settings.end() ? "PLAINTEXT" : given->second;
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::toupper(c); });
    return name;
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

void check_memory(const streams_config& config) {
    if (!config.state_memory_bytes) return;
    const std::size_t least = least_memory(config.num_stream_threads);
    if (*config.state_memory_bytes >= 0 && static_cast<std::size_t>(*config.state_memory_bytes) >= least) return;
    throw config_error(concat("state.memory.bytes is ", *config.state_memory_bytes, ", but the clients of ",
                              config.num_stream_threads, " stream thread", config.num_stream_threads == 1 ? "" : "s",
                              ", RocksDB and queries need ", least, " at least; raise it or lower num.stream.threads"));
}

/// What exactly_once_v2 decides itself, and how.
constexpr std::pair<std::string_view, std::string_view> decided_by_exactly_once[] = {
    {"isolation.level", "read_committed"},
    {"enable.idempotence", "true"},
};
/// With more, librdkafka cannot keep the order of what it sends again.
constexpr std::int64_t most_in_flight = 5;

client_settings without_decided(client_settings settings) {
    for (const auto& [name, value] : decided_by_exactly_once) settings.erase(std::string(name));
    return settings;
}

/// As Kafka Streams does it: what contradicts is said and left out.
void warn_of_decided(const client_settings& given) {
    for (const auto& [name, value] : decided_by_exactly_once)
        if (const auto at = given.find(std::string(name)); at != given.end() && at->second != value)
            log(log_level::warn,
                concat(name, " is \"", at->second,
                       "\", which has no effect: processing.guarantee is exactly_once_v2, and sets it to ", value));
}

void check_in_flight(const client_settings& of_producers) {
    for (const auto* name : {"max.in.flight", "max.in.flight.requests.per.connection"})
        if (const auto at = of_producers.find(name); at != of_producers.end())
            if (property{name, at->second}.number(1) > most_in_flight)
                property{name, at->second}.refuse("5 at most where processing.guarantee is exactly_once_v2");
}

/// librdkafka refuses them with fewer words. `slack`: how much longer than a transaction it may be.
void check_fits_transaction(const client_settings& of_producers, std::string_view name, std::string_view waits_for,
                            std::chrono::milliseconds transaction, std::int64_t slack) {
    const auto given = of_producers.find(std::string(name));
    if (given == of_producers.end()) return;
    const std::int64_t value = property{name, given->second}.number(0);
    if (value <= transaction.count() + slack) return;
    throw config_error(concat(name, " of producers is ", value, " and producer.transaction.timeout.ms is ",
                              transaction.count(), ": no ", waits_for,
                              " is waited for when its transaction has been aborted; lower producer.", name, " to ",
                              transaction.count() + slack, ", or raise producer.transaction.timeout.ms"));
}

/// `own` over `shared`.
client_settings merged(client_settings shared, client_settings own) {
    own.merge(shared);
    return own;
}

client_settings given_to_consumers(const streams_config& config, bool restore) {
    using config_names::consumer;
    auto shared = merged(to_rdkafka(config.clients, consumer, ""), to_rdkafka(config.consumer, consumer, "consumer."));
    return merged(std::move(shared), restore ? to_rdkafka(config.restore_consumer, consumer, "restore.consumer.")
                                             : to_rdkafka(config.main_consumer, consumer, "main.consumer."));
}

client_settings given_to_producers(const streams_config& config) {
    using config_names::producer;
    return merged(to_rdkafka(config.clients, producer, ""), to_rdkafka(config.producer, producer, "producer."));
}

void check_exactly_once(const streams_config& config) {
    warn_of_decided(merged(given_to_consumers(config, true), given_to_consumers(config, false)));
    const auto of_producers = given_to_producers(config);
    warn_of_decided(of_producers);
    check_in_flight(of_producers);
    const auto timeout = config.transaction_timeout();
    if (timeout < config.commits_every())
        throw config_error(concat("producer.transaction.timeout.ms is ", timeout.count(), " and commit.interval.ms is ",
                                  config.commits_every().count(),
                                  ": every transaction would be aborted before it is committed; lower "
                                  "commit.interval.ms, or raise producer.transaction.timeout.ms"));
    for (const auto* name : {"delivery.timeout.ms", "message.timeout.ms"})
        check_fits_transaction(of_producers, name, "record", timeout, 0);
    check_fits_transaction(of_producers, "socket.timeout.ms", "answer", timeout, 100);
}

} // namespace

void streams_config::validate(bool needs_brokers) const {
    check_application_id(application_id);
    if (state_dir.empty()) throw config_error("state.dir is empty: stores need a folder; set it");
    at_least("num.stream.threads", num_stream_threads, 1);
    at_least("num.standby.replicas", num_standby_replicas, 0);
    at_least("commit.interval.ms", commits_every().count(), 0);
    check_memory(*this);
    at_least("statestore.cache.max.bytes", statestore_cache_max_bytes, 0);
    at_least("statestore.uncommitted.max.bytes", statestore_uncommitted_max_bytes, -1);
    at_least("buffered.records.per.partition", static_cast<std::int64_t>(buffered_records_per_partition), 1);
    at_least("poll.ms", poll.count(), 0);
    at_least("max.poll.interval.ms", max_poll_interval.count(), 1);
    at_least("task.timeout.ms", task_timeout.count(), 0);
    at_least("repartition.purge.interval.ms", repartition_purge_interval.count(), 0);
    at_least("state.cleanup.delay.ms", state_cleanup_delay.count(), 0);
    at_least("windowstore.changelog.additional.retention.ms", windowstore_changelog_additional_retention.count(), 0);
    if (replication_factor != -1) at_least("replication.factor", replication_factor, 1);
    check_optimization(topology_optimization);
    check_dead_letter_topic(errors_dead_letter_queue_topic_name);
    check_application_server(application_server);
    at_least("metrics.num.samples", metrics_num_samples, 1);
    at_least("metrics.sample.window.ms", metrics_sample_window.count(), 1);
    if (!metrics_listen.empty() && !parse_listen_address(metrics_listen))
        property{"metrics.listen", metrics_listen}.refuse("PORT, or HOST:PORT as in 0.0.0.0:9464");
    if (!on_deserialization_error || !on_processing_error || !on_production_error)
        throw config_error(
            "an exception handler is empty: somebody must answer; use fail_on_error{} or resume_on_error{}");
    if (exactly_once()) check_exactly_once(*this);
    bool tokens_wanted = false;
    for (const auto& settings :
         {consumer_settings(false), consumer_settings(true), producer_settings(), admin_settings()}) {
        if (!needs_brokers) continue;
        check_bootstrap_servers(bootstrap_servers, security_protocol_of(settings));
        check_login(settings, static_cast<bool>(sasl_login_callback));
        tokens_wanted |= logs_in_with_tokens(settings);
    }
    if (needs_brokers && sasl_login_callback && !tokens_wanted)
        throw config_error("streams_config::sasl_login_callback is given, but no client would ask it; set "
                           "security.protocol=SASL_SSL and sasl.mechanism=OAUTHBEARER, or remove it");
}

client_settings streams_config::consumer_settings(bool restore) const {
    auto given = given_to_consumers(*this, restore);
    return exactly_once() ? without_decided(std::move(given)) : given;
}

client_settings streams_config::producer_settings() const {
    auto given = given_to_producers(*this);
    return exactly_once() ? without_decided(std::move(given)) : given;
}

std::chrono::milliseconds streams_config::transaction_timeout() const {
    const auto given = given_to_producers(*this);
    const auto at = given.find("transaction.timeout.ms");
    return at == given.end() ? std::chrono::milliseconds(10'000)
                             : property{"producer.transaction.timeout.ms", at->second}.span(1);
}

client_settings streams_config::admin_settings() const {
    using config_names::admin;
    return merged(to_rdkafka(clients, admin, ""), to_rdkafka(this->admin, admin, "admin."));
}

} // namespace streams::inline v0
