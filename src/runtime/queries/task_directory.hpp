#pragma once

#include "src/runtime/queries/query_mailbox.hpp"

#include <streams/core/task_id.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace streams::inline v0 {

/// Which thread of an application has which task, or its standby, as its owners have told last: where queries are sent. Whoever
/// is asked for a task that it does not have any more says so. Thread-safe.
class task_directory {
public:
    using owner = std::shared_ptr<query_mailbox>;

    /// What a thread has.
    struct standing {
        bool settled = false;                     ///< it is all that the group has given to it
        std::optional<std::int32_t> generation{}; ///< of the group, in which it has; nullopt: not known
        std::vector<task_id> tasks{};
        std::vector<task_id> standbys{};

        friend bool operator==(const standing&, const standing&) = default;
    };
    struct place {
        task_directory::owner owner;
        bool standby = false;
    };
    struct answer {
        std::map<task_id, place> places;
        bool complete; ///< no task is on its way from one thread to another
    };

    /// A thread begins, and has nothing yet.
    void enter(const owner& thread) { publish(thread, {}); }
    void publish(const owner& thread, standing now);
    /// The thread ends. What it had is on its way until the group has given it to others.
    void leave(const owner& thread) noexcept;

    /// The tasks, and the standbys of others.
    [[nodiscard]] std::map<task_id, place> all() const;
    /// Those of a sub-topology.
    [[nodiscard]] answer of(std::int32_t sub_topology) const;

private:
    [[nodiscard]] bool complete() const;
    [[nodiscard]] std::map<task_id, place> places() const;

    mutable std::mutex mutex_;
    std::map<owner, standing> threads_;
    std::map<task_id, std::optional<std::int32_t>>
        left_; ///< by threads that ended, in a generation; nullopt: not known
};

} // namespace streams::inline v0
