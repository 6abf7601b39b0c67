#include "src/runtime/topics/partition_counts.hpp"

#include <streams/core/error.hpp>

#include <algorithm>
#include <optional>
#include <vector>

namespace streams::inline v0 {
namespace {

using counts = std::map<std::string, std::int32_t>;

/// Whether the topic's count is given from outside: it exists already, or was declared with a number.
bool fixed(const topology& topology, const std::string& topic) {
    const auto& declared = topology.repartition_topics();
    const auto found = std::find_if(declared.begin(), declared.end(), [&](const auto& r) { return r.name == topic; });
    return found == declared.end() || found->partitions.has_value();
}

std::string list(const std::vector<std::string>& topics, const counts& known) {
    std::string text;
    for (const std::string& topic : topics) {
        if (!text.empty()) text += ", ";
        const auto found = known.find(topic);
        text += topic;
        if (found != known.end()) text += concat(" has ", found->second);
    }
    return text;
}

counts given_counts(const topology& topology, const std::vector<sub_topology>& parts, const counts& existing) {
    counts known;
    std::vector<std::string> missing;
    for (const auto& repartition : topology.repartition_topics())
        if (repartition.partitions) known[repartition.name] = *repartition.partitions;
    for (const sub_topology& part : parts)
        for (const std::string& topic : part.source_topics) {
            if (topology.is_repartition_topic(topic)) continue;
            const auto found = existing.find(topic);
            if (found != existing.end())
                known[topic] = found->second;
            else if (std::find(missing.begin(), missing.end(), topic) == missing.end())
                missing.push_back(topic);
        }
    if (!missing.empty())
        throw topology_error(concat("source topic", missing.size() == 1 ? " " : "s ", list(missing, {}),
                                    missing.size() == 1 ? " does" : " do",
                                    " not exist in the cluster: an application creates its internal topics only; "
                                    "create it with its partitions first, for example by kafka-topics.sh --create"));
    return known;
}

/// The widest input of the tasks that write a topic; 0 while it is not known.
std::int32_t upstream_count(const std::vector<sub_topology>& parts, const std::string& topic, const counts& known) {
    std::int32_t widest = 0;
    for (const sub_topology& part : parts) {
        if (std::find(part.sink_topics.begin(), part.sink_topics.end(), topic) == part.sink_topics.end()) continue;
        for (const std::string& source : part.source_topics) {
            const auto found = known.find(source);
            if (found != known.end()) widest = std::max(widest, found->second);
        }
    }
    return widest;
}

/// The one count that the fixed topics of a group have; nullopt where the group has none. Throws where they differ.
std::optional<std::int32_t> group_count(const topology& topology, const std::vector<std::string>& group,
                                        const counts& known) {
    std::optional<std::int32_t> common;
    std::vector<std::string> agreeing;
    for (const std::string& topic : group) {
        const auto found = known.find(topic);
        if (!fixed(topology, topic) || found == known.end()) continue;
        agreeing.push_back(topic);
        if (common && *common != found->second)
            throw topology_error(concat("topics that are joined must have equal partition counts, but ",
                                        list(agreeing, known),
                                        "; create them alike, or call repartition() on one of the streams first"));
        common = found->second;
    }
    return common;
}

} // namespace

std::map<std::string, std::int32_t> partition_counts(const topology& topology, const counts& existing) {
    const auto parts = topology.sub_topologies();
    counts known = given_counts(topology, parts, existing);
    // Each round carries counts one topic further down; the bound ends counts that chase each other in a circle.
    counts before;
    for (std::size_t round = 0; before != known && round <= topology.repartition_topics().size() + 1; ++round) {
        before = known;
        for (const auto& repartition : topology.repartition_topics())
            if (!repartition.partitions)
                if (const auto count = upstream_count(parts, repartition.name, known); count > 0)
                    known[repartition.name] = count;
        for (const auto& group : topology.copartition_groups()) {
            auto count = group_count(topology, group, known);
            if (!count)
                for (const std::string& topic : group)
                    if (const auto found = known.find(topic); found != known.end())
                        count = std::max(count.value_or(0), found->second);
            for (const std::string& topic : group)
                if (count && !fixed(topology, topic)) known[topic] = *count;
        }
    }
    for (const sub_topology& part : parts)
        for (const std::string& topic : part.source_topics)
            if (!known.contains(topic))
                throw topology_error(concat("the partition count of repartition topic ", topic,
                                            " cannot be derived, since no known input leads to it; declare it with a "
                                            "number of partitions"));
    return known;
}

} // namespace streams::inline v0
