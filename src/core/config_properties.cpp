#include <streams/core/config.hpp>

#include "src/core/client_settings.hpp"
#include "src/core/nearest_name.hpp"
#include "src/core/property.hpp"

#include <streams/core/error.hpp>
#include <streams/core/log.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

namespace streams::inline v0 {

namespace {

/// A member of streams_config under its dotted name.
struct member_name {
    std::string_view name;
    void (*read)(const property&, streams_config&);
    bool consumer_setting = false; ///< a name of Kafka's consumers too, so `consumer.` may stand before it
};

std::int32_t int32(const property& p, std::int64_t least) {
    return static_cast<std::int32_t>(p.number(least, std::numeric_limits<std::int32_t>::max()));
}

void read_guarantee(const property& p, streams_config& c) {
    constexpr std::array choices{processing_guarantee::at_least_once, processing_guarantee::exactly_once_v2};
    c.guarantee = choices[p.one_of({"at_least_once", "exactly_once_v2"})];
}

/// The name of a Java class without its package.
std::string_view simple_name(const property& p) { return p.text.substr(p.text.rfind('.') + 1); }

/// True: the name of Kafka's handler that continues; false: of the one that fails.
bool continues(const property& p, std::string_view continuing, std::string_view failing) {
    if (simple_name(p) == continuing) return true;
    if (simple_name(p) == failing) return false;
    p.refuse(concat(continuing, " or ", failing, "; give a handler of your own in streams_config"));
}

void read_deserialization_handler(const property& p, streams_config& c) {
    if (continues(p, "LogAndContinueExceptionHandler", "LogAndFailExceptionHandler"))
        c.on_deserialization_error = resume_on_error{};
}

void read_processing_handler(const property& p, streams_config& c) {
    if (continues(p, "LogAndContinueProcessingExceptionHandler", "LogAndFailProcessingExceptionHandler"))
        c.on_processing_error = resume_on_error{};
}

void read_timestamp_extractor(const property& p, streams_config& c) {
    using enum timestamp_extractor;
    constexpr std::pair<std::string_view, timestamp_extractor> choices[] = {
        {"FailOnInvalidTimestamp", fail_on_invalid_timestamp},
        {"LogAndSkipOnInvalidTimestamp", log_and_skip_on_invalid_timestamp},
        {"UsePartitionTimeOnInvalidTimestamp", use_partition_time_on_invalid_timestamp},
        {"WallclockTimestampExtractor", wallclock_timestamp},
    };
    for (const auto& [name, extractor] : choices)
        if (simple_name(p) == name) {
            c.default_timestamp_extractor = extractor;
            return;
        }
    p.refuse("FailOnInvalidTimestamp, LogAndSkipOnInvalidTimestamp, UsePartitionTimeOnInvalidTimestamp or "
             "WallclockTimestampExtractor; give a function of your own to a source, as timestamp_from(f)");
}

void read_production_handler(const property& p, streams_config& c) {
    if (simple_name(p) != "DefaultProductionExceptionHandler")
        p.refuse("DefaultProductionExceptionHandler; give a handler of your own in streams_config");
    c.on_production_error = fail_on_error{};
}

void read_dsl_store(const property& p, streams_config&) {
    if (p.text != "rocksDB")
        p.refuse("rocksDB, as the default of all stores; choose single ones by materialized{.in_memory = true}");
}

void read_dsl_store_suppliers(const property& p, streams_config&) {
    const auto name = simple_name(p);
    if (name.substr(name.rfind('$') + 1) != "RocksDBDslStoreSuppliers")
        p.refuse("RocksDBDslStoreSuppliers, as the default of all stores; choose single ones by "
                 "materialized{.in_memory = true}");
}

void read_dsl_store_format(const property& p, streams_config& c) {
    c.dsl_store_format = p.one_of({"DEFAULT", "HEADERS"}) == 0 ? store_format::standard : store_format::headers;
}

constexpr member_name members[] = {
    {"application.id", [](const property& p, streams_config& c) { c.application_id = p.text; }},
    {"bootstrap.servers", [](const property& p, streams_config& c) { c.bootstrap_servers = p.text; }},
    {"state.dir", [](const property& p, streams_config& c) { c.state_dir = p.text; }},
    {"client.id", [](const property& p, streams_config& c) { c.client_id = p.text; }},
    {"application.server", [](const property& p, streams_config& c) { c.application_server = p.text; }},
    {"default.interactive.query.isolation.level",
     [](const property& p, streams_config& c) {
         constexpr std::array choices{isolation_level::read_committed, isolation_level::read_uncommitted};
         c.default_interactive_query_isolation_level =
             choices[p.one_of({"READ_COMMITTED", "READ_UNCOMMITTED", "read_committed", "read_uncommitted"}) % 2];
     }},
    {"metrics.recording.level",
     [](const property& p, streams_config& c) {
         constexpr std::array choices{recording_level::info, recording_level::debug, recording_level::trace};
         c.metrics_recording_level = choices[p.one_of({"INFO", "DEBUG", "TRACE"})];
     }},
    {"metrics.num.samples", [](const property& p, streams_config& c) { c.metrics_num_samples = int32(p, 1); }},
    {"metrics.sample.window.ms", [](const property& p, streams_config& c) { c.metrics_sample_window = p.span(1); }},
    {"metrics.listen", [](const property& p, streams_config& c) { c.metrics_listen = p.text; }},
    {"num.stream.threads", [](const property& p, streams_config& c) { c.num_stream_threads = int32(p, 1); }},
    {"commit.interval.ms", [](const property& p, streams_config& c) { c.commit_interval = p.span(); }},
    {"state.memory.bytes", [](const property& p, streams_config& c) { c.state_memory_bytes = p.number(0); }},
    {"statestore.cache.max.bytes",
     [](const property& p, streams_config& c) { c.statestore_cache_max_bytes = p.number(0); }},
    {"cache.max.bytes.buffering",
     [](const property& p, streams_config& c) { c.statestore_cache_max_bytes = p.number(0); }},
    {"statestore.uncommitted.max.bytes",
     [](const property& p, streams_config& c) { c.statestore_uncommitted_max_bytes = p.number(-1); }},
    {"max.task.idle.ms", [](const property& p, streams_config& c) { c.max_task_idle = p.span(-1); }},
    {"buffered.records.per.partition",
     [](const property& p, streams_config& c) {
         c.buffered_records_per_partition = static_cast<std::size_t>(p.number(1));
     }},
    {"poll.ms", [](const property& p, streams_config& c) { c.poll = p.span(); }},
    {"max.poll.interval.ms", [](const property& p, streams_config& c) { c.max_poll_interval = p.span(1); }, true},
    {"task.timeout.ms", [](const property& p, streams_config& c) { c.task_timeout = p.span(); }},
    {"repartition.purge.interval.ms",
     [](const property& p, streams_config& c) { c.repartition_purge_interval = p.span(); }},
    {"state.cleanup.delay.ms", [](const property& p, streams_config& c) { c.state_cleanup_delay = p.span(); }},
    {"windowstore.changelog.additional.retention.ms",
     [](const property& p, streams_config& c) { c.windowstore_changelog_additional_retention = p.span(); }},
    {"replication.factor",
     [](const property& p, streams_config& c) {
         c.replication_factor = int32(p, -1);
         if (c.replication_factor == 0) p.refuse("-1, the broker's default, or a whole number, 1 at least");
     }},
    {"__emit.interval.ms.kstreams.outer.join.spurious.results.fix__",
     [](const property& p, streams_config& c) { c.outer_join_emit_interval = p.span(); }},
    {"__emit.interval.ms.kstreams.windowed.aggregation__",
     [](const property& p, streams_config& c) { c.window_emit_interval = p.span(); }},
    {"topology.optimization", [](const property& p, streams_config& c) { c.topology_optimization = p.text; }},
    {"ensure.explicit.internal.resource.naming",
     [](const property& p, streams_config& c) {
         c.ensure_explicit_internal_resource_naming = p.one_of({"false", "true"}) == 1;
     }},
    {"auto.offset.reset",
     [](const property& p, streams_config& c) {
         constexpr std::array choices{offset_reset::earliest, offset_reset::latest, offset_reset::none};
         c.auto_offset_reset = choices[p.one_of({"earliest", "latest", "none"})];
     },
     true},
    {"group.instance.id", [](const property& p, streams_config& c) { c.group_instance_id = p.text; }, true},
    {"group.protocol",
     [](const property& p, streams_config&) {
         if (p.text != "classic") p.refuse("classic, the only one yet");
     },
     true},
    {"num.standby.replicas", [](const property& p, streams_config& c) { c.num_standby_replicas = int32(p, 0); }},
    {"processing.guarantee", read_guarantee},
    {"default.timestamp.extractor", read_timestamp_extractor},
    {"deserialization.exception.handler", read_deserialization_handler},
    {"default.deserialization.exception.handler", read_deserialization_handler},
    {"processing.exception.handler", read_processing_handler},
    {"default.dsl.store", read_dsl_store},
    {"dsl.store.suppliers.class", read_dsl_store_suppliers},
    {"dsl.store.format", read_dsl_store_format},
    {"processing.exception.handler.global.enabled",
     [](const property& p, streams_config& c) {
         c.processing_exception_handler_global_enabled = p.one_of({"false", "true"}) == 1;
     }},
    {"production.exception.handler", read_production_handler},
    {"default.production.exception.handler", read_production_handler},
    {"errors.dead.letter.queue.topic.name",
     [](const property& p, streams_config& c) { c.errors_dead_letter_queue_topic_name = p.text; }},
};

const member_name* find_member(std::string_view name) {
    const auto at = std::find_if(std::begin(members), std::end(members),
                                 [&](const member_name& member) { return member.name == name; });
    return at == std::end(members) ? nullptr : at;
}

/// A prefix, and which settings it leads to.
struct prefix_of_clients {
    std::string_view text;
    config_names::client kind;
    client_settings streams_config::* settings;
};

constexpr prefix_of_clients prefixes[] = {
    {"consumer.", config_names::consumer, &streams_config::consumer},
    {"main.consumer.", config_names::consumer, &streams_config::main_consumer},
    {"restore.consumer.", config_names::consumer, &streams_config::restore_consumer},
    {"producer.", config_names::producer, &streams_config::producer},
    {"admin.", config_names::admin, &streams_config::admin},
};

/// Takes a name with one of the prefixes.
void take_prefixed(const property& p, streams_config& c) {
    for (const auto& prefix : prefixes) {
        if (!p.name.starts_with(prefix.text)) continue;
        const auto name = p.name.substr(prefix.text.size());
        const auto* member = find_member(name);
        if (member && member->consumer_setting && prefix.kind == config_names::consumer &&
            prefix.settings != &streams_config::restore_consumer)
            member->read(p, c);
        else
            (c.*prefix.settings)[std::string(name)] = p.text;
        return;
    }
    if (p.name.starts_with("topic.")) {
        const auto name = p.name.substr(6);
        if (!config_names::is_topic_name(name)) {
            const auto nearest = config_names::nearest_topic_name(name);
            throw config_error(nearest.empty()
                                   ? concat(p.name, " is no known topic setting; remove it")
                                   : concat(p.name, " is no known topic setting; the nearest is topic.", nearest));
        }
        c.topic[std::string(name)] = p.text;
        return;
    }
    if (p.name.starts_with("client.tag.")) {
        log(log_level::warn,
            concat(p.name, " has no effect here: standbys stand where range will let their task fall"));
        return;
    }
    throw config_error(concat(p.name, " is not supported yet; use restore.consumer., whose settings hold for the "
                                      "consumer of global tables too"));
}

[[noreturn]] void refuse_unknown(std::string_view name) {
    std::vector<std::string_view> candidates;
    for (const auto& member : members) candidates.push_back(member.name);
    if (const auto client = config_names::nearest(name, config_names::every); !client.empty())
        candidates.push_back(client);
    const auto nearest = nearest_of(name, candidates);
    throw config_error(nearest.empty() ? concat(name, " is no known setting; remove it")
                                       : concat(name, " is no known setting; the nearest is ", nearest));
}

/// A client's name without a prefix goes to every client that has it.
void take_for_clients(const property& p, streams_config& c) {
    const auto* consumer_setting = config_names::find(p.name, config_names::consumer);
    const auto* producer_setting = config_names::find(p.name, config_names::producer);
    const auto* admin_setting = config_names::find(p.name, config_names::admin);
    const std::string name(p.name);
    if (!consumer_setting && !producer_setting && !admin_setting) refuse_unknown(p.name);
    if (consumer_setting == producer_setting && producer_setting == admin_setting) {
        c.clients[name] = p.text;
        return;
    }
    if (consumer_setting) c.consumer[name] = p.text;
    if (producer_setting) c.producer[name] = p.text;
    if (admin_setting) c.admin[name] = p.text;
}

void take_unprefixed(const property& p, streams_config& c) {
    if (const auto* member = find_member(p.name)) return member->read(p, c);
    if (const auto* known = config_names::find_streams(p.name)) {
        if (known->treated == config_names::treatment::refuse) throw config_error(concat(p.name, " ", known->text));
        log(log_level::warn, concat(p.name, " has no effect here: ", known->text));
        return;
    }
    take_for_clients(p, c);
}

bool has_prefix(std::string_view name) {
    // librdkafka has names that begin with `topic.` themselves.
    if (config_names::find(name, config_names::every)) return false;
    return name.starts_with("topic.") || name.starts_with("global.consumer.") || name.starts_with("client.tag.") ||
           std::any_of(std::begin(prefixes), std::end(prefixes),
                       [&](const prefix_of_clients& prefix) { return name.starts_with(prefix.text); });
}

} // namespace

streams_config streams_config::from_properties(const std::map<std::string, std::string>& properties) {
    streams_config config;
    // What has a prefix wins over what has none.
    for (const auto& [name, text] : properties)
        if (!has_prefix(name)) take_unprefixed({name, text}, config);
    for (const auto& [name, text] : properties)
        if (has_prefix(name)) take_prefixed({name, text}, config);

    config.clients = to_rdkafka(config.clients, config_names::admin, "");
    for (const auto& prefix : prefixes)
        config.*prefix.settings = to_rdkafka(config.*prefix.settings, prefix.kind, prefix.text);
    return config;
}

} // namespace streams::inline v0
