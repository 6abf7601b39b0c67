#include "src/dsl/graph/optimization.hpp"

#include <streams/core/error.hpp>

#include <algorithm>
#include <functional>

namespace streams::inline v0::detail {

namespace {

using nodes_of = std::vector<graph_node*>;
using condition = std::function<bool(const graph_node&)>;

bool contains(const nodes_of& nodes, const graph_node* one) { return std::ranges::find(nodes, one) != nodes.end(); }

/// Kafka Streams' search upwards: where a node has several parents, none of which matches, it goes on above the last.
graph_node* find_upwards(graph_node& from, const condition& matches) {
    if (matches(from)) return &from;
    for (graph_node* at = &from; !at->parents.empty(); at = at->parents.back()) {
        const auto found = std::ranges::find_if(at->parents, [&](graph_node* parent) { return matches(*parent); });
        if (found != at->parents.end()) return *found;
    }
    return nullptr;
}

void add_child(graph_node& parent, graph_node& child) {
    if (!contains(parent.children, &child)) parent.children.push_back(&child);
    if (!contains(child.parents, &parent)) child.parents.push_back(&parent);
}

void remove_child(graph_node& parent, graph_node& child) {
    std::erase(parent.children, &child);
    std::erase(child.parents, &parent);
}

/// A change of key, and the repartition nodes that it made necessary.
struct key_change {
    graph_node* node;
    nodes_of repartitions{};
};

graph_node* key_changer_of(graph_node& repartition) {
    graph_node* const key = find_upwards(repartition, [](const graph_node& n) { return n.key_changing; });
    graph_node* const any =
        find_upwards(repartition, [](const graph_node& n) { return n.key_changing || n.value_changing; });
    return key == any ? key : nullptr;
}

std::vector<key_change> key_changes(const std::vector<std::unique_ptr<graph_node>>& nodes) {
    nodes_of ordered;
    for (const auto& node : nodes) ordered.push_back(node.get());
    std::ranges::sort(ordered, {}, [](const graph_node* node) { return node->priority; });
    std::vector<key_change> changes;
    for (graph_node* node : ordered)
        if (node->key_changing) changes.push_back({node});
    for (graph_node* node : ordered) {
        if (!node->repartition || !node->repartition->optimizable) continue;
        graph_node* const key = key_changer_of(*node);
        const auto at = std::ranges::find(changes, key, &key_change::node);
        if (at != changes.end()) at->repartitions.push_back(node);
    }
    return changes;
}

bool all_below(graph_node& merge, const nodes_of& repartitions) {
    return std::ranges::all_of(repartitions, [&](graph_node* node) {
        return find_upwards(*node, [&](const graph_node& n) { return &n == &merge; }) != nullptr;
    });
}

/// A merge all of whose streams changed their keys takes the place of those changes.
void hand_to_merges(const std::vector<std::unique_ptr<graph_node>>& nodes, std::vector<key_change>& changes) {
    std::vector<key_change> merged;
    nodes_of handed;
    for (const auto& node : nodes) {
        if (!node->merging) continue;
        key_change taken{node.get()};
        for (const key_change& change : changes) {
            if (!all_below(*node, change.repartitions)) continue;
            const bool above =
                find_upwards(*node, [&](const graph_node& n) { return contains(n.parents, change.node); });
            if (!above) continue;
            for (graph_node* one : change.repartitions)
                if (!contains(taken.repartitions, one)) taken.repartitions.push_back(one);
            handed.push_back(change.node);
        }
        merged.push_back(std::move(taken));
    }
    std::erase_if(changes, [&](const key_change& change) { return contains(handed, change.node); });
    changes.insert(changes.end(), merged.begin(), merged.end());
}

/// What followed `old_one` follows its parents.
void bypass(graph_node& old_one) {
    const nodes_of children = old_one.children;
    const nodes_of parents = old_one.parents;
    for (graph_node* child : children)
        for (graph_node* parent : parents) add_child(*parent, *child);
    for (graph_node* parent : parents) remove_child(*parent, old_one);
    for (graph_node* child : children) remove_child(old_one, *child);
}

graph_node single_repartition(const key_change& change) {
    repartition_plan plan{};
    plan.topic = change.repartitions.front()->repartition->topic;
    plan.filter_name = plan.topic + "-filter";
    plan.sink_name = plan.topic + "-sink";
    plan.source_name = plan.topic + "-source";
    plan.serdes = change.repartitions.front()->repartition->serdes;
    change.node->repartition_after(plan);
    graph_node single{.name = plan.source_name};
    single.priority = change.node->priority;
    single.repartition = std::move(plan);
    single.write = change.repartitions.front()->write;
    return single;
}

void replace_repartitions(const key_change& change, graph_node& single, replaced_sources& replaced) {
    for (graph_node* old_one : change.repartitions) {
        graph_node* const branch =
            find_upwards(*old_one, [&](const graph_node& n) { return contains(n.parents, change.node); });
        if (branch) {
            add_child(single, *branch);
            remove_child(*change.node, *branch);
        }
        bypass(*old_one);
        replaced[old_one->name] = single.name;
    }
    add_child(*change.node, single);
}

} // namespace

optimizations parse_optimizations(std::string_view setting) {
    optimizations wanted;
    for (std::size_t from = 0; from <= setting.size();) {
        const std::size_t to = std::min(setting.find(',', from), setting.size());
        std::string_view one = setting.substr(from, to - from);
        while (one.starts_with(' ')) one.remove_prefix(1);
        while (one.ends_with(' ')) one.remove_suffix(1);
        if (one == "all")
            wanted = {true, true, true};
        else if (one == "reuse.ktable.source.topics")
            wanted.reuse_source_topics = true;
        else if (one == "merge.repartition.topics")
            wanted.merge_repartitions = true;
        else if (one == "single.store.self.join")
            wanted.self_joins = true;
        else if (!one.empty() && one != "none")
            throw config_error(
                concat("topology.optimization has no optimisation '", one,
                       "'; use none, all, or some of reuse.ktable.source.topics, merge.repartition.topics "
                       "and single.store.self.join, separated by commas"));
        from = to + 1;
    }
    return wanted;
}

void merge_repartitions(std::vector<std::unique_ptr<graph_node>>& nodes, replaced_sources& replaced) {
    std::vector<key_change> changes = key_changes(nodes);
    hand_to_merges(nodes, changes);
    for (const key_change& change : changes) {
        // Without a serde for what the change of key forwards, its records cannot pass a topic there.
        if (change.repartitions.empty() || !change.node->repartition_after) continue;
        auto single = std::make_unique<graph_node>(single_repartition(change));
        replace_repartitions(change, *single, replaced);
        nodes.push_back(std::move(single));
    }
}

void join_on_one_store(std::vector<std::unique_ptr<graph_node>>& nodes) {
    for (const auto& join : nodes) {
        if (!join->self_join || join->parents.size() != 1) continue;
        graph_node& stream = *join->parents.front();
        const auto windowed = std::ranges::find(stream.children, join->self_join->not_needed, &graph_node::name);
        if (windowed == stream.children.end()) continue;
        remove_child(stream, **windowed);
        join->write = join->self_join->write;
    }
}

} // namespace streams::inline v0::detail
