#include "simulation/program/explained.hpp"

#include "simulation/program/read_inputs.hpp"

#include <streams/core/error.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace streams::simulation {
namespace {

using simulated::topic_history;

/// Without those that were deleted before they were read.
std::vector<read_record> read_of(const std::vector<read_record>& inputs, const std::vector<told_update>& told) {
    std::vector<read_record> read;
    for (const read_record& each : inputs)
        if (!each.unread || std::ranges::find(told, each.value.id, &told_update::id) != told.end())
            read.push_back(each);
    return read;
}

/// What each record makes of the list, in order.
std::vector<told_update> expected_of(const std::vector<read_record>& inputs, const stage& of) {
    std::vector<told_update> expected;
    std::string ids;
    for (const auto& [value, unread] : inputs) {
        if (value.forget && of.forgets)
            ids.clear();
        else
            append_id(ids, value.id);
        expected.push_back({value.id, ids});
    }
    return expected;
}

std::string differs(const std::string& where, const std::vector<told_update>& expected,
                    const std::vector<told_update>& told, bool whole) {
    for (std::size_t at = 0; at < std::max(expected.size(), told.size()); ++at) {
        if (at >= told.size() && !whole) return {};
        if (at >= told.size()) return concat(where, ": update ", at, ", of record ", expected[at].id, ", is missing");
        if (at >= expected.size())
            return concat(where, ": update ", at, ", of record ", told[at].id, " with ", told[at].ids,
                          ", should not be there");
        if (expected[at].id != told[at].id || expected[at].ids != told[at].ids)
            return concat(where, ": update ", at, " is of record ", told[at].id, " with ", told[at].ids,
                          ", and should be of record ", expected[at].id, " with ", expected[at].ids);
    }
    return {};
}

std::set<int> set_of(const std::string& ids) {
    const auto all = ids_in(ids);
    return {all.begin(), all.end()};
}

/// What the last list of a key has.
struct last_list {
    std::set<int> needed{};  ///< what came behind the last deletion that was surely read
    std::set<int> allowed{}; ///< those, and those of which it is not sure
};

last_list last_list_of(const std::vector<read_record>& inputs, const stage& of) {
    last_list last;
    for (const auto& [value, unread] : inputs) {
        if (value.forget && of.forgets) {
            last.needed.clear();
            if (!unread) last.allowed.clear();
            continue;
        }
        if (!unread) last.needed.insert(value.id);
        last.allowed.insert(value.id);
    }
    return last;
}

/// When a record was there, in numbers of records of its key.
struct occurrence {
    std::size_t last = 0;
    std::size_t deleted_up_to = 0; ///< by those before it that were surely read, when it was there first
};

std::map<int, occurrence> occurrences_of(const std::vector<read_record>& inputs, const stage& of) {
    std::map<int, occurrence> all;
    std::size_t number = 0;
    std::size_t deleted = 0;
    for (const auto& [value, unread] : inputs) {
        ++number;
        if (value.forget && of.forgets && !unread) deleted = number;
        all.try_emplace(value.id, number, deleted).first->second.last = number;
    }
    return all;
}

std::string lacks(const std::string& where, const std::vector<read_record>& inputs,
                  const std::vector<told_update>& told, const stage& of, bool whole) {
    const auto known = occurrences_of(inputs, of);
    std::set<int> updated;
    for (const auto& [id, ids] : told) {
        updated.insert(id);
        const auto read = known.find(id);
        if (read == known.end()) return concat(where, ": record ", id, ", which was never read, has an update");
        for (const int each : ids_in(ids)) {
            const auto at = known.find(each);
            if (at == known.end())
                return concat(where, ": an update has record ", each, ", which was never read under that key");
            // Records behind a deletion may be in the list already when what comes before them is read again.
            if (at->second.last <= read->second.deleted_up_to)
                return concat(where, ": record ", each, " was deleted before record ", id, ", whose update has ", ids);
        }
    }
    if (!whole) return {};
    for (const auto& [value, unread] : inputs)
        if (!unread && !updated.contains(value.id)) return concat(where, ": record ", value.id, " has no update");
    if (told.empty()) return {};
    const auto wanted = last_list_of(inputs, of);
    const auto last = set_of(told.back().ids);
    for (const int each : wanted.needed)
        if (!last.contains(each))
            return concat(where, ": record ", each, " is not in the last list, which is ", told.back().ids);
    for (const int each : last)
        if (!wanted.allowed.contains(each))
            return concat(where, ": record ", each, " was deleted, and is in the last list, which is ",
                          told.back().ids);
    return {};
}

} // namespace

std::string unexplained_updates(const topic_history& history, const stage& of, promise kept) {
    const auto inputs = inputs_of(history, of.input, of.windowed);
    const auto told = updates_of(history, of.output);
    for (const auto& [key, updates] : told)
        if (!inputs.contains(key)) return concat(of.output, ", key ", key, ": nothing was read under that key");
    for (const auto& [key, records] : inputs) {
        const auto updates = of_key(told, key);
        const std::string where = concat(of.output, ", key ", key);
        auto wrong = kept.once ? differs(where, expected_of(read_of(records, updates), of), updates, kept.whole)
                               : lacks(where, records, updates, of, kept.whole);
        if (!wrong.empty()) return wrong;
    }
    return {};
}

std::string unexplained_findings(const topic_history& history, const lookup& of, promise kept) {
    const auto inputs = inputs_of(history, "in");
    const auto found = updates_of(history, of.output);
    const auto versions = lists_of(history, of.table);
    for (const auto& [key, all] : inputs) {
        const auto findings = of_key(found, key);
        const auto records = read_of(all, findings);
        const auto last_version = static_cast<int>(of_key(versions, key).size());
        const std::string where = concat(of.output, ", key ", key);
        std::set<int> seen;
        int newest = 0;
        for (std::size_t number = 0; number < findings.size(); ++number) {
            seen.insert(findings[number].id);
            if (!kept.once) continue;
            if (number >= records.size() || findings[number].id != records[number].value.id)
                return concat(where, ": finding ", number, " is of record ", findings[number].id);
            const int version = std::stoi(findings[number].ids);
            if (version > last_version)
                return concat(where, ": record ", findings[number].id, " found version ", version, " of ",
                              last_version);
            if (of.grows && version < newest)
                return concat(where, ": record ", findings[number].id, " found version ", version, " after ", newest);
            newest = version;
        }
        for (const auto& [value, unread] : records)
            if (kept.whole && !seen.contains(value.id)) return concat(where, ": record ", value.id, " found nothing");
    }
    return {};
}

std::string unexplained_routing(const topic_history& history, const std::string& input, const std::string& output,
                                promise kept) {
    std::map<std::string, int> arrived; // how often, of those that were read
    std::set<std::string> unread;
    for (const auto& partition : history.partitions(input))
        for (const auto& entry : history.of(partition)) {
            arrived.emplace(entry.value.value_or(""), 0);
            if (entry.unread) unread.insert(entry.value.value_or(""));
        }
    for (const auto& partition : history.partitions(output))
        for (const auto& entry : history.of(partition)) {
            const auto value = entry.value.value_or("");
            const auto found = arrived.find(value);
            if (found == arrived.end()) return concat(output, ": record ", value, " was never read");
            if (entry.key != marked_id::parse(value).group)
                return concat(output, ": record ", value, " is under key ", entry.key.value_or("null"));
            if (++found->second > 1 && kept.once) return concat(output, ": record ", value, " is there twice");
        }
    for (const auto& [value, times] : arrived)
        if (kept.whole && times == 0 && !unread.contains(value))
            return concat(output, ": record ", value, " is missing");
    return {};
}

} // namespace streams::simulation
