#include "src/runtime/topics/internal_topics.hpp"

#include "src/runtime/tasks/task_errors.hpp"
#include "src/runtime/topics/partition_counts.hpp"
#include "src/runtime/topics/topic_names.hpp"

#include <streams/core/log.hpp>
#include <streams/core/saturation.hpp>

#include <algorithm>

namespace streams::inline v0 {
namespace {

using settings = std::map<std::string, std::string>;

/// Kafka Streams' configuration of internal topics; `more` wins over `config.topic`, which wins over the rest.
settings topic_settings(settings own, const streams_config& config, const settings& more) {
    own.emplace("message.timestamp.type", "CreateTime");
    for (const auto& [name, value] : config.topic) own[name] = value;
    for (const auto& [name, value] : more) own[name] = value;
    return own;
}

/// Versions are rebuilt from the puts themselves, so compaction must not come before they are forgotten.
constexpr std::chrono::hours versioned_additional_lag{24};

/// In ms. What is kept for ever leaves no room for more.
std::int64_t longest_sum(std::chrono::milliseconds kept, std::chrono::milliseconds more) {
    return detail::add_sat(kept.count(), more.count());
}

settings repartition_settings(const streams_config& config) {
    return topic_settings({{"cleanup.policy", "delete"}, {"segment.bytes", "52428800"}, {"retention.ms", "-1"}}, config,
                          {});
}

void check_outputs(const std::vector<std::string>& outputs, const std::map<std::string, std::int32_t>& existing) {
    std::string missing;
    std::size_t count = 0;
    for (const std::string& topic : outputs)
        if (!existing.contains(topic)) missing += concat(count++ == 0 ? "" : ", ", topic);
    if (count > 0)
        throw topology_error(concat("output topic", count == 1 ? " " : "s ", missing, count == 1 ? " does" : " do",
                                    " not exist in the cluster: an application creates its internal topics only; "
                                    "create it with its partitions first, for example by kafka-topics.sh --create"));
}

std::string counted(std::int32_t partitions) {
    return concat(partitions, partitions == 1 ? " partition" : " partitions");
}

void check_existing(const std::vector<kafka::new_topic>& wanted, const std::map<std::string, std::int32_t>& existing) {
    for (const auto& topic : wanted) {
        const auto found = existing.find(topic.name);
        if (found != existing.end() && found->second != topic.partitions)
            throw topology_error(concat("internal topic ", topic.name, " has ", counted(found->second),
                                        ", but the inputs ask for ", topic.partitions,
                                        " (an input has grown, or the "
                                        "topology changed); stop all instances, then delete the topic and reset the "
                                        "application, or start it under another application.id"));
    }
}

/// Hands a retriable failure back; throws for what no retry helps.
kafka::result checked(kafka::result answer, std::string_view doing) {
    if (answer.ok() || answer.kind() == kafka::error_class::retriable) return answer;
    throw cluster_error(concat("the cluster refused to ", doing, ": ", answer.reason()));
}

/// Replaces what the application asks for by what the cluster says, as far as it says it.
void learn_limits(kafka::admin& admin, kafka::milliseconds timeout,
                  std::map<std::string, changelog_limits>& changelogs) {
    std::vector<std::string> names;
    for (const auto& [name, limits] : changelogs) names.push_back(name);
    std::map<std::string, settings> found;
    if (const auto answer = admin.describe_configs(names, found, timeout); !answer)
        log(log_level::warn,
            concat("for how long changelogs keep what is in them cannot be learnt: ", answer.reason(),
                   "; for those of which it is not known, what this application would make them with is taken"));
    for (const auto& [name, in_force] : found) changelogs[name] = limits_of(in_force);
}

/// The topics that the application reads and does not create, each once.
std::vector<std::string> external_topics(const topology& topology) {
    std::vector<std::string> names;
    for (const sub_topology& part : topology.sub_topologies())
        for (const std::string& topic : part.source_topics)
            if (!topology.is_repartition_topic(topic) && std::find(names.begin(), names.end(), topic) == names.end())
                names.push_back(topic);
    for (const global_store& each : topology.global_stores()) names.push_back(each.topic);
    return names;
}

} // namespace

std::map<std::string, std::string> changelog_settings(const store_spec& store, const streams_config& config) {
    const auto windowed = [&](std::chrono::milliseconds retention, const char* cleanup) -> settings {
        const auto kept = longest_sum(retention, config.windowstore_changelog_additional_retention);
        return {{"cleanup.policy", cleanup}, {"retention.ms", std::to_string(kept)}};
    };
    settings own{{"cleanup.policy", "compact"}};
    if (const auto* versions = store.as<versioned_kind>())
        own.emplace("min.compaction.lag.ms",
                    std::to_string(longest_sum(versions->retention, versioned_additional_lag)));
    else if (const auto* windows = store.as<window_kind>())
        own = windowed(windows->retention, windows->retain_duplicates ? "delete" : "compact,delete");
    else if (const auto* sessions = store.as<session_kind>())
        own = windowed(sessions->retention, "compact,delete");
    return topic_settings(std::move(own), config, store.changelog_config);
}

std::vector<std::string> output_topics(const topology& topology) {
    std::vector<std::string> names;
    for (const sub_topology& part : topology.sub_topologies())
        for (const std::string& topic : part.sink_topics)
            if (!topology.is_repartition_topic(topic) && std::find(names.begin(), names.end(), topic) == names.end())
                names.push_back(topic);
    return names;
}

internal_topics plan_internal_topics(const topology& topology, const streams_config& config,
                                     const std::map<std::string, std::int32_t>& existing) {
    const auto counts = partition_counts(topology, existing);
    const auto name_of = [&](const std::string& declared) {
        return full_topic_name(topology, config.application_id, declared);
    };
    internal_topics plan;
    for (const sub_topology& part : topology.sub_topologies()) {
        std::int32_t tasks = 0;
        for (const std::string& topic : part.source_topics) {
            plan.layout.partitions[name_of(topic)] = counts.at(topic);
            tasks = std::max(tasks, counts.at(topic));
        }
        plan.layout.tasks[part.id] = tasks;
        for (const std::string& name : part.stores) {
            const store_spec& store = *topology.find_store(name);
            const std::string changelog = changelog_topic_name(topology, config.application_id, store);
            if (changelog.empty()) continue;
            plan.layout.changelogs.emplace(changelog, wanted_limits(store, config));
            if (store.source_topic.empty())
                plan.topics.push_back({changelog, tasks, config.replication_factor, changelog_settings(store, config)});
        }
    }
    for (const global_store& each : topology.global_stores()) {
        const auto found = existing.find(each.topic);
        if (found == existing.end())
            throw topology_error(concat("topic ", each.topic, " of global store ", each.store,
                                        " does not exist in the cluster; create it first, for example by "
                                        "kafka-topics.sh --create"));
        plan.layout.global_partitions.insert(*found);
        plan.layout.changelogs.emplace(each.topic, wanted_limits(*topology.find_store(each.store), config));
    }
    for (const auto& repartition : topology.repartition_topics())
        if (const auto found = counts.find(repartition.name); found != counts.end())
            plan.topics.push_back(
                {name_of(repartition.name), found->second, config.replication_factor, repartition_settings(config)});
    for (const auto& topic : plan.topics) plan.layout.internal[topic.name] = topic.partitions;
    return plan;
}

kafka::result find_topics(topology& topology, const streams_config& config, kafka::admin& admin,
                          kafka::milliseconds timeout) {
    if (!topology.has_patterns()) return {};
    std::vector<std::string> existing;
    if (auto answer = checked(admin.list(existing, timeout), "list the topics, which sources with a pattern read");
        !answer)
        return answer;
    topology = topology.with_topics(existing, config.application_id);
    check_patterns(topology);
    return {};
}

kafka::result set_up_topics(const topology& topology, const streams_config& config, kafka::admin& admin,
                            kafka::milliseconds timeout, topic_layout& layout) {
    const auto sources = external_topics(topology);
    std::map<std::string, std::int32_t> existing;
    if (auto answer = checked(admin.describe(sources, existing, timeout), "describe the source topics"); !answer)
        return answer;
    for (const std::string& topic : sources)
        if (!existing.contains(topic) && is_found_by_pattern(topology, topic))
            return {kafka::error_class::retriable,
                    concat("topic ", topic, ", which a pattern has found, is not known to all brokers")};
    auto plan = plan_internal_topics(topology, config, existing);
    const auto outputs = output_topics(topology);
    if (auto answer = checked(admin.describe(outputs, existing, timeout), "describe the output topics"); !answer)
        return answer;
    check_outputs(outputs, existing);

    std::vector<std::string> names;
    for (const auto& topic : plan.topics) names.push_back(topic.name);
    std::map<std::string, std::int32_t> present;
    if (!names.empty()) {
        if (auto answer = checked(admin.describe(names, present, timeout), "describe internal topics"); !answer)
            return answer;
        check_existing(plan.topics, present);
    }
    std::erase_if(plan.topics, [&](const auto& topic) { return present.contains(topic.name); });
    if (!plan.topics.empty())
        if (auto answer = checked(admin.create(plan.topics, timeout), "create internal topics"); !answer) return answer;
    learn_limits(admin, timeout, plan.layout.changelogs);
    layout = std::move(plan.layout);
    return {};
}

topic_layout grown(topic_layout layout, const topology& topology, const streams_config& config,
                   std::span<const topic_partition> group) {
    auto counts = layout.partitions;
    for (const topic_partition& each : group)
        if (const auto known = counts.find(each.topic); known != counts.end())
            known->second = std::max(known->second, each.partition + 1);
    if (counts == layout.partitions) return layout;
    auto internal = std::move(layout.internal);
    for (auto& [name, partitions] : internal)
        if (const auto input = counts.find(name); input != counts.end()) partitions = input->second;
    counts.insert(layout.global_partitions.begin(), layout.global_partitions.end());
    auto plan = plan_internal_topics(topology, config, counts);
    check_existing(plan.topics, internal);
    plan.layout.changelogs = std::move(layout.changelogs);
    return std::move(plan.layout);
}

} // namespace streams::inline v0
