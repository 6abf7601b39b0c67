#include "src/testing/simulation/store_check.hpp"

#include "src/runtime/topics/topic_names.hpp"
#include "state/managed_store.hpp"

#include <streams/core/config.hpp>
#include <streams/core/error.hpp>
#include <streams/core/manual_clock.hpp>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <map>
#include <memory>
#include <vector>

namespace streams::inline v0::simulated {
namespace {

std::optional<bytes_view> view_of(const std::optional<std::string>& text) {
    return text ? std::optional(bytes_view(std::string_view(*text))) : std::nullopt;
}

enum class deletions { applied, seen_as_entries };

using log_entries = std::vector<topic_history::entry>;

/// The records from `first` to `last`.
log_entries part_of(const log_entries& log, std::int64_t first, std::int64_t last) {
    log_entries part;
    std::ranges::copy_if(log, std::back_inserter(part),
                         [&](const auto& each) { return first <= each.offset && each.offset <= last; });
    return part;
}

/// The records come to this on a disk.
std::map<std::string, std::string> fold(const store_spec& spec, const log_entries& records_of,
                                        deletions deleted = deletions::applied) {
    static const std::string entry(16, '\0'); // any that a store takes
    simulated_disk scratch;
    manual_clock time;
    const auto disk = scratch.mounted([](disk_call, bool) { return std::nullopt; }, std::make_shared<bool>(true));
    const record_context none{};
    memory_budget budget(memory_limits_of({}));
    store_memory memory(budget);
    const auto store = make_store(
        spec,
        {.directory = "/", .current = none, .memory = memory, .changelog = nullptr, .time = &time, .disk = disk.get()});
    std::vector<record_view> records;
    for (const auto& each : records_of) {
        auto value = view_of(each.value);
        if (!value && deleted == deletions::seen_as_entries) value = bytes_view(std::string_view(entry));
        records.push_back(
            {each.offset, each.timestamp, view_of(each.key), value, each.headers ? &*each.headers : nullptr});
    }
    store->restore(records);
    store->restored(records.empty() ? std::nullopt : std::optional(records.back().offset));
    store->close();
    return scratch.stores().at("/" + spec.name).entries;
}

std::string shown(const std::string& text) {
    std::string readable;
    for (const char each : text)
        readable += each >= ' ' && each <= '~' ? std::string(1, each)
                                               : concat("\\", static_cast<int>(static_cast<unsigned char>(each)));
    return readable;
}

using entries = std::map<std::string, std::string>;

/// Whether both have the same of a key.
bool agree(const entries& one, const entries& other, const std::string& key) {
    const auto here = one.find(key);
    const auto there = other.find(key);
    if (here == one.end() || there == other.end()) return here == one.end() && there == other.end();
    return here->second == there->second;
}

/// What is written or deleted again after an offset is not looked at: `again` has the keys, and in `later` shows what expires.
struct overtaken_entries {
    entries again{};
    entries later{};
    [[nodiscard]] bool has(const entries& wanted, const std::string& key) const {
        return again.contains(key) || !agree(wanted, later, key);
    }
};

std::string first_difference(const entries& wanted, const entries& found, const overtaken_entries& overtaken) {
    for (const auto& [key, value] : wanted) {
        if (overtaken.has(wanted, key)) continue;
        const auto at = found.find(key);
        if (at == found.end()) return concat(shown(key), " is missing, and should be ", shown(value));
        if (at->second != value) return concat(shown(key), " is ", shown(at->second), ", and should be ", shown(value));
    }
    for (const auto& [key, value] : found)
        if (!wanted.contains(key) && !overtaken.has(wanted, key))
            return concat(shown(key), " is ", shown(value), ", and should not be there");
    return {};
}

} // namespace

namespace {

/// Rows that are written before the offsets that cover them are read again: what comes behind those is not looked at.
std::string differs_from_topic(const topology& of, const store_spec& spec, const simulated_disk::content& found,
                               const topic_history& history) {
    const auto declared = std::ranges::find(of.global_stores(), spec.name, &global_store::store);
    log_entries covered;
    log_entries behind;
    for (const topic_partition& each : history.partitions(declared->topic)) {
        const auto& offsets = found.position.partition_offsets;
        const auto number = static_cast<std::size_t>(each.partition);
        const std::int64_t at = number < offsets.size() ? offsets[number] : -1;
        const std::int64_t end = history.end(each);
        if (at >= end) return concat("global store ", spec.name, " is at offset ", at, " of ", to_string(each));
        std::ranges::move(part_of(history.of(each), 0, at), std::back_inserter(covered));
        std::ranges::move(part_of(history.of(each), at + 1, end), std::back_inserter(behind));
    }
    const auto wanted = fold(spec, covered);
    const auto difference = first_difference(
        wanted, found.entries, {.again = fold(spec, behind, deletions::seen_as_entries), .later = wanted});
    return difference.empty() ? "" : concat("global store ", spec.name, ": ", difference);
}

} // namespace

std::string differs_from_changelog(const topology& of, const std::string& application_id,
                                   const std::filesystem::path& folder, const simulated_disk::content& found,
                                   const topic_history& history, const history_known& known) {
    const store_spec* const spec = of.find_store(folder.filename().string());
    if (spec == nullptr) return {};
    if (of.is_global_store(spec->name)) return differs_from_topic(of, *spec, found, history);
    const std::string topic = changelog_topic_name(of, application_id, *spec);
    if (topic.empty()) return {};
    const std::string task = folder.parent_path().filename();
    std::int32_t partition = 0;
    std::from_chars(task.data() + task.find('_') + 1, task.data() + task.size(), partition);
    if (!found.position.offset) {
        if (found.entries.empty()) return {};
        return concat("store ", spec->name, " of task ", task, " has entries and no offset");
    }
    if (*found.position.offset >= history.end({topic, partition})) {
        if (!known.has_all) return {};
        return concat("store ", spec->name, " of task ", task, " is at offset ", *found.position.offset, " of ", topic,
                      ", which ends before that");
    }
    const auto& changelog = history.of({topic, partition});
    const std::int64_t at = *found.position.offset;
    const auto wanted = fold(*spec, part_of(changelog, 0, at));
    if (wanted == found.entries) return {};
    overtaken_entries passed_over{.later = wanted};
    if (known.overtaken) {
        const std::int64_t last = history.end({topic, partition}) - 1;
        passed_over = {fold(*spec, part_of(changelog, at + 1, last), deletions::seen_as_entries),
                       fold(*spec, changelog)};
    }
    auto difference = first_difference(wanted, found.entries, passed_over);
    if (difference.empty()) return {};
    return concat("store ", spec->name, " of task ", task, ", at offset ", *found.position.offset, " of ", topic, ": ",
                  difference);
}

} // namespace streams::inline v0::simulated
