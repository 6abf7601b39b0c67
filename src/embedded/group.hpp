#pragma once

#include "src/embedded/signal.hpp"
#include "src/kafka/client.hpp"

#include <streams/core/clock.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace streams::inline v0::embedded {

/// A member's place in a group; what fences a stale one.
struct membership {
    std::string group_id;
    std::string member_id;
    std::string instance_id;
    std::int32_t generation = -1;
};

/// A consumer group and its coordinator: members, generations, range assignment by the eager protocol, committed
/// offsets. Members act by calling; time is looked at whenever one does. Thread-safe.
class group {
public:
    struct settings {
        std::chrono::milliseconds session_timeout{45'000};
        std::chrono::milliseconds max_poll_interval{300'000};
    };
    /// What a group asks and tells its cluster; called without or with the group's lock, so they must not call back.
    struct surroundings {
        std::function<std::int32_t(const std::string& topic)> partitions; ///< 0: there is no such topic
        std::function<void(const std::string& group, std::span<const kafka::committed_offset>)> store_offsets;
        std::function<void(const std::string& group, std::int32_t generation)> store_generation;
    };

    group(std::string id, settings limits, const clock& time, surroundings around);

    [[nodiscard]] const std::string& id() const noexcept { return id_; }

    /// Enters as a new member; a static one takes the place of its former self. Returns the member id.
    std::string join(const std::string& client_id, const std::string& instance_id, std::vector<std::string> topics,
                     std::shared_ptr<signal> wake);
    void resubscribe(const std::string& member_id, std::vector<std::string> topics);
    void leave(const std::string& member_id);
    /// A static member closes: its place is kept until its session ends, and a rebalance waits for it until then, as a
    /// broker's does.
    void keep_place(const std::string& member_id);
    /// The member's process is gone without a word; it is expelled when its session ends.
    void abandon(const std::string& member_id);

    struct answer {
        enum class kind { nothing, rebalance, expelled, replaced };
        kind news = kind::nothing; ///< expelled, replaced: not a member any more; replaced: by its own instance id
        kafka::rebalance event{};
        std::int32_t generation = -1;
    };
    /// A member polls: what it is to know next.
    [[nodiscard]] answer poll(const std::string& member_id);
    /// A member has let go of its revoked partitions.
    void acknowledge_revoked(const std::string& member_id);
    /// When something is due without anybody calling, on the steady clock; nullopt: never.
    [[nodiscard]] std::optional<std::int64_t> next_deadline() const;
    /// A topic was made, widened or removed: subscribers are assigned anew.
    void topic_changed(const std::string& topic);

    /// As a member, or with an empty member id as somebody alone, which only a group without members admits.
    [[nodiscard]] kafka::result commit(const membership& who, std::span<const kafka::committed_offset> offsets);
    [[nodiscard]] std::vector<kafka::committed_offset> committed(std::span<const topic_partition> partitions) const;
    /// Offsets of a producer's transaction, committed with it. fenced: as a commit.
    [[nodiscard]] kafka::result hold(const membership& who, std::span<const kafka::committed_offset> offsets,
                                     std::int64_t producer);
    /// The producer's transaction has ended: what is held for it is committed, or forgotten. The journal has it already.
    void release(std::int64_t producer, bool commit);
    /// Whether an offset of these partitions is held by a transaction that is open (KIP-447's unstable offsets).
    [[nodiscard]] bool holds(std::span<const topic_partition> partitions) const;
    [[nodiscard]] std::vector<kafka::committed_offset> all_committed() const;
    void forget_offsets(const std::string& topic);
    /// The members of the present generation; fenced: `who` is not one of it.
    [[nodiscard]] kafka::result assigned(const membership& who, std::vector<kafka::group_member>& found) const;

    /// From the journal, before anybody uses the group.
    void restore_offset(kafka::committed_offset offset);
    void restore_generation(std::int32_t generation);
    [[nodiscard]] std::int32_t generation() const;
    [[nodiscard]] std::size_t members() const;

private:
    enum class step {
        ready,     ///< owns nothing; waits for the next generation
        assigned,  ///< has an assignment it has not heard of
        stable,    ///< owns what it was assigned
        to_revoke, ///< is to be told to let go
        revoking,  ///< has been told
    };
    struct member {
        std::string client_id;
        std::string instance_id;
        std::vector<std::string> topics;
        std::shared_ptr<signal> wake;
        step at = step::ready;
        std::vector<topic_partition> partitions{}; ///< owned; or assigned, not heard of
        std::int64_t last_call = 0;
        bool gone = false;        ///< a static member that closed, or one whose process died
        bool keeps_place = false; ///< the former
    };
    using members_by_id = std::map<std::string, member>;

    void expel_late_members();
    void begin_rebalance();
    void complete_if_ready();
    void assign();
    [[nodiscard]] std::int64_t deadline_of(const member& group_member) const;
    [[nodiscard]] std::optional<kafka::result> refuse(const membership& who) const;

    const std::string id_;
    const settings limits_;
    const clock& time_;
    const surroundings around_;
    mutable std::mutex mutex_;
    members_by_id members_;
    std::set<std::string> replaced_; ///< static members whose place was taken
    bool rebalancing_ = false;
    std::int32_t generation_ = 0;
    std::uint64_t joined_ = 0; ///< members ever, for their ids
    std::map<topic_partition, kafka::committed_offset> offsets_;
    std::map<std::int64_t, std::map<topic_partition, kafka::committed_offset>> held_; ///< by producer
};

} // namespace streams::inline v0::embedded
