#pragma once

#include "src/runtime/queries/query_mailbox.hpp"

#include <streams/core/task_id.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace streams::inline v0 {

/// Which thread of an application has which task, as its owners have told last: where queries are sent. Whoever is
/// asked for a task that it does not have any more says so. Thread-safe.
class task_directory {
public:
    /// These are all that `owner` has now.
    void publish(const std::shared_ptr<query_mailbox>& owner, const std::vector<task_id>& tasks);

    [[nodiscard]] std::vector<task_id> all() const;
    /// The tasks of a sub-topology, with their owners.
    [[nodiscard]] std::map<task_id, std::shared_ptr<query_mailbox>> of(std::int32_t sub_topology) const;

private:
    mutable std::mutex mutex_;
    std::map<task_id, std::shared_ptr<query_mailbox>> owners_;
};

} // namespace streams::inline v0
