#include "src/runtime/commit/repartition_purge.hpp"

#include "src/runtime/topics/topic_names.hpp"

#include <streams/core/log.hpp>
#include <streams/core/saturation.hpp>

#include <utility>
#include <vector>

namespace streams::inline v0 {
namespace {

constexpr kafka::milliseconds call_timeout{1000};

} // namespace

repartition_purge::repartition_purge(const topology& topology, const streams_config& config, kafka::admin& admin,
                                     const clock& time)
    : admin_(admin), time_(time), interval_(config.repartition_purge_interval.count()),
      next_(detail::add_sat(time.steady_ms(), interval_)) {
    for (const auto& topic : topology.repartition_topics())
        topics_.insert(full_topic_name(topology, config.application_id, topic.name));
}

void repartition_purge::committed(std::span<const kafka::committed_offset> offsets) {
    if (topics_.empty()) return;
    for (const auto& each : offsets)
        if (topics_.contains(each.partition.topic)) deletable_[each.partition] = each.offset;
    if (deletable_.empty() || time_.steady_ms() < next_) return;
    next_ = detail::add_sat(time_.steady_ms(), interval_);
    const std::vector<std::pair<topic_partition, std::int64_t>> before(deletable_.begin(), deletable_.end());
    if (const auto answer = admin_.delete_records(before, call_timeout); answer.ok())
        deletable_.clear();
    else
        log(log_level::debug, concat("repartition topics were not purged: ", answer.reason()));
}

} // namespace streams::inline v0
