#include "src/topology/topology_content.hpp"
#include "src/topology/topic_expression.hpp"

#include <algorithm>

namespace streams::inline v0 {
namespace {

constexpr std::size_t longest_name = 249;

bool legal(std::string_view name) {
    const auto legal_character = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
               c == '-';
    };
    return !name.empty() && name.size() <= longest_name && name != "." && name != ".." &&
           std::all_of(name.begin(), name.end(), legal_character);
}

} // namespace

void require_legal(std::string_view kind, std::string_view name) {
    if (!legal(name))
        throw topology_error(concat(kind, " '", name, "' has a name that Kafka does not allow; use 1 to ", longest_name,
                                    " characters of a-z, A-Z, 0-9, '.', '_' and '-', other than '.' and '..'"));
}

std::size_t topology::content::depth_behind(const std::vector<std::string>& parents) const {
    std::size_t above = 0;
    for (const std::string& parent : parents) above = std::max(above, places.find(parent)->second.depth);
    return above + 1;
}

void topology::content::check_edges(const node_spec& spec) const {
    if (spec.kind == node_kind::source && !spec.parents.empty())
        throw topology_error(concat("source ", spec.name, " cannot follow node ", spec.parents.front(),
                                    ": sources read topics; write to the topic with a sink instead"));
    if (spec.kind != node_kind::source && spec.parents.empty())
        throw topology_error(
            concat("node ", spec.name, " has no parent, so no record would reach it; name at least one"));
    for (const auto& parent_name : spec.parents) {
        if (parent_name == spec.name)
            throw topology_error(concat("node ", spec.name,
                                        " is its own parent: records would go round for ever; "
                                        "give it another parent"));
        const node_spec* const parent = find_node(parent_name);
        if (parent == nullptr)
            throw topology_error(concat("node ", spec.name, " has the parent ", parent_name,
                                        ", which is not in the topology; add parents before their children"));
        if (parent->kind == node_kind::sink)
            throw topology_error(concat("node ", spec.name, " cannot follow sink ", parent_name,
                                        ", which forwards nothing; follow the sink's own parent"));
    }
    detail::require_chain_length(spec.name, depth_behind(spec.parents));
}

void topology::content::check_topics(const node_spec& spec) const {
    for (const auto& topic : spec.topics) require_legal("topic", topic);
    switch (spec.kind) {
    case node_kind::source:
        if (spec.topics.empty() && spec.pattern.empty())
            throw topology_error(concat("source ", spec.name, " reads no topic; name at least one"));
        if (!spec.pattern.empty()) check_pattern(spec);
        for (const auto& other : nodes) {
            if (other.pattern.empty()) continue;
            const topic_expression taken(other.pattern);
            for (const auto& topic : spec.topics)
                if (taken.matches(topic))
                    throw topology_error(concat("source ", spec.name, " cannot read topic ", topic, ", which source ",
                                                other.name, " reads by its pattern ", other.pattern,
                                                " already; make the pattern narrower"));
        }
        for (std::size_t at = 0; at < spec.topics.size(); ++at) {
            const auto& topic = spec.topics[at];
            const auto reader = readers.find(topic);
            const bool twice = std::find(spec.topics.begin(), spec.topics.begin() + static_cast<std::ptrdiff_t>(at),
                                         topic) != spec.topics.begin() + static_cast<std::ptrdiff_t>(at);
            if (reader != readers.end() || twice)
                throw topology_error(concat("source ", spec.name, " cannot read topic ", topic, ", which source ",
                                            twice ? spec.name : reader->second,
                                            " reads already; read it once and let several nodes follow that source"));
        }
        break;
    case node_kind::sink:
        if (spec.topics.size() != (spec.topic_extractor ? 0U : 1U))
            throw topology_error(concat("sink ", spec.name, " writes to ", spec.topics.size(),
                                        spec.topic_extractor ? " topics beside those its function chooses" : " topics",
                                        "; give it exactly one topic, or a function of the record"));
        break;
    case node_kind::processor:
        if (!spec.topics.empty())
            throw topology_error(concat("processor ", spec.name, " names topic ", spec.topics.front(),
                                        ", but only sources read and only sinks write topics; add one of those"));
        break;
    }
}

void topology::content::check_pattern(const node_spec& spec) const {
    const topic_expression wanted(spec.pattern);
    for (const auto& [topic, reader] : readers)
        if (wanted.matches(topic))
            throw topology_error(concat("source ", spec.name, " cannot read by its pattern ", spec.pattern, " topic ",
                                        topic, ", which source ", reader, " reads already; make the pattern narrower"));
    for (const auto& other : nodes)
        if (other.pattern == spec.pattern)
            throw topology_error(concat("source ", spec.name, " reads by the same pattern as source ", other.name,
                                        "; read it once and let several nodes follow that source"));
}

void topology::content::check_connection(const node_spec& spec, const std::string& store) const {
    if (spec.kind != node_kind::processor)
        throw topology_error(concat("store ", store, " cannot be connected to ",
                                    spec.kind == node_kind::source ? "source " : "sink ", spec.name,
                                    "; only processors use stores"));
    if (std::ranges::any_of(global_stores, [&](const global_store& each) { return each.store == store; }))
        throw topology_error(concat("global store ", store, " cannot be connected to node ", spec.name,
                                    ": every node may read it as it is, and only its own processor writes it; leave it "
                                    "out of the node's stores"));
    if (find_named(stores, store) == stores.end())
        throw topology_error(
            concat("store ", store, ", which node ", spec.name, " uses, is not in the topology; add the store first"));
}

void topology::content::check_second_store(const store_spec& spec, bool shared, std::string_view place) const {
    const auto origin = store_origins.find(spec.name);
    if (origin == store_origins.end()) return;
    const bool sharing = shared && origin->second.shared;
    if (sharing && *find_named(stores, spec.name) == spec) return;
    throw topology_error(concat("store ", spec.name, " is declared twice, ", origin->second.place, " and ", place,
                                sharing
                                    ? ", with different settings; use one definition for both, or give one of the two "
                                      "another name"
                                    : ": each would overwrite what the other keeps; give one of the two another name"));
}

} // namespace streams::inline v0
