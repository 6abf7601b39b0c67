#include "src/dsl/graph/graph_walk.hpp"
#include "src/dsl/graph/optimization.hpp"

#include <streams/core/error.hpp>
#include <streams/dsl/detail/graph/graph.hpp>

#include <algorithm>
#include <cstdio>
#include <map>
#include <queue>
#include <set>

namespace streams::inline v0::detail {

namespace {

const std::string& resolved(const replaced_sources& replaced, const std::string& name) {
    const auto at = replaced.find(name);
    return at == replaced.end() ? name : at->second;
}

bool leads_to_outer_join(const graph_node& from) {
    bool found = false;
    walk(from, &graph_node::children, [&](const graph_node& at) {
        found = found || (&at != &from && at.passes_null_keys);
        return !found;
    });
    return found;
}

void write_repartition(const graph_node& node, topology& out) {
    const repartition_plan& plan = *node.repartition;
    out.add_repartition_topic({plan.topic, plan.partitions, parent_names(node)});
    out.add_node({.kind = node_kind::processor,
                  .name = plan.filter_name,
                  .parents = parent_names(node),
                  .make = leads_to_outer_join(node) ? plan.make_pass : plan.make_filter});
    out.add_node({.kind = node_kind::sink,
                  .name = plan.sink_name,
                  .parents = {plan.filter_name},
                  .topics = {plan.topic},
                  .make = plan.make_sink});
    out.add_node(
        {.kind = node_kind::source, .name = plan.source_name, .topics = {plan.topic}, .make = plan.make_source});
}

/// KSTREAM.*-[0-9]{10}
bool is_generated_name(std::string_view name) {
    constexpr std::string_view prefix = "KSTREAM";
    constexpr std::size_t digits = 10;
    if (!name.starts_with(prefix) || name.size() < prefix.size() + 1 + digits) return false;
    const std::string_view number = name.substr(name.size() - digits);
    return name[name.size() - digits - 1] == '-' &&
           std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; });
}

std::string numbered(std::string_view prefix, std::uint64_t index) {
    char digits[24];
    std::snprintf(digits, sizeof digits, "%010llu", static_cast<unsigned long long>(index));
    return concat(prefix, std::string_view(digits));
}

std::vector<std::string> topics_or_pattern(const source_plan& source) {
    return source.pattern.empty() ? source.topics : std::vector<std::string>{source.pattern};
}

bool same_topics(const source_plan& a, const source_plan& b) {
    return std::set<std::string>(a.topics.begin(), a.topics.end()) ==
           std::set<std::string>(b.topics.begin(), b.topics.end());
}

/// `second` reads what `first` reads already: its children follow `first`, as the last of what they follow.
void merge_source(graph_node& first, graph_node& second, const std::string& topic) {
    if (!same_topics(*first.source, *second.source))
        throw topology_error(concat("topic ", topic, " is read by the sources ", first.name, " and ", second.name,
                                    " together with different other topics; read it once and use the stream twice, or "
                                    "give both sources the same topics"));
    if (*first.source->types != *second.source->types)
        throw topology_error(concat("topic ", topic, " is read by the sources ", first.name, " and ", second.name,
                                    " as different types; read it once and convert it with map_values"));
    if (first.source->reset != second.source->reset)
        throw topology_error(concat("topic ", topic, " is read by the sources ", first.name, " and ", second.name,
                                    " with different reset policies; give both the same consumed{.reset}"));
    for (graph_node* child : second.children) {
        std::erase(child->parents, &second);
        // It may follow both: then once is enough.
        if (std::ranges::find(child->parents, &first) != child->parents.end()) continue;
        child->parents.push_back(&first);
        first.children.push_back(child);
    }
    second.children.clear();
}

replaced_sources merge_duplicate_sources(graph_node& root) {
    replaced_sources merged;
    std::map<std::string, graph_node*> reader_of;
    std::vector<graph_node*> kept;
    for (graph_node* child : root.children) {
        bool keep = true;
        if (child->source && child->source->mergeable) {
            for (const std::string& topic : topics_or_pattern(*child->source)) {
                const auto [at, is_new] = reader_of.emplace(topic, child);
                if (is_new || at->second == child) continue;
                merge_source(*at->second, *child, topic);
                merged[child->name] = at->second->name;
                keep = false;
                break;
            }
        }
        if (keep) kept.push_back(child);
    }
    root.children = std::move(kept);
    return merged;
}

/// Topics of each group of sources that need equal partition counts.
void write_copartition_groups(const std::vector<std::vector<std::string>>& groups, const replaced_sources& replaced,
                              topology& out) {
    for (const auto& sources : groups) {
        std::vector<std::string> topics;
        for (const std::string& source : sources)
            if (const node_spec* spec = out.find_node(resolved(replaced, source)))
                topics = united(topics, spec->topics);
        if (topics.size() > 1) out.add_copartition_group(std::move(topics));
    }
}

struct later_first {
    bool operator()(const graph_node* a, const graph_node* b) const noexcept { return a->priority > b->priority; }
};

} // namespace

std::vector<std::string> parent_names(const graph_node& node) {
    std::vector<std::string> names;
    for (const graph_node* parent : node.parents) names.push_back(parent->name);
    return names;
}

void write_processor(const graph_node& node, topology& out, node_factory make, std::vector<std::string> stores) {
    write_processor(node.name, parent_names(node), out, std::move(make), std::move(stores));
}

void write_processor(std::string name, std::vector<std::string> parents, topology& out, node_factory make,
                     std::vector<std::string> stores) {
    out.add_node({.kind = node_kind::processor,
                  .name = std::move(name),
                  .parents = std::move(parents),
                  .stores = std::move(stores),
                  .make = std::move(make)});
}

void write_processor(const graph_node& node, topology& out, node_factory make, const store_spec& own) {
    write_processor(node, out, std::move(make));
    out.add_operator_store(own, {node.name});
}

void write_waiting_processor(const graph_node& node, topology& out, node_factory make,
                             std::chrono::milliseconds longest_wait) {
    out.add_node({.kind = node_kind::processor,
                  .name = node.name,
                  .parents = parent_names(node),
                  .make = std::move(make),
                  .longest_wait = longest_wait});
}

std::vector<std::string> united(std::vector<std::string> a, const std::vector<std::string>& b) {
    for (const std::string& one : b)
        if (std::ranges::find(a, one) == a.end()) a.push_back(one);
    return a;
}

std::shared_ptr<graph> new_graph() { return std::make_shared<graph>(); }

graph::graph() { nodes_.push_back(std::make_unique<graph_node>(graph_node{.name = "root", .depth = 0})); }

std::string graph::new_name(std::string_view prefix) {
    return generated_names_.emplace_back(numbered(prefix, index_++));
}

std::string graph::new_store_name(std::string_view prefix) { return new_name(concat(prefix, "STATE-STORE-")); }

std::string graph::name_or_new(const std::string& wanted, std::string_view prefix) {
    std::string generated = new_name(prefix);
    return wanted.empty() ? generated : wanted;
}

graph_node& graph::add(graph_node node, std::span<graph_node* const> parents) {
    if (!node.repartition)
        for (const graph_node* parent : parents) node.depth = std::max(node.depth, parent->depth + 1);
    require_chain_length(node.name, node.depth);
    graph_node& added = *nodes_.emplace_back(std::make_unique<graph_node>(std::move(node)));
    for (graph_node* parent : parents) {
        if (std::ranges::find(added.parents, parent) != added.parents.end()) continue;
        added.parents.push_back(parent);
        parent->children.push_back(&added);
    }
    added.priority = ++priority_;
    return added;
}

graph_node& graph::add(graph_node node, graph_node& parent) {
    graph_node* const parents[] = {&parent};
    return add(std::move(node), parents);
}

graph_node& graph::add(std::string name, graph_writer write, std::span<graph_node* const> parents) {
    graph_node node{.name = std::move(name)};
    node.write = std::move(write);
    return add(std::move(node), parents);
}

graph_node& graph::add(std::string name, graph_writer write, graph_node& parent) {
    graph_node* const parents[] = {&parent};
    return add(std::move(name), std::move(write), parents);
}

void graph::add_again(graph_node& existing, graph_node& parent) {
    if (std::ranges::find(existing.parents, &parent) == existing.parents.end()) {
        existing.parents.push_back(&parent);
        parent.children.push_back(&existing);
    }
    existing.priority = ++priority_;
}

graph_node& graph::add_processor(std::string name, graph_node& parent, node_factory make) {
    return add(
        std::move(name),
        [make = std::move(make)](const graph_node& node, topology& out) { write_processor(node, out, make); }, parent);
}

void graph::add_sink(std::string name, graph_node& parent, std::optional<std::string> topic, node_factory make) {
    graph_node sink{.name = std::move(name)};
    sink.write = [topic = std::move(topic), make = std::move(make)](const graph_node& node, topology& out) {
        node_spec spec{.kind = node_kind::sink, .name = node.name, .parents = parent_names(node), .make = make};
        if (topic)
            spec.topics = {*topic};
        else
            spec.topic_extractor = true;
        out.add_node(std::move(spec));
    };
    add(std::move(sink), parent);
}

repartition_plan graph::new_repartition(const std::string& prefix) {
    constexpr std::string_view suffix = "-repartition";
    repartition_plan plan{};
    plan.topic = prefix.ends_with(suffix) ? prefix : concat(prefix, suffix);
    plan.sink_name = new_name("KSTREAM-SINK-");
    plan.filter_name = new_name("KSTREAM-FILTER-");
    plan.source_name = new_name("KSTREAM-SOURCE-");
    if (!is_generated_name(prefix)) {
        plan.sink_name = plan.topic + "-sink";
        plan.filter_name = plan.topic + "-filter";
        plan.source_name = plan.topic + "-source";
    }
    return plan;
}

graph_node& graph::add_repartition(repartition_plan plan, graph_node& parent) {
    graph_node node{.name = plan.source_name};
    node.repartition = std::move(plan);
    node.write = write_repartition;
    return add(std::move(node), parent);
}

void graph::copartition(std::vector<std::string> sources) { copartition_groups_.push_back(std::move(sources)); }

std::vector<std::unique_ptr<graph_node>> graph::copy_of_nodes() const {
    std::vector<std::unique_ptr<graph_node>> copies;
    std::map<const graph_node*, graph_node*> copy_of;
    for (const auto& original : nodes_) {
        copies.push_back(std::make_unique<graph_node>(*original));
        copy_of[original.get()] = copies.back().get();
    }
    for (const auto& copy : copies) {
        for (graph_node*& parent : copy->parents) parent = copy_of.at(parent);
        for (graph_node*& child : copy->children) child = copy_of.at(child);
    }
    return copies;
}

topology graph::write(std::string_view optimization) const {
    const optimizations wanted = parse_optimizations(optimization);
    // A copy: building twice, or building on after a build, must not see what is moved here.
    auto nodes = copy_of_nodes();
    graph_node& root = *nodes.front();
    replaced_sources replaced = merge_duplicate_sources(root);
    for (const auto& node : nodes) node->reuses_topic = wanted.reuse_source_topics;
    if (wanted.merge_repartitions) merge_repartitions(nodes, replaced);
    if (wanted.self_joins) join_on_one_store(nodes);

    topology out;
    std::set<const graph_node*> written;
    std::priority_queue<graph_node*, std::vector<graph_node*>, later_first> open;
    open.push(&root);
    while (!open.empty()) {
        graph_node* const next = open.top();
        open.pop();
        const bool ready = std::ranges::all_of(next->parents, [&](graph_node* p) { return written.contains(p); });
        if (!ready || !written.insert(next).second) continue;
        if (next->write) next->write(*next, out);
        for (graph_node* child : next->children)
            if (!written.contains(child)) open.push(child);
    }
    write_copartition_groups(copartition_groups_, replaced, out);
    return out;
}

} // namespace streams::inline v0::detail
