#include "src/runtime/commit/refused_records.hpp"

#include <algorithm>
#include <utility>

namespace streams::inline v0 {
namespace {

bool same(const std::optional<bytes>& kept, const std::optional<bytes_view>& given) {
    return kept.has_value() == given.has_value() && (!kept || kept->view() == *given);
}

bool same(const kafka::delivery_failure& kept, std::string_view topic, const kafka::producer_record& given) {
    if (kept.partition.topic != topic) return false;
    if (given.partition && *given.partition != kept.partition.partition) return false;
    if (kept.timestamp >= 0 && given.timestamp >= 0 && kept.timestamp != given.timestamp) return false;
    const bool same_headers = given.headers == nullptr ? kept.headers.empty() : kept.headers == *given.headers;
    return same_headers && same(kept.key, given.key) && same(kept.value, given.value);
}

} // namespace

/// Of one that was sent alone, the new decision takes the place of the old.
bool refused_records::add(const kafka::delivery_failure& record, task_id task, const record_metadata& input,
                          decision what) {
    const auto [begin, end] = records_.equal_range(record.tag);
    for (auto at = begin; at != end; ++at) {
        refused& each = at->second;
        if (!each.come || !each.what.alone || each.record.partition != record.partition ||
            each.record.key != record.key || each.record.value != record.value || each.record.headers != record.headers)
            continue;
        each.what = std::move(what);
        return true;
    }
    const bool further = gets_further(task, input);
    records_.emplace(record.tag,
                     refused{record, task, {std::string(input.topic), input.partition}, input.offset, std::move(what)});
    ++to_come_;
    return further;
}

bool refused_records::gets_further(task_id task, const record_metadata& input) const noexcept {
    bool known = false;
    for (const auto& [tag, each] : records_) {
        if (each.task != task || each.offset != input.offset || each.input.partition != input.partition ||
            each.input.topic != input.topic)
            continue;
        if (!each.come) return false;
        known = true;
    }
    return known || input.offset >= 0; // a punctuation may come at another time
}

const refused_records::decision* refused_records::find(std::string_view topic,
                                                       const kafka::producer_record& record) noexcept {
    const auto [begin, end] = records_.equal_range(record.tag);
    for (auto at = begin; at != end; ++at) {
        refused& each = at->second;
        if (each.come || !same(each.record, topic, record)) continue;
        each.come = true;
        --to_come_;
        return &each.what;
    }
    return nullptr;
}

std::size_t refused_records::committed(std::span<const task_id> tasks,
                                       std::span<const kafka::committed_offset> offsets) {
    std::size_t passed_over = 0;
    std::erase_if(records_, [&](const auto& entry) {
        const refused& each = entry.second;
        if (std::ranges::find(tasks, each.task) == tasks.end()) return false;
        if (each.come && !each.what.alone) ++passed_over;
        if (each.come) return true;
        const bool past = each.offset < 0 || std::ranges::any_of(
                                                 offsets,
                                                 [&](const kafka::committed_offset& one) {
                                                     return one.partition == each.input && one.offset > each.offset;
                                                 });
        if (past) --to_come_;
        return past;
    });
    return passed_over;
}

void refused_records::keep(std::span<const task_id> tasks) {
    std::erase_if(records_, [&](const auto& entry) {
        const refused& each = entry.second;
        if (std::ranges::find(tasks, each.task) != tasks.end()) return false;
        if (!each.come) --to_come_;
        return true;
    });
}

void refused_records::aborted() noexcept {
    for (auto& [tag, each] : records_) each.come = false;
    to_come_ = records_.size();
}

} // namespace streams::inline v0
