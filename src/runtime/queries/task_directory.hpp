#pragma once

#include "src/runtime/queries/query_mailbox.hpp"

#include <streams/core/task_id.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace streams::inline v0 {

/// Which thread of an application has which task, or its standby, as its owners have told last: where queries are sent. Whoever
/// is asked for a task that it does not have any more says so. Thread-safe.
class task_directory {
public:
    struct place {
        std::shared_ptr<query_mailbox> owner;
        bool standby = false;
    };

    /// These are all that `owner` has now.
    void publish(const std::shared_ptr<query_mailbox>& owner, const std::vector<task_id>& tasks,
                 const std::vector<task_id>& standbys);

    /// The tasks, and the standbys of others.
    [[nodiscard]] std::map<task_id, place> all() const;
    /// Those of a sub-topology.
    [[nodiscard]] std::map<task_id, place> of(std::int32_t sub_topology) const;

private:
    mutable std::mutex mutex_;
    std::map<task_id, std::shared_ptr<query_mailbox>> owners_;
    std::map<task_id, std::shared_ptr<query_mailbox>> standbys_;
};

} // namespace streams::inline v0
