#pragma once

#include <streams/topology/topology.hpp>

#include <algorithm>
#include <map>
#include <sstream>

namespace streams::testing_support {

/// A topology with the nodes of a `describe` text: the way back. A text does not say in which order nodes and the parents
/// of a node were declared: they are taken by their numbers, as builders number them.
class described_topology {
public:
    explicit described_topology(const std::string& text) {
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) {
            if (line.find("Sub-topology:") != std::string::npos)
                parts_.emplace_back();
            else if (starts(line, "    Source: "))
                open(node_kind::source, line, 12);
            else if (starts(line, "    Processor: "))
                open(node_kind::processor, line, 15);
            else if (starts(line, "    Sink: "))
                open(node_kind::sink, line, 10);
            else if (starts(line, "      <-- "))
                parts_.back().back().parents = by_number(names(line.substr(10)), [](const auto& name) { return name; });
        }
    }

    [[nodiscard]] topology build() const {
        topology result;
        for (const auto& part : parts_)
            for (const auto& node : part)
                for (const auto& store : node.stores)
                    if (!result.find_store(store)) result.add_store({.name = store});
        for (const auto& part : parts_)
            add_parents_first(result, by_number(part, [](const node_spec& node) { return node.name; }));
        return result;
    }

private:
    static bool starts(const std::string& line, const char* with) { return line.rfind(with, 0) == 0; }
    static std::vector<std::string> names(const std::string& list) {
        std::vector<std::string> result;
        for (std::size_t at = 0; at < list.size();) {
            const std::size_t end = std::min(list.find(", ", at), list.size());
            result.push_back(list.substr(at, end - at));
            at = end + 2;
        }
        return result;
    }
    template <class T, class NameOf>
    static std::vector<T> by_number(std::vector<T> of, NameOf name_of) {
        const auto number = [&](const T& one) {
            const std::string name = name_of(one);
            const std::size_t digits = name.find_last_not_of("0123456789") + 1;
            return digits < name.size() ? std::stoll(name.substr(digits)) : -1;
        };
        std::stable_sort(of.begin(), of.end(), [&](const T& a, const T& b) { return number(a) < number(b); });
        return of;
    }
    void open(node_kind kind, const std::string& line, std::size_t at) {
        node_spec spec{.kind = kind, .name = line.substr(at, line.find(' ', at) - at)};
        if (const auto list = line.find(": ["); list != std::string::npos) {
            auto& to = kind == node_kind::source ? spec.topics : spec.stores;
            to = names(line.substr(list + 3, line.rfind(']') - list - 3));
        } else if (const auto topic = line.find("(topic: "); topic != std::string::npos) {
            spec.topics = {line.substr(topic + 8, line.rfind(')') - topic - 8)};
        }
        parts_.back().push_back(std::move(spec));
    }
    static void add_parents_first(topology& to, std::vector<node_spec> nodes) {
        while (!nodes.empty()) {
            const auto ready = std::find_if(nodes.begin(), nodes.end(), [&](const node_spec& node) {
                return std::all_of(node.parents.begin(), node.parents.end(),
                                   [&](const auto& parent) { return to.find_node(parent) != nullptr; });
            });
            to.add_node(*ready);
            nodes.erase(ready);
        }
    }

    std::vector<std::vector<node_spec>> parts_;
};

} // namespace streams::testing_support
