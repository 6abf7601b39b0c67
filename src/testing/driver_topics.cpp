#include "src/testing/driver_topics.hpp"

#include "src/testing/owned_bytes.hpp"

#include <streams/core/error.hpp>
#include <streams/core/partitioner.hpp>

#include <utility>

namespace streams::inline v0 {

std::int32_t driver_topics::open(std::string_view topic) {
    if (const auto known = ids_.find(topic); known != ids_.end()) return known->second;
    const auto id = static_cast<std::int32_t>(topics_.size());
    topic_log added{.name = std::string(topic), .partitions = partitions_of_(topic)};
    added.next_offsets.resize(static_cast<std::size_t>(added.partitions));
    topics_.push_back(std::move(added));
    ids_.emplace(topic, id);
    return id;
}

std::int32_t driver_topics::place(topic_log& topic, const outgoing_record& r) const {
    if (r.partition) {
        if (*r.partition >= 0 && *r.partition < topic.partitions) return *r.partition;
        throw streams_error(concat("a record for topic ", topic.name, " was placed in partition ", *r.partition,
                                   ", but the topic has ", topic.partitions,
                                   " partitions; let the partitioner return 0 to ", topic.partitions - 1));
    }
    const auto& by = r.partition_key ? r.partition_key : r.key;
    if (by) return partition_of(*by, topic.partitions);
    return std::exchange(topic.next_without_key, (topic.next_without_key + 1) % topic.partitions);
}

void driver_topics::send(std::int32_t topic, const outgoing_record& r) {
    append(topic, {.key = owned(r.key),
                   .value = owned(r.value),
                   .timestamp = r.timestamp < 0 ? time_.wall_ms() : r.timestamp,
                   .headers = r.headers ? *r.headers : headers{},
                   .partition = place(at(topic), r)});
}

void driver_topics::send_dead_letters(std::span<const dead_letter> letters, const record_sender&,
                                      const record_metadata&, bool) {
    for (const dead_letter& each : letters)
        send(open(each.topic), {.key = each.key,
                                .value = each.value,
                                .timestamp = each.timestamp,
                                .headers = &each.headers,
                                .partition = each.partition});
}

void driver_topics::append(std::int32_t topic, raw_test_record r) {
    topic_log& log = at(topic);
    ++log.next_offsets[static_cast<std::size_t>(*r.partition)];
    new_.push_back({topic, log.records.size()});
    log.records.push_back(std::move(r));
}

std::optional<std::int64_t> driver_topics::last_offset(std::int32_t topic, std::int32_t partition) const {
    const std::int64_t next = at(topic).next_offsets[static_cast<std::size_t>(partition)];
    return next == 0 ? std::nullopt : std::optional(next - 1);
}

std::vector<std::string> driver_topics::written_topics() const {
    std::vector<std::string> names;
    for (const auto& [name, id] : ids_)
        if (!at(id).records.empty()) names.push_back(name);
    return names;
}

const driver_topics::topic_log* driver_topics::find(std::string_view topic) const {
    const auto known = ids_.find(topic);
    return known == ids_.end() ? nullptr : &at(known->second);
}

const std::vector<raw_test_record>& driver_topics::written(std::string_view topic) const {
    static const std::vector<raw_test_record> nothing;
    const auto* log = find(topic);
    return log ? log->records : nothing;
}

std::size_t driver_topics::unread(std::string_view topic) const {
    const auto* log = find(topic);
    return log ? log->records.size() - log->next_unread : 0;
}

const raw_test_record& driver_topics::read(std::string_view topic) {
    if (unread(topic) == 0)
        throw streams_error(concat("topic ", topic, " has no record left to read, ", written(topic).size(),
                                   " were written to it in all; ask empty() before reading, or pipe more input"));
    topic_log& log = at(ids_.find(topic)->second);
    return log.records[log.next_unread++];
}

} // namespace streams::inline v0
