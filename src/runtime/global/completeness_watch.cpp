#include "src/runtime/global/completeness_watch.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace streams::inline v0 {
namespace {

constexpr std::chrono::minutes between_completeness_looks{1};
constexpr std::chrono::milliseconds longest_wait{200}; ///< records wait meanwhile

} // namespace

completeness_watch::completeness_watch(execution& time)
    : time_(time), next_look_(time.after(between_completeness_looks)) {}

std::vector<completeness_watch::complete_topic> completeness_watch::step(
    kafka::consumer& consumer, const std::map<topic_partition, std::int64_t>& starts) {
    if (time_.steady_ms() >= next_look_) { // what is not known from the last one is given up
        next_look_ = time_.after(between_completeness_looks);
        look_ = {.at = time_.wall_ms(), .unasked = {}};
        for (const auto& [partition, start] : starts) {
            look_->unasked.push_back(partition);
            look_->ends[partition.topic];
        }
    }
    std::vector<complete_topic> complete;
    if (!look_) return complete;
    if (!look_->unasked.empty()) ask_next(consumer);
    for (auto& each : look_->ends)
        std::erase_if(each.second, [&](const auto& end) {
            return consumer.position(end.first).value_or(starts.at(end.first)) >= end.second;
        });
    std::erase_if(look_->ends, [&](const auto& each) {
        const auto& [topic, ends] = each;
        const bool asks = std::ranges::find(look_->unasked, topic, &topic_partition::topic) != look_->unasked.end();
        if (asks || !ends.empty()) return false;
        complete.push_back({topic, look_->at});
        return true;
    });
    if (look_->ends.empty()) look_.reset();
    return complete;
}

void completeness_watch::ask_next(kafka::consumer& consumer) {
    const topic_partition partition = std::move(look_->unasked.back());
    look_->unasked.pop_back();
    kafka::log_bounds bounds;
    if (consumer.bounds(partition, bounds, longest_wait)) {
        if (const auto found = look_->ends.find(partition.topic); found != look_->ends.end())
            found->second.emplace(partition, bounds.end);
        return;
    }
    look_->ends.erase(partition.topic);
    std::erase_if(look_->unasked, [&](const topic_partition& other) { return other.topic == partition.topic; });
}

} // namespace streams::inline v0
