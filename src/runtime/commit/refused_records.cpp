#include "src/runtime/commit/refused_records.hpp"

#include <utility>

namespace streams::inline v0 {

void refused_records::add(std::int32_t topic, const kafka::delivery_failure& record, std::vector<dead_letter> letters) {
    records_.emplace(record.tag,
                     refused{topic, record.partition.partition, record.key, record.value, std::move(letters)});
}

const std::vector<dead_letter>* refused_records::pass_over(const kafka::producer_record& record) noexcept {
    const auto same = [](const std::optional<bytes>& kept, const std::optional<bytes_view>& given) {
        return kept.has_value() == given.has_value() && (!kept || kept->view() == *given);
    };
    const auto [begin, end] = records_.equal_range(record.tag);
    for (auto at = begin; at != end; ++at) {
        refused& each = at->second;
        if (each.topic != record.topic || !same(each.key, record.key) || !same(each.value, record.value)) continue;
        if (record.partition && *record.partition != each.partition) continue;
        each.passed_over = true;
        return &each.letters;
    }
    return nullptr;
}

void refused_records::committed() {
    std::erase_if(records_, [](const auto& each) { return each.second.passed_over; });
}

void refused_records::aborted() noexcept {
    for (auto& [tag, each] : records_) each.passed_over = false;
}

} // namespace streams::inline v0
