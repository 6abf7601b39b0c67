#pragma once

#include "src/kafka/client.hpp"
#include "src/runtime/thread/task_assignor.hpp"

#include <streams/topology/topology.hpp>

#include <mutex>
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
/// upgraded to another topology, which is legal. Once for all threads of an application, until the topics are others.
/// Thread-safe.
class group_watch {
public:
    explicit group_watch(std::string group) : group_(std::move(group)) {}

    /// What a member has seen at an assignment.
    void note(const group_division& seen);

private:
    [[nodiscard]] bool is_news(const group_division& seen);

    const std::string group_;
    std::mutex mutex_;
    group_division told_;
};

} // namespace streams::inline v0
