#pragma once

#include "src/metrics/metrics_registry.hpp"
#include "src/metrics/sensor.hpp"

#include <streams/core/clock.hpp>
#include <streams/core/task_id.hpp>
#include <streams/core/topic_partition.hpp>
#include <streams/runtime/restore_listener.hpp>
#include <streams/runtime/standby_update_listener.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace streams::inline v0 {

/// How far stores are behind their changelogs while they are restored, or follow them as standbys, and what they take over.
/// Thread-safe: what is restored is told in batches, and takes a mutex.
class changelog_metrics final : public metric_source {
public:
    /// `client_id`: of the application. `sub_topologies`: of each store, for the ids of tasks. The others outlive it.
    changelog_metrics(metrics_registry& registry, std::string client_id,
                      std::map<std::string, std::int32_t, std::less<>> sub_topologies, const clock& time);

    /// A listener that notes it, and tells `next`; both outlive it.
    [[nodiscard]] restore_listener noting(const restore_listener& next);
    [[nodiscard]] standby_update_listener noting(const standby_update_listener& next);

    void read(metric_list& list) const override;

private:
    struct standing {
        std::optional<task_id> task; ///< nullopt: of no task, since it is global
        std::int64_t lag;            ///< offsets: of records, and of the gaps that transactions and compaction leave
        bool standby;
    };
    /// What a task has taken over.
    struct progress {
        explicit progress(const sampling& kept) : restored(kept), updated(kept) {}

        sensor restored;
        sensor updated;
    };
    [[nodiscard]] std::optional<task_id> task_of(std::string_view store, const topic_partition& changelog) const;
    void note(const topic_partition& changelog, const standing& now, std::int64_t rows = 0);
    void forget(const topic_partition& changelog);

    metrics_registry& registry_;
    const std::string client_id_;
    const std::map<std::string, std::int32_t, std::less<>> sub_topologies_;
    const clock& time_;
    mutable std::mutex mutex_; ///< of what is below
    std::map<topic_partition, standing> standings_;
    std::map<task_id, progress> by_task_; ///< of all that were ever here
    registered_source registered_;
};

} // namespace streams::inline v0
