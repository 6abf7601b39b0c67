#pragma once

#include "simulation/program/collecting.hpp"
#include "src/testing/simulation/topic_history.hpp"

#include <map>
#include <string>
#include <vector>

namespace streams::simulation {

/// What an application was given to read.
struct read_record {
    marked_id value;
    bool unread = false; ///< it was deleted, perhaps before it was read
};
/// What it made of one: `<id>:<list>`.
struct told_update {
    int id = 0;
    std::string ids;
};
template <class Value>
using by_key = std::map<std::string, std::vector<Value>>;

/// The key of a record, with the begin of its window where it is asked for.
[[nodiscard]] std::string key_of(const simulated::topic_history::entry& entry, bool windowed = false);
/// In the order of the partition that has the key.
[[nodiscard]] by_key<read_record> inputs_of(const simulated::topic_history& history, const std::string& topic,
                                            bool windowed = false);
[[nodiscard]] by_key<told_update> updates_of(const simulated::topic_history& history, const std::string& topic);
/// Values as they are.
[[nodiscard]] by_key<std::string> lists_of(const simulated::topic_history& history, const std::string& topic);
/// Those of a key; none: empty.
template <class Value>
[[nodiscard]] std::vector<Value> of_key(const by_key<Value>& all, const std::string& key) {
    const auto found = all.find(key);
    return found == all.end() ? std::vector<Value>() : found->second;
}
/// What is wrong with a list of all records of a key; empty: nothing. `once`: each in its place, and once; else those that were
/// surely read, and none that was not there.
[[nodiscard]] std::string wrong_list(const std::vector<read_record>& records, const std::string& list, bool once);

} // namespace streams::simulation
