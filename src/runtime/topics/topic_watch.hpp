#pragma once

#include "src/kafka/client.hpp"
#include "src/runtime/topics/topic_views.hpp"

#include <streams/core/config.hpp>

#include <chrono>

namespace streams::inline v0 {

/// How long until topics are looked at again (`metadata.max.age.ms`), for patterns, and for partitions of global stores.
[[nodiscard]] std::chrono::milliseconds between_looks(const streams_config& config);

/// Follows the topics that sources with a pattern read, while they come and go.
class topic_watch {
public:
    /// All outlive it.
    topic_watch(const streams_config& config, kafka::admin& admin, topic_views& views)
        : config_(config), admin_(admin), views_(views) {}

    /// Adds a view where the topics of a pattern are others than in the newest, with internal topics for it, but none while
    /// a pattern matches no topic. False: the cluster has not answered; look again soon. Throws topology_error where the topology does not fit the topics any
    /// more, cluster_error where the cluster refuses.
    [[nodiscard]] bool look();

private:
    const streams_config& config_;
    kafka::admin& admin_;
    topic_views& views_;
    bool lacks_topics_ = false; ///< for one of the patterns, when it looked last
};

} // namespace streams::inline v0
