#include "simulation/program/read_inputs.hpp"

#include <streams/core/error.hpp>

#include <algorithm>
#include <set>

namespace streams::simulation {

using simulated::topic_history;

std::string key_of(const topic_history::entry& entry, bool windowed) {
    auto key = entry.key.value_or("");
    return windowed ? key + '@' + std::to_string(entry.timestamp / window_ms * window_ms) : key;
}

by_key<read_record> inputs_of(const topic_history& history, const std::string& topic, bool windowed) {
    by_key<read_record> inputs;
    for (const auto& partition : history.partitions(topic))
        for (const auto& entry : history.of(partition))
            inputs[key_of(entry, windowed)].push_back({marked_id::parse(entry.value.value_or("")), entry.unread});
    return inputs;
}

by_key<told_update> updates_of(const topic_history& history, const std::string& topic) {
    by_key<told_update> updates;
    for (const auto& [key, values] : lists_of(history, topic))
        for (const std::string& value : values) {
            const auto colon = value.find(':');
            updates[key].push_back({std::stoi(value.substr(0, colon)), value.substr(colon + 1)});
        }
    return updates;
}

by_key<std::string> lists_of(const topic_history& history, const std::string& topic) {
    by_key<std::string> lists;
    for (const auto& partition : history.partitions(topic))
        for (const auto& entry : history.of(partition)) lists[key_of(entry)].push_back(entry.value.value_or(""));
    return lists;
}

std::string wrong_list(const std::vector<read_record>& records, const std::string& list, bool once) {
    const auto ids = ids_in(list);
    const std::set<int> told(ids.begin(), ids.end());
    std::vector<int> expected;
    std::set<int> known;
    for (const auto& [value, unread] : records) {
        known.insert(value.id);
        if (!unread && !told.contains(value.id)) return concat("record ", value.id, " is not in ", list);
        if (told.contains(value.id)) expected.push_back(value.id);
    }
    for (const int each : told)
        if (!known.contains(each)) return concat("record ", each, " is in ", list, ", and was never read there");
    if (once && ids != expected) return concat(list, " is in another order, or has a record twice");
    return {};
}

} // namespace streams::simulation
