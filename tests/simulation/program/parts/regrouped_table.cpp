#include "simulation/program/read_inputs.hpp"
#include "simulation/program/workload.hpp"
#include "simulation/program/workload_part.hpp"

#include <streams/core/error.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace streams::simulation {
namespace {

using simulated::topic_history;

/// A record is taken out of a list that has it; where that has not, its number is there with a minus.
std::string without_id(const std::string& id, const std::string& list) {
    const int wanted = std::stoi(id);
    std::string rest;
    bool found = false;
    for (const int each : ids_in(list))
        if (each == wanted && !found)
            found = true;
        else
            append_id(rest, each);
    if (!found) append_id(rest, -wanted);
    return rest;
}

/// Records that are the last ones of their keys, by group.
struct last_records {
    std::map<std::string, std::set<int>> surely{};
    std::map<std::string, std::set<int>> perhaps{}; ///< those too
};

last_records last_records_of(const by_key<read_record>& inputs) {
    last_records last;
    for (const auto& [key, records] : inputs) {
        bool sure = true;
        for (auto at = records.rbegin(); at != records.rend(); ++at) {
            if (!at->value.forget) {
                last.perhaps[at->value.group].insert(at->value.id);
                if (sure && !at->unread) last.surely[at->value.group].insert(at->value.id);
            }
            if (!at->unread) break;
            sure = false;
        }
    }
    return last;
}

std::string wrong_update(const std::string& list, const std::set<int>& of_group, bool once) {
    std::set<int> seen;
    for (const int each : ids_in(list)) {
        if (!of_group.contains(std::abs(each)))
            return concat("record ", each, " is in ", list, ", and never was in it");
        if (once && each < 0) return concat("record ", -each, " was taken out of a list without it, which left ", list);
        if (once && !seen.insert(each).second) return concat("record ", each, " is twice in ", list);
    }
    return {};
}

std::string unexplained_groups(const topic_history& history, promise kept) {
    const auto inputs = inputs_of(history, "in");
    const auto told = lists_of(history, "held-updates");
    std::map<std::string, std::set<int>> by_group;
    for (const auto& [key, records] : inputs)
        for (const auto& [value, unread] : records)
            if (!value.forget) by_group[value.group].insert(value.id);
    for (const auto& [group, lists] : told)
        for (const std::string& list : lists)
            if (auto wrong = wrong_update(list, by_group[group], kept.once); !wrong.empty())
                return concat("held-updates, key ", group, ": ", wrong);
    if (!kept.whole) return {};
    auto last = last_records_of(inputs);
    for (const auto& [group, of_group] : by_group) {
        const auto lists = of_key(told, group);
        const auto ids = ids_in(lists.empty() ? "" : lists.back());
        const std::set<int> held(ids.begin(), ids.end());
        const std::string where =
            concat("held-updates, key ", group, ": the last list, ", lists.empty() ? "" : lists.back());
        for (const int each : last.surely[group])
            if (!held.contains(each)) return concat(where, ", lacks record ", each);
        for (const int each : held)
            if (kept.once && !last.perhaps[group].contains(each))
                return concat(where, ", has record ", each, ", which is not the last of its key");
    }
    return {};
}

} // namespace

workload_part regrouped_table(const random_number& random) {
    workload_part made;
    made.topics = {{"held-updates", {partitions}}};
    made.declare = [caching = random(2) == 0](streams_builder&, const kstream<std::string, std::string>& in) {
        in.map_values([](const std::string& value) {
              return marked_id::parse(value).forget ? std::nullopt : std::optional(value);
          })
            .to_table(materialized{.name = "latest", .caching = caching})
            .group_by(
                [](const std::string&, const std::string& value) {
                    const auto read = marked_id::parse(value);
                    return std::pair(read.group, std::to_string(read.id));
                },
                grouped{"held"})
            .aggregate([] { return std::string(); },
                       [](const std::string& id, std::string list) {
                           append_id(list, std::stoi(id));
                           return list;
                       },
                       [](const std::string& id, const std::string& list) { return without_id(id, list); },
                       materialized{.name = "held", .caching = caching})
            .to_stream()
            .to("held-updates");
    };
    made.unexplained = unexplained_groups;
    return made;
}

} // namespace streams::simulation
