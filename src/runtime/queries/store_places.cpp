#include "src/runtime/queries/store_places.hpp"

#include "src/runtime/topics/topic_names.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace streams::inline v0 {
namespace {

bool any_of(const std::set<topic_partition>& partitions, const std::vector<std::string>& topics) {
    return std::ranges::any_of(partitions, [&](const topic_partition& partition) {
        return std::ranges::find(topics, partition.topic) != topics.end();
    });
}

} // namespace

std::vector<std::string> store_places::sources_of(std::string_view store) const {
    std::set<std::string> topics;
    std::set<std::string> seen;
    std::vector<const node_spec*> left;
    const auto visit = [&](const node_spec& node) {
        if (seen.insert(node.name).second) left.push_back(&node);
    };
    for (const node_spec& node : view_.topology.nodes())
        if (std::ranges::find(node.stores, store) != node.stores.end()) visit(node);
    while (!left.empty()) {
        const node_spec& node = *left.back();
        left.pop_back();
        if (node.kind == node_kind::source)
            for (const std::string& topic : node.topics)
                topics.insert(full_topic_name(view_.topology, application_id_, topic));
        for (const std::string& parent : node.parents) visit(*view_.topology.find_node(parent));
    }
    return {topics.begin(), topics.end()};
}

std::vector<streams_metadata> store_places::all() const {
    std::vector<streams_metadata> found;
    for (const auto& [host, has] : instances_) found.push_back({host, {}, has.active, {}, has.standby});
    for (const store_spec& store : view_.topology.stores()) {
        const bool global = view_.topology.is_global_store(store.name);
        const bool followed = !changelog_topic_name(view_.topology, application_id_, store).empty();
        const auto sources = sources_of(store.name);
        for (streams_metadata& each : found) {
            if (global || any_of(each.topic_partitions, sources)) each.state_store_names.insert(store.name);
            if (!global && followed && any_of(each.standby_topic_partitions, sources))
                each.standby_state_store_names.insert(store.name);
        }
    }
    return found;
}

std::vector<streams_metadata> store_places::of(std::string_view store) const {
    auto found = all();
    const std::string name(store);
    std::erase_if(found, [&](const streams_metadata& each) {
        return !each.state_store_names.contains(name) && !each.standby_state_store_names.contains(name);
    });
    return found;
}

std::optional<key_query_metadata> store_places::of(
    std::string_view store, const std::function<std::int32_t(std::int32_t partitions)>& place) const {
    const auto sources = sources_of(store);
    std::int32_t count = 0;
    for (const std::string& topic : sources) {
        const auto width = view_.layout.partitions.find(topic);
        if (width != view_.layout.partitions.end()) count = std::max(count, width->second);
    }
    if (count == 0) return std::nullopt;
    const std::int32_t partition = place(count);
    const auto among = [&](const std::set<topic_partition>& partitions) {
        return std::ranges::any_of(sources,
                                   [&](const std::string& topic) { return partitions.contains({topic, partition}); });
    };
    const bool followed =
        !changelog_topic_name(view_.topology, application_id_, *view_.topology.find_store(store)).empty();
    std::optional<key_query_metadata> found;
    std::set<host_info> standbys;
    for (const auto& [host, has] : instances_) {
        if (!found && among(has.active)) found = key_query_metadata{host, partition};
        if (followed && among(has.standby)) standbys.insert(host);
    }
    if (found) found->standby_hosts = std::move(standbys);
    return found;
}

} // namespace streams::inline v0
