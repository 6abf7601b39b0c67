#include "src/runtime/topics/topic_names.hpp"

#include "state/store_identity.hpp"

#include <streams/core/error.hpp>

#include <algorithm>

namespace streams::inline v0 {

std::string full_topic_name(const topology& topology, std::string_view application_id, std::string_view declared) {
    if (topology.is_repartition_topic(declared)) return concat(application_id, '-', declared);
    return std::string(declared);
}

std::string changelog_topic_name(const topology& topology, std::string_view application_id, const store_spec& store) {
    if (!store.source_topic.empty()) return full_topic_name(topology, application_id, store.source_topic);
    if (!store.logging) return {};
    return identity_of(store).changelog(application_id);
}

bool is_found_by_pattern(const topology& topology, std::string_view topic) {
    return std::ranges::any_of(topology.nodes(), [&](const node_spec& node) {
        return !node.pattern.empty() && std::ranges::find(node.topics, topic) != node.topics.end();
    });
}

const node_spec* source_without_topics(const topology& topology) noexcept {
    const auto& nodes = topology.nodes();
    const auto found =
        std::ranges::find_if(nodes, [](const node_spec& node) { return !node.pattern.empty() && node.topics.empty(); });
    return found == nodes.end() ? nullptr : &*found;
}

void check_patterns(const topology& topology) {
    if (const node_spec* const source = source_without_topics(topology))
        throw topology_error(concat("pattern ", source->pattern, " of source ", source->name,
                                    " matches no topic of the cluster; create one first, or correct the pattern"));
}

void check_internal_names(const topology& topology, std::string_view application_id) {
    constexpr std::size_t longest = 249;
    const auto check = [&](const std::string& topic, std::string_view owner) {
        if (topic.size() > longest)
            throw topology_error(concat("internal topic ", topic, " has a name of ", topic.size(),
                                        " characters, and Kafka allows ", longest, "; give ", owner,
                                        " a shorter name, or the application a shorter application.id"));
    };
    for (const store_spec& store : topology.stores())
        if (store.source_topic.empty())
            check(changelog_topic_name(topology, application_id, store), concat("store ", store.name));
    for (const repartition_topic& topic : topology.repartition_topics())
        check(full_topic_name(topology, application_id, topic.name), "the operation that repartitions");
}

std::vector<std::string> input_topics(const topology& topology, const std::vector<sub_topology>& parts,
                                      std::string_view application_id) {
    std::vector<std::string> names;
    for (const sub_topology& part : parts)
        for (const std::string& declared : part.source_topics) {
            auto name = full_topic_name(topology, application_id, declared);
            if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
        }
    return names;
}

std::vector<std::string> input_topics(const topology& topology, std::string_view application_id) {
    return input_topics(topology, topology.sub_topologies(), application_id);
}

} // namespace streams::inline v0
