#include "src/runtime/thread/start_positions.hpp"

#include "src/runtime/thread/retry.hpp"
#include "src/runtime/topics/topic_names.hpp"

#include <algorithm>

namespace streams::inline v0 {
namespace {

constexpr kafka::milliseconds call_timeout{5000};

} // namespace

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

start_positions find_start_positions(kafka::consumer& consumer, const topology& topology, const streams_config& config,
                                     const patience& within, std::span<const topic_partition> partitions) {
    start_positions found;
    if (partitions.empty()) return found;
    call_patiently(within, "read the committed offsets of the group", [&] {
        found.committed.clear();
        return consumer.committed(partitions, found.committed, call_timeout);
    });
    for (const topic_partition& partition : partitions) {
        const auto known = std::find_if(found.committed.begin(), found.committed.end(),
                                        [&](const auto& each) { return each.partition == partition; });
        if (known != found.committed.end()) {
            found.positions.emplace_back(partition, known->offset);
            continue;
        }
        const auto reset = reset_of(topology, config, partition.topic);
        if (reset == offset_reset::none)
            throw cluster_error(concat("group ", config.application_id, " has no committed offset for ",
                                       to_string(partition),
                                       " and auto.offset.reset is none; set it to earliest or "
                                       "latest, or commit an offset first"));
        kafka::log_bounds bounds;
        call_patiently(within, concat("find the bounds of ", to_string(partition)),
                       [&] { return consumer.bounds(partition, bounds, call_timeout); });
        found.positions.emplace_back(partition, reset == offset_reset::earliest ? bounds.begin : bounds.end);
    }
    return found;
}

} // namespace streams::inline v0
