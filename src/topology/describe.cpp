#include "src/topology/java_order.hpp"

#include <streams/topology/topology.hpp>

#include <algorithm>
#include <functional>
#include <map>

namespace streams::inline v0 {
namespace {

/// A node on its way into the text.
struct described {
    const node_spec* spec;
    int size = 1;                       ///< the node and its successors, once a path; wraps as Java's int does
    std::vector<std::size_t> parents{}; ///< those known so far, with repetition
    detail::tree_set before{};
    detail::tree_set after{};
};

std::string join(const std::vector<std::string>& names, std::string_view if_empty) {
    if (names.empty()) return std::string(if_empty);
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
}

/// `[a, b]`, in the order of a Java set copied from `names`.
std::string java_set(const std::vector<std::string>& names) {
    std::vector<std::string> ordered;
    for (const auto at : detail::hash_order(names, detail::filled::by_copy)) ordered.push_back(names[at]);
    return '[' + join(ordered, "") + ']';
}

class part_text {
public:
    part_text(const topology& topology, const sub_topology& part) {
        for (const auto at : part.nodes) {
            position_[topology.nodes()[at].name] = nodes_.size();
            nodes_.push_back({&topology.nodes()[at]});
        }
        connect();
    }

    [[nodiscard]] std::string text() const {
        std::vector<std::size_t> order(nodes_.size());
        for (std::size_t at = 0; at < order.size(); ++at) order[at] = at;
        std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return before(a, b); });
        std::string text;
        for (const auto at : order) text += "    " + node_text(nodes_[at]) + '\n';
        return text;
    }

private:
    /// Larger first, then by name: the order at this moment, since sizes grow while the sets are filled.
    [[nodiscard]] bool before(std::size_t a, std::size_t b) const {
        if (nodes_[a].size != nodes_[b].size) return nodes_[a].size > nodes_[b].size;
        return nodes_[a].spec->name < nodes_[b].spec->name;
    }
    void connect() {
        std::vector<std::string> names;
        for (const auto& node : nodes_) names.push_back(node.spec->name);
        const auto order = [this](std::size_t a, std::size_t b) { return before(a, b); };
        for (const auto at : detail::hash_order(names, detail::filled::one_by_one)) {
            for (const auto& parent_name : nodes_[at].spec->parents) {
                const std::size_t parent = position_.at(parent_name);
                nodes_[at].before.add(parent, order);
                nodes_[at].parents = nodes_[at].before.items();
                nodes_[parent].after.add(at, order);
                grow(parent, static_cast<unsigned>(nodes_[at].size));
            }
        }
    }
    /// Adds to a node and all above it, once for each path that leads there. Parents stand before their children.
    void grow(std::size_t from, unsigned by) {
        std::map<std::size_t, unsigned, std::greater<>> growing{{from, by}};
        while (!growing.empty()) {
            const auto [at, growth] = *growing.begin();
            growing.erase(growing.begin());
            nodes_[at].size = static_cast<int>(static_cast<unsigned>(nodes_[at].size) + growth);
            for (const auto parent : nodes_[at].parents) growing[parent] += growth;
        }
    }
    [[nodiscard]] std::string names(const detail::tree_set& nodes) const {
        std::vector<std::string> result;
        for (const auto at : nodes.items()) result.push_back(nodes_[at].spec->name);
        return join(result, "none");
    }
    [[nodiscard]] std::string node_text(const described& node) const {
        const node_spec& spec = *node.spec;
        switch (spec.kind) {
        case node_kind::source:
            return concat("Source: ", spec.name,
                          " (topics: ", spec.pattern.empty() ? java_set(spec.topics) : spec.pattern, ")\n      --> ",
                          names(node.after));
        case node_kind::processor:
            return concat("Processor: ", spec.name, " (stores: ", java_set(spec.stores), ")\n      --> ",
                          names(node.after), "\n      <-- ", names(node.before));
        case node_kind::sink:
            break;
        }
        const auto target = spec.topic_extractor ? std::string("extractor class: a function of the record")
                                                 : "topic: " + spec.topics.front();
        return concat("Sink: ", spec.name, " (", target, ")\n      <-- ", names(node.before));
    }

    std::vector<described> nodes_;
    std::map<std::string, std::size_t, std::less<>> position_;
};

} // namespace

std::string topology::describe() const {
    std::string text = "Topologies:\n ";
    const auto parts = sub_topologies();
    const auto global = global_parts();
    auto part = parts.begin();
    auto global_part = global.begin();
    for (std::int32_t expected = 0; part != parts.end() || global_part != global.end(); ++expected) {
        if (global_part == global.end() || (part != parts.end() && part->id == expected)) {
            text += concat("  Sub-topology: ", part->id, "\n", part_text(*this, *part).text(), "\n");
            ++part;
        } else {
            text += concat("  Sub-topology: ", global_part->id, " for global store (will not generate tasks)\n",
                           part_text(*this, *global_part).text());
            ++global_part;
        }
    }
    return text;
}

} // namespace streams::inline v0
