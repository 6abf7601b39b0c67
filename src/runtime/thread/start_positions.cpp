#include "src/runtime/thread/start_positions.hpp"

#include "src/runtime/topics/topic_names.hpp"

#include <algorithm>

namespace streams::inline v0 {

offset_reset reset_of(const topology& topology, const streams_config& config, std::string_view full_name) {
    for (const node_spec& node : topology.nodes())
        if (node.kind == node_kind::source)
            for (const std::string& declared : node.topics)
                if (full_topic_name(topology, config.application_id, declared) == full_name) {
                    if (topology.is_repartition_topic(declared)) return offset_reset::earliest;
                    return node.reset.value_or(config.auto_offset_reset);
                }
    return config.auto_offset_reset;
}

std::optional<std::int64_t> reset_search::step(kafka::consumer& consumer) {
    kafka::log_bounds bounds;
    if (!attempts_.step([&](auto timeout) { return consumer.bounds(partition_, bounds, timeout); }))
        return std::nullopt;
    return reset_ == offset_reset::earliest ? bounds.begin : bounds.end;
}

start_search::start_search(const topology& topology, const streams_config& config, const patience& within,
                           std::chrono::milliseconds longest, std::vector<topic_partition> partitions)
    : topology_(topology), config_(config), within_(within), longest_(longest), partitions_(std::move(partitions)),
      asking_(within, "read the committed offsets of the group", longest), learned_(partitions_.empty()) {}

bool start_search::learn_committed(kafka::consumer& consumer) {
    if (learned_) return true;
    learned_ = asking_.step([&](auto timeout) {
        committed_.clear();
        return consumer.committed(partitions_, committed_, timeout);
    });
    return learned_;
}

void start_search::leave_out(std::span<const topic_partition> partitions) {
    std::erase_if(partitions_,
                  [&](const auto& each) { return std::ranges::find(partitions, each) != partitions.end(); });
}

bool start_search::covers(std::span<const topic_partition> partitions) const {
    return std::ranges::all_of(
        partitions, [&](const auto& each) { return std::ranges::find(partitions_, each) != partitions_.end(); });
}

void start_search::look_up_committed() {
    looked_up_ = true;
    for (const topic_partition& partition : partitions_) {
        const auto known = std::ranges::find(committed_, partition, &kafka::committed_offset::partition);
        if (known != committed_.end())
            positions_.emplace_back(partition, known->offset);
        else
            resets_.push_back(search_without_commit(partition));
    }
}

reset_search start_search::search_without_commit(const topic_partition& partition) const {
    const auto reset = reset_of(topology_, config_, partition.topic);
    if (reset == offset_reset::none)
        throw cluster_error(concat("group ", config_.application_id, " has no committed offset for ",
                                   to_string(partition),
                                   " and auto.offset.reset is none; set it to earliest or latest, or commit an offset "
                                   "first"));
    return {partition, reset, retry(within_, concat("find the bounds of ", to_string(partition)), longest_)};
}

bool start_search::step(kafka::consumer& consumer, const clock& time, std::int64_t until) {
    if (!learn_committed(consumer)) return false;
    if (!looked_up_) look_up_committed();
    while (!resets_.empty() && time.steady_ms() < until) {
        const auto offset = resets_.back().step(consumer);
        if (!offset) return false;
        positions_.emplace_back(resets_.back().partition(), *offset);
        resets_.pop_back();
    }
    return resets_.empty();
}

} // namespace streams::inline v0
