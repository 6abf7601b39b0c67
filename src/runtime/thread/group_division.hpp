#pragma once

#include "src/kafka/client.hpp"
#include "src/runtime/thread/task_assignor.hpp"

#include <streams/core/execution.hpp>
#include <streams/topology/topology.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace streams::inline v0 {

/// What tells apart a group whose members do not all read the same topics, as those of one topology do.
struct group_division {
    std::vector<std::string> strangers;  ///< client ids of members that subscribe to other topics
    std::vector<std::string> others;     ///< topics that they read, and the topology does not
    std::vector<std::string> missing;    ///< topics of the topology that one of them does not read
    std::vector<topic_partition> unread; ///< inputs of the topology that no task of it reads
};

/// `layout`: how wide the topics are. A topic that a pattern of the topology matches divides nobody: members hear of it
/// one after the other.
[[nodiscard]] group_division division_of(const topology& topology, std::string_view application_id,
                                         const topic_layout& layout, const task_assignor& assignor,
                                         std::span<const kafka::group_member> members);

/// Tells an operator of a divided group: an application with another topology has the same application.id, or one is being
/// upgraded to another topology, which is legal. Once for all threads of an application, until the topics are others. Not of
/// what is over in a moment: a static member that comes back is in the group with the topics of its former self, until it
/// joins again. Thread-safe. Times are steady ms.
class group_watch {
public:
    explicit group_watch(std::string group) : group_(std::move(group)) {}

    static constexpr std::chrono::milliseconds lasting{5'000};

    /// What a member has seen at an assignment.
    void note(const group_division& seen, std::int64_t now);
    /// Tells what was noted, and has lasted. Called in each turn of a thread.
    void tell(std::int64_t now);

private:
    struct untold_division {
        group_division seen;
        std::int64_t since;
    };
    [[nodiscard]] std::optional<group_division> take_lasting(std::int64_t now);

    const std::string group_;
    std::atomic<std::int64_t> due_{never}; ///< when there is something to tell
    std::mutex mutex_;
    group_division told_;
    std::optional<untold_division> untold_; ///< nullopt: what was seen last was told
};

} // namespace streams::inline v0
