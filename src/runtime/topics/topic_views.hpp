#pragma once

#include "src/runtime/topics/internal_topics.hpp"

#include <streams/topology/topology.hpp>

#include <atomic>
#include <deque>
#include <mutex>
#include <utility>

namespace streams::inline v0 {

/// A topology with the topics that its sources read, as the cluster had them once.
struct topic_view {
    streams::topology topology;
    topic_layout layout;
};

/// What an application has known of its topics, one after the other, since topics that a pattern matches come and go. All of
/// them stay: a task keeps to the one that it was made with. Thread-safe.
class topic_views {
public:
    explicit topic_views(topic_view first) : views_{std::move(first)}, newest_(&views_.front()) {}

    [[nodiscard]] const topic_view& newest() const noexcept { return *newest_.load(std::memory_order_acquire); }
    void add(topic_view next) {
        const std::lock_guard lock(mutex_);
        newest_.store(&views_.emplace_back(std::move(next)), std::memory_order_release);
    }

private:
    std::mutex mutex_;
    std::deque<topic_view> views_;
    std::atomic<const topic_view*> newest_;
};

} // namespace streams::inline v0
