#include "src/testing/simulation/topic_faults.hpp"

#include "src/embedded/log_reader.hpp"
#include "src/runtime/topics/topic_names.hpp"

#include <streams/core/error.hpp>

#include <algorithm>
#include <map>
#include <memory>

namespace streams::inline v0::simulated {
namespace {

constexpr std::uint64_t brokers = 3;
constexpr std::size_t looked_at_at_once = 1000;

/// The first record before `until` that is the last one of its key and no tombstone; `until`: there is none.
std::int64_t first_needed(const std::shared_ptr<embedded::partition_log>& log, std::int64_t until) {
    until = std::min(until, log->stable_end());
    std::map<std::string, std::int64_t> last;
    embedded::log_reader reader(log, log->start(), true);
    std::vector<record_view> records;
    std::shared_ptr<const void> memory;
    while (reader.read(looked_at_at_once, records, memory) == embedded::log_reader::outcome::records) {
        for (const record_view& each : records) {
            if (each.offset >= until || !each.key) continue;
            const std::string key(each.key->text());
            if (each.value)
                last.insert_or_assign(key, each.offset);
            else
                last.erase(key);
        }
        records.clear();
    }
    std::int64_t first = until;
    for (const auto& [key, offset] : last) first = std::min(first, offset);
    return first;
}

} // namespace

application_topics::application_topics(const topology& topology, const std::string& application_id)
    : group(application_id) {
    for (const store_spec& each : topology.stores()) {
        if (topology.is_global_store(each.name)) continue;
        auto name = changelog_topic_name(topology, application_id, each);
        if (!name.empty()) (each.source_topic.empty() ? changelogs : source_changelogs).push_back(std::move(name));
    }
    for (auto& name : input_topics(topology, application_id)) {
        if (std::ranges::find(source_changelogs, name) != source_changelogs.end()) continue;
        const bool owned = std::ranges::any_of(topology.repartition_topics(), [&](const auto& each) {
            return full_topic_name(topology, application_id, each.name) == name;
        });
        (owned ? repartition : inputs).push_back(std::move(name));
    }
}

std::int64_t topic_faults::committed(const topic_partition& partition) const {
    if (const auto group = cluster_.find_group(topics_.group))
        for (const auto& each : group->all_committed())
            if (each.partition == partition) return each.offset;
    return 0;
}

void topic_faults::compact() {
    before_deletion();
    superseded_deleted_ = true;
    for (const std::string& name : topics_.changelogs)
        if (const auto found = cluster_.find(name))
            for (const auto& log : found->logs) log->compact();
}

template <class Begin>
void topic_faults::move_begins(const std::vector<std::string>& topics, const Begin& begin) {
    for (const std::string& name : topics)
        if (const auto found = cluster_.find(name))
            for (const auto& log : found->logs)
                if (const std::int64_t to = begin(log); to > log->start()) cluster_.delete_records(*log, to);
}

void topic_faults::truncate() {
    before_deletion();
    superseded_deleted_ = true;
    move_begins(topics_.changelogs, [](const auto& log) { return first_needed(log, log->end()); });
    move_begins(topics_.source_changelogs, [&](const auto& log) { return first_needed(log, committed(log->name())); });
    move_begins(topics_.repartition, [&](const auto& log) { return committed(log->name()); });
}

void topic_faults::delete_input() {
    before_deletion();
    move_begins(topics_.inputs, [&](const auto& log) {
        const std::int64_t from = committed(log->name());
        const std::int64_t to =
            from + static_cast<std::int64_t>(scheduler_.random(static_cast<std::uint64_t>(log->end() - from) + 1));
        history_.mark_unread(log->name(), from, to);
        return to;
    });
}

const std::string& topic_faults::any_input() const {
    return topics_.inputs.at(static_cast<std::size_t>(scheduler_.random(topics_.inputs.size())));
}

void topic_faults::remove_input() {
    if (end_application()) return;
    const std::string& name = any_input();
    before_deletion();
    static_cast<void>(cluster_.remove_topic(name));
    reasons_ = {concat("topic ", name, " does not exist")};
}

void topic_faults::widen_input() {
    if (end_application()) return;
    const std::string& name = any_input();
    const auto partitions = static_cast<std::int32_t>(cluster_.find(name)->logs.size()) + 1;
    static_cast<void>(cluster_.create_partitions(name, partitions));
    reasons_ = {concat("the inputs ask for ", partitions), concat(name, " has ", partitions)};
}

void topic_faults::move_leaders(std::int64_t until) {
    away_ = scheduler_.random(brokers);
    led_from_ = until;
}

bool topic_faults::has_leader(const topic_partition& partition) const {
    return scheduler_.steady_ms() >= led_from_ ||
           (static_cast<std::uint64_t>(partition.partition) + partition.topic.size()) % brokers != away_;
}

bool topic_faults::explain(const std::string& failure) const {
    return std::ranges::any_of(reasons_, [&](const std::string& each) { return failure.find(each) != failure.npos; });
}

} // namespace streams::inline v0::simulated
