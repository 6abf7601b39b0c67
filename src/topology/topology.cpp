#include <streams/topology/topology.hpp>

#include <algorithm>
#include <regex>
#include <utility>

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

/// Kafka's rule for topics, which holds for nodes and stores too, since topics are named after them.
void require_legal(std::string_view what, std::string_view name) {
    if (!legal(name))
        throw topology_error(concat(what, " '", name, "' has a name that Kafka does not allow; use 1 to ", longest_name,
                                    " characters of a-z, A-Z, 0-9, '.', '_' and '-', other than '.' and '..'"));
}

/// Whether a pattern matches a whole name. Throws topology_error where it is no regular expression.
bool matches(const std::string& pattern, const std::string& name) {
    try {
        return std::regex_match(name, std::regex(pattern));
    } catch (const std::regex_error& cause) {
        throw topology_error(concat("topic pattern ", pattern, " is no regular expression: ",
                                    std::string_view(cause.what()), "; use ECMAScript's grammar"));
    }
}

bool is_internal(const std::string& topic, std::string_view application_id) {
    return topic.starts_with("__") || (topic.starts_with(concat(application_id, '-')) &&
                                       (topic.ends_with("-changelog") || topic.ends_with("-repartition")));
}

template <class Specs>
auto find_named(Specs& specs, std::string_view name) {
    return std::find_if(specs.begin(), specs.end(), [&](const auto& spec) { return spec.name == name; });
}

template <class Specs>
auto found_or_null(const Specs& specs, std::string_view name) {
    const auto at = find_named(specs, name);
    return at == specs.end() ? nullptr : &*at;
}

} // namespace

namespace {

/// Where a store was declared, and whether it may be again.
struct store_origin {
    std::string place;
    bool shared;
};

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

struct topology::content {
    std::vector<node_spec> nodes;
    std::vector<store_spec> stores;
    std::vector<repartition_topic> repartition_topics;
    std::vector<std::vector<std::string>> copartition_groups;
    std::vector<global_store> global_stores;
    std::map<std::string, std::string, std::less<>> readers; ///< source topics, and the node that reads each
    std::map<std::string, store_origin, std::less<>> store_origins;

    void check_edges(const node_spec& spec) const;
    void check_topics(const node_spec& spec) const;
    void check_pattern(const node_spec& spec) const;
    void check_connection(const node_spec& spec, const std::string& store) const;
    void check_second_store(const store_spec& spec, bool shared, std::string_view place) const;
};

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
        const auto parent = find_named(nodes, parent_name);
        if (parent == nodes.end())
            throw topology_error(concat("node ", spec.name, " has the parent ", parent_name,
                                        ", which is not in the topology; add parents before their children"));
        if (parent->kind == node_kind::sink)
            throw topology_error(concat("node ", spec.name, " cannot follow sink ", parent_name,
                                        ", which forwards nothing; follow the sink's own parent"));
    }
}

void topology::content::check_topics(const node_spec& spec) const {
    for (const auto& topic : spec.topics) require_legal("topic", topic);
    switch (spec.kind) {
    case node_kind::source:
        if (spec.topics.empty() && spec.pattern.empty())
            throw topology_error(concat("source ", spec.name, " reads no topic; name at least one"));
        if (!spec.pattern.empty()) check_pattern(spec);
        for (const auto& topic : spec.topics)
            for (const auto& other : nodes)
                if (!other.pattern.empty() && matches(other.pattern, topic))
                    throw topology_error(concat("source ", spec.name, " cannot read topic ", topic, ", which source ",
                                                other.name, " reads by its pattern ", other.pattern,
                                                " already; make the pattern narrower"));
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
    for (const auto& [topic, reader] : readers)
        if (matches(spec.pattern, topic))
            throw topology_error(concat("source ", spec.name, " cannot read by its pattern ", spec.pattern, " topic ",
                                        topic, ", which source ", reader,
                                        " reads already; make the pattern narrower"));
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
                                sharing ? ", with different settings; use one definition for both, or give one of the two "
                                          "another name"
                                        : ": each would overwrite what the other keeps; give one of the two another name"));
}

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
    const auto spec = find_named(content_->nodes, node);
    if (spec == content_->nodes.end())
        throw topology_error(concat("store ", store, " cannot be connected to node ", node,
                                    ", which is not in the topology; add the node first"));
    content_->check_connection(*spec, store);
    if (std::find(spec->stores.begin(), spec->stores.end(), store) == spec->stores.end()) spec->stores.push_back(store);
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
        for (const std::string& topic : sorted) {
            if (is_internal(topic, application_id) || !matches(spec.pattern, topic)) continue;
            const auto [reader, is_new] = found.content_->readers.emplace(topic, spec.name);
            if (!is_new)
                throw topology_error(concat("topic ", topic, " matches pattern ", spec.pattern, " of source ", spec.name,
                                            ", but source ", reader->second,
                                            " reads it already; make the pattern narrower"));
            spec.topics.push_back(topic);
        }
        if (spec.topics.empty())
            throw topology_error(concat("pattern ", spec.pattern, " of source ", spec.name,
                                        " matches no topic of the cluster; create one first, or correct the pattern"));
    }
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
const node_spec* topology::find_node(std::string_view name) const noexcept {
    return found_or_null(content_->nodes, name);
}
const store_spec* topology::find_store(std::string_view name) const noexcept {
    return found_or_null(content_->stores, name);
}
bool topology::is_repartition_topic(std::string_view topic) const noexcept {
    return found_or_null(content_->repartition_topics, topic) != nullptr;
}

} // namespace streams::inline v0
