#include "results.hpp"

namespace conformance {

std::set<std::string> output_topics(const streams::topology& of) {
    std::set<std::string> names;
    for (const auto& node : of.nodes())
        if (node.kind == streams::node_kind::sink)
            for (const auto& topic : node.topics)
                if (!of.is_repartition_topic(topic)) names.insert(topic);
    return names;
}

void add(std::map<std::string, std::string>& table, const std::optional<streams::bytes>& key,
         const std::optional<streams::bytes>& value) {
    if (value)
        table[to_hex(key)] = to_hex(value);
    else
        table.erase(to_hex(key));
}

std::string first_difference(const tables& expected, const tables& actual) {
    for (const auto& [topic, rows] : expected)
        for (const auto& [key, value] : rows) {
            const auto table = actual.find(topic);
            if (table == actual.end() || !table->second.contains(key)) return topic + " lacks key " + key;
            if (const auto& got = table->second.at(key); got != value)
                return topic + " key " + key + ": expected " + value + ", got " + got;
        }
    for (const auto& [topic, rows] : actual)
        for (const auto& [key, value] : rows)
            if (!expected.contains(topic) || !expected.at(topic).contains(key))
                return topic + " has key " + key + ", expected none";
    return {};
}

} // namespace conformance
