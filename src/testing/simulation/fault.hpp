#pragma once

#include "src/testing/simulation/seam_call.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace streams::inline v0::simulated {

enum class fault_kind {
    crash,           ///< of a process; of what its disk has not synced, some stays
    crash_torn,      ///< the same, and a file of every store that was open is torn
    crash_diskless,  ///< the same, and the next start has an empty disk
    zombie,          ///< a crash, but what was on its way to the brokers arrives later
    lost_answer,     ///< the call does its work, and reports a failure that may pass
    refused,         ///< the call fails, and may succeed later
    delayed,         ///< the call takes longer
    paused,          ///< all threads of the process, for less than a session
    paused_long,     ///< the same, for longer than session and transaction timeout
    session_expired, ///< the group has given up on the member
    brokers_away,    ///< nothing answers, to nobody
    coordinator_away,
    disk_full,
    clock_stepped, ///< the wall clock, of all
    compacted,     ///< changelogs, now and, while it lasts, again and again
    truncated,     ///< logs begin where something is that is still needed, as often
    leader_moved,  ///< a broker restarts, and nobody leads its partitions meanwhile
    input_deleted, ///< records of inputs are gone, read or not
    topic_removed, ///< an input; the application is to end
    topic_widened, ///< an input that has stores behind it; the application is to end
};
inline constexpr std::size_t fault_kinds = static_cast<std::size_t>(fault_kind::topic_widened) + 1;

[[nodiscard]] constexpr std::string_view to_string(fault_kind kind) {
    constexpr std::array<std::string_view, fault_kinds> names{"crash",
                                                              "crash with torn files",
                                                              "crash without its disk",
                                                              "zombie producer",
                                                              "lost answer",
                                                              "refusal",
                                                              "delay",
                                                              "pause",
                                                              "pause past timeouts",
                                                              "expired session",
                                                              "brokers away",
                                                              "coordinator away",
                                                              "disk full",
                                                              "clock step",
                                                              "compaction",
                                                              "truncation",
                                                              "leader move",
                                                              "deleted input",
                                                              "removed topic",
                                                              "widened topic"};
    return names.at(static_cast<std::size_t>(kind));
}

/// Whether all results are there at the end nevertheless.
[[nodiscard]] constexpr bool keeps_results(fault_kind kind) {
    return kind != fault_kind::input_deleted && kind != fault_kind::topic_removed && kind != fault_kind::topic_widened;
}

/// One thing that goes wrong: at the `nth` call of a kind, counted from when the fault before it has happened.
struct fault {
    fault_kind kind = fault_kind::crash;
    seam_call at = seam_call::poll;
    int nth = 1;
    bool after = false;         ///< the call's work is done already
    std::int64_t length_ms = 0; ///< how long it lasts; of a crash: until the next start; of a clock step: how far
    bool with_next = false;     ///< the next fault counts from the same moment as this one

    friend bool operator==(const fault&, const fault&) = default;
};
[[nodiscard]] std::string to_string(const fault& one);

/// The times that lengths of faults are drawn around.
struct fault_times {
    std::int64_t session_ms =
        1000; ///< until a member whose process died is expelled, or an open transaction is aborted
    std::int64_t max_poll_ms = 1500; ///< until a member that does not poll is expelled
};

/// At least once does not bear a member that goes on after it was replaced: under it, nobody is expelled who lives.
[[nodiscard]] fault_times covered_times(bool exactly_once);
/// Under which kinds all results are there at the end; those that a guarantee does not cover are left out.
[[nodiscard]] std::vector<fault_kind> covered_kinds(bool exactly_once);
/// `count` faults of these kinds. `random(n)` is below n.
[[nodiscard]] std::vector<fault> draw_faults(std::size_t count, const std::vector<fault_kind>& kinds, bool exactly_once,
                                             const fault_times& times,
                                             const std::function<std::uint64_t(std::uint64_t)>& random);

/// A place at which something can go wrong: before or after a call.
struct fault_point {
    seam_call call;
    bool after;
};

/// Says at each call what goes wrong there: the faults of a run, one after the other.
class fault_plan {
public:
    /// `keeps_points`: all that were reached are kept.
    explicit fault_plan(std::vector<fault> faults, bool keeps_points = false)
        : faults_(std::move(faults)), keeps_points_(keeps_points) {}

    /// Null: nothing. `after`: the call's work is done.
    [[nodiscard]] const fault* reached(seam_call call, bool after);
    /// Nothing goes wrong any more.
    void stop() noexcept { stopped_ = true; }
    [[nodiscard]] bool exhausted() const noexcept { return armed_.empty() && next_ == faults_.size(); }
    [[nodiscard]] const std::map<fault_kind, int>& happened() const noexcept { return happened_; }
    [[nodiscard]] const std::vector<fault_point>& points() const noexcept { return points_; }

private:
    struct armed {
        const fault* which;
        int left;
        int passed = 0; ///< calls of all kinds
    };
    void arm();

    std::vector<fault> faults_;
    bool keeps_points_;
    std::vector<fault_point> points_;
    std::size_t next_ = 0;
    std::vector<armed> armed_;
    std::map<fault_kind, int> happened_;
    bool stopped_ = false;
};

} // namespace streams::inline v0::simulated
