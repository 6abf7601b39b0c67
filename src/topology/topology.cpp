#include "src/topology/topic_expression.hpp"
#include "src/topology/topology_content.hpp"

#include <algorithm>
#include <utility>

namespace streams::inline v0 {
namespace {

bool is_internal(const std::string& topic, std::string_view application_id) {
    return topic.starts_with("__") || (topic.starts_with(concat(application_id, '-')) &&
                                       (topic.ends_with("-changelog") || topic.ends_with("-repartition")));
}

template <class Specs>
auto found_or_null(const Specs& specs, std::string_view name) {
    const auto at = find_named(specs, name);
    return at == specs.end() ? nullptr : &*at;
}

std::string place_of_store(const std::vector<std::string>& nodes) {
    return nodes.empty() ? std::string("on its own by add_state_store") : concat("for node ", nodes.front());
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += concat(text.empty() ? "" : ", ", name);
    return text;
}

std::string place_of(const node_spec& spec) {
    if (spec.kind != node_kind::source) return concat("behind ", joined(spec.parents));
    if (!spec.pattern.empty()) return concat("for topics like ", spec.pattern);
    return concat("for topic ", joined(spec.topics));
}

std::string place_of(const repartition_topic& topic) {
    return topic.behind.empty() ? std::string("on its own") : concat("behind ", joined(topic.behind));
}

} // namespace

topology::topology() : content_(std::make_unique<content>()) {}
topology::~topology() = default;
topology::topology(const topology& other) : content_(std::make_unique<content>(*other.content_)) {}
topology::topology(topology&&) noexcept = default;
topology& topology::operator=(const topology& other) {
    auto copy = std::make_unique<content>(*other.content_);
    content_ = std::move(copy);
    return *this;
}
topology& topology::operator=(topology&&) noexcept = default;

topology& topology::add_node(node_spec spec) {
    require_legal("node", spec.name);
    if (const node_spec* known = find_node(spec.name))
        throw topology_error(concat("node ", spec.name, " is added twice, ", place_of(*known), " and ", place_of(spec),
                                    "; give one of the two another name"));
    content_->check_edges(spec);
    content_->check_topics(spec);
    for (const auto& store : spec.stores) content_->check_connection(spec, store);
    if (spec.kind == node_kind::source)
        for (const auto& topic : spec.topics) content_->readers.emplace(topic, spec.name);
    content_->places.try_emplace(spec.name, content_->nodes.size(), content_->depth_behind(spec.parents));
    content_->nodes.push_back(std::move(spec));
    return *this;
}

topology& topology::declare_store(store_spec spec, const std::vector<std::string>& nodes, bool shared,
                                  std::string_view place) {
    require_legal("store", spec.name);
    content_->check_second_store(spec, shared, place);
    const std::string name = spec.name;
    const bool is_new = content_->store_origins.try_emplace(name, std::string(place), shared).second;
    if (is_new) content_->stores.push_back(std::move(spec));
    for (const auto& node : nodes) connect_store(node, name);
    return *this;
}

topology& topology::add_store(store_spec spec, const std::vector<std::string>& nodes) {
    return declare_store(std::move(spec), nodes, true, place_of_store(nodes));
}

topology& topology::add_operator_store(store_spec spec, const std::vector<std::string>& nodes) {
    return declare_store(std::move(spec), nodes, false, place_of_store(nodes));
}

topology& topology::connect_store(const std::string& node, const std::string& store) {
    const auto place = content_->places.find(node);
    if (place == content_->places.end())
        throw topology_error(concat("store ", store, " cannot be connected to node ", node,
                                    ", which is not in the topology; add the node first"));
    node_spec& spec = content_->nodes[place->second.position];
    content_->check_connection(spec, store);
    if (std::find(spec.stores.begin(), spec.stores.end(), store) == spec.stores.end()) spec.stores.push_back(store);
    return *this;
}

topology& topology::add_global_store(store_spec spec, node_spec source, node_spec processor, bool reprocess) {
    if (source.topics.size() != 1)
        throw topology_error(concat("source ", source.name, " of global store ", spec.name, " reads ",
                                    source.topics.size(), " topics; give it exactly one"));
    if (spec.logging)
        throw topology_error(concat("global store ", spec.name, " cannot have a changelog: its topic ",
                                    source.topics.front(), " is one already; set its logging to false"));
    spec.source_topic = source.topics.front();
    global_store added{spec.name, source.name, processor.name, spec.source_topic, reprocess};
    processor.parents = {source.name};
    const std::string place = concat("as the global store of topic ", added.topic);
    content_->check_second_store(spec, false, place);
    add_node(std::move(source));
    add_node(std::move(processor));
    declare_store(std::move(spec), {added.processor}, false, place);
    content_->global_stores.push_back(std::move(added));
    return *this;
}

topology& topology::add_repartition_topic(repartition_topic topic) {
    require_legal("repartition topic", topic.name);
    if (topic.partitions && *topic.partitions < 1)
        throw topology_error(concat("repartition topic ", topic.name, " cannot have ", *topic.partitions,
                                    " partitions; ask for at least 1"));
    const auto known = find_named(content_->repartition_topics, topic.name);
    if (known != content_->repartition_topics.end())
        throw topology_error(concat("repartition topic ", topic.name, " is made twice, ", place_of(*known), " and ",
                                    place_of(topic),
                                    ": the records of both would mix; give one of the two another name"));
    content_->repartition_topics.push_back(std::move(topic));
    return *this;
}

topology& topology::add_copartition_group(std::vector<std::string> topics) {
    for (const auto& topic : topics)
        if (!content_->readers.contains(topic))
            throw topology_error(concat("topic ", topic,
                                        " cannot be partitioned as others are, because no source reads "
                                        "it; add the source first"));
    content_->copartition_groups.push_back(std::move(topics));
    return *this;
}

topology topology::with_topics(const std::vector<std::string>& existing, std::string_view application_id) const {
    topology found(*this);
    std::vector<std::string> sorted = existing;
    std::sort(sorted.begin(), sorted.end());
    std::erase_if(found.content_->readers,
                  [&](const auto& reader) { return !found.find_node(reader.second)->pattern.empty(); });
    for (node_spec& spec : found.content_->nodes) {
        if (spec.pattern.empty()) continue;
        spec.topics.clear();
        const topic_expression wanted(spec.pattern);
        for (const std::string& topic : sorted) {
            if (is_internal(topic, application_id) || !wanted.matches(topic)) continue;
            const auto [reader, is_new] = found.content_->readers.emplace(topic, spec.name);
            if (!is_new)
                throw topology_error(concat("topic ", topic, " matches pattern ", spec.pattern, " of source ",
                                            spec.name, ", but source ", reader->second,
                                            " reads it already; make the pattern narrower"));
            spec.topics.push_back(topic);
        }
    }
    return found;
}

topology topology::with_store_format(store_format format) const {
    topology found(*this);
    for (store_spec& spec : found.content_->stores)
        if (spec.follows_dsl_format) spec.keep_headers(format == store_format::headers);
    return found;
}

bool topology::has_patterns() const noexcept {
    return std::any_of(content_->nodes.begin(), content_->nodes.end(),
                       [](const node_spec& spec) { return !spec.pattern.empty(); });
}

const std::vector<node_spec>& topology::nodes() const noexcept { return content_->nodes; }
const std::vector<store_spec>& topology::stores() const noexcept { return content_->stores; }
const std::vector<repartition_topic>& topology::repartition_topics() const noexcept {
    return content_->repartition_topics;
}
const std::vector<std::vector<std::string>>& topology::copartition_groups() const noexcept {
    return content_->copartition_groups;
}
const std::vector<global_store>& topology::global_stores() const noexcept { return content_->global_stores; }
bool topology::is_global_store(std::string_view store) const noexcept {
    return std::ranges::any_of(content_->global_stores,
                               [&](const streams::global_store& each) { return each.store == store; });
}
const node_spec* topology::find_node(std::string_view name) const noexcept { return content_->find_node(name); }
const store_spec* topology::find_store(std::string_view name) const noexcept {
    return found_or_null(content_->stores, name);
}
bool topology::is_repartition_topic(std::string_view topic) const noexcept {
    return found_or_null(content_->repartition_topics, topic) != nullptr;
}

} // namespace streams::inline v0
