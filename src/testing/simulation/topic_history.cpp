#include "src/testing/simulation/topic_history.hpp"

#include "src/embedded/log_reader.hpp"

#include <memory>

namespace streams::inline v0::simulated {
namespace {

constexpr std::size_t records_at_once = 1000;

std::optional<std::string> text_of(const std::optional<bytes_view>& view) {
    return view ? std::optional(std::string(view->text())) : std::nullopt;
}

} // namespace

void topic_history::catch_up(const embedded::cluster& from) {
    for (const std::string& name : from.topic_names()) catch_up(from, name);
}

void topic_history::catch_up(const embedded::cluster& from, const std::string& name) {
    const auto topic = from.find(name);
    if (!topic) return;
    for (const auto& each : topic->logs) {
        log& known = logs_[each->name()];
        const std::int64_t begin = std::max(known.next, each->start());
        if (begin == each->stable_end()) {
            known.next = begin;
            continue;
        }
        embedded::log_reader reader(each, begin, true);
        std::vector<record_view> records;
        std::shared_ptr<const void> memory;
        while (reader.read(records_at_once, records, memory) == embedded::log_reader::outcome::records) {
            for (const record_view& record : records)
                known.entries.push_back({record.offset, record.timestamp, text_of(record.key), text_of(record.value),
                                         record.headers ? std::optional(*record.headers) : std::nullopt});
            records.clear();
        }
        known.next = reader.position();
    }
}

void topic_history::mark_unread(const topic_partition& partition, std::int64_t from, std::int64_t to) {
    for (entry& each : logs_[partition].entries)
        if (from <= each.offset && each.offset < to) each.unread = true;
}

const std::vector<topic_history::entry>& topic_history::of(const topic_partition& partition) const {
    static const std::vector<entry> none;
    const auto found = logs_.find(partition);
    return found == logs_.end() ? none : found->second.entries;
}

std::int64_t topic_history::end(const topic_partition& partition) const {
    const auto found = logs_.find(partition);
    return found == logs_.end() ? 0 : found->second.next;
}

std::vector<topic_partition> topic_history::partitions(std::string_view topic) const {
    std::vector<topic_partition> found;
    for (const auto& [partition, known] : logs_)
        if (partition.topic == topic) found.push_back(partition);
    return found;
}

} // namespace streams::inline v0::simulated
