#include "src/testing/simulation/fault.hpp"

#include <streams/core/error.hpp>

#include <algorithm>
#include <span>

namespace streams::inline v0::simulated {
namespace {

using random_number = std::function<std::uint64_t(std::uint64_t)>;

/// After so many calls, a fault whose call does not come happens at any.
constexpr int patience_calls = 3000;

template <class Value>
const Value& one_of(std::span<const Value> all, const random_number& random) {
    return all[static_cast<std::size_t>(random(all.size()))];
}

constexpr std::array common_calls{
    seam_call::poll,       seam_call::poll,         seam_call::append,         seam_call::deliver,
    seam_call::flush,      seam_call::commit,       seam_call::commit,         seam_call::acknowledge,
    seam_call::committed,  seam_call::restore_poll, seam_call::bounds,         seam_call::group_members,
    seam_call::disk_write, seam_call::disk_ingest,  seam_call::disk_open,      seam_call::seek,
    seam_call::resume,     seam_call::assign,       seam_call::delete_records, seam_call::close};
constexpr std::array transactional_calls{seam_call::poll,
                                         seam_call::append,
                                         seam_call::deliver,
                                         seam_call::flush,
                                         seam_call::send_offsets,
                                         seam_call::send_offsets,
                                         seam_call::commit_transaction,
                                         seam_call::commit_transaction,
                                         seam_call::commit_transaction,
                                         seam_call::abort_transaction,
                                         seam_call::begin_transaction,
                                         seam_call::init_transactions,
                                         seam_call::acknowledge,
                                         seam_call::committed,
                                         seam_call::restore_poll,
                                         seam_call::bounds,
                                         seam_call::group_members,
                                         seam_call::disk_write,
                                         seam_call::disk_ingest,
                                         seam_call::disk_open,
                                         seam_call::seek,
                                         seam_call::resume,
                                         seam_call::delete_records,
                                         seam_call::close};
constexpr std::array failing_calls{seam_call::commit,  seam_call::commit,        seam_call::committed,
                                   seam_call::bounds,  seam_call::group_members, seam_call::flush,
                                   seam_call::deliver, seam_call::deliver,       seam_call::delete_records};
constexpr std::array failing_transactional_calls{seam_call::init_transactions,
                                                 seam_call::send_offsets,
                                                 seam_call::commit_transaction,
                                                 seam_call::commit_transaction,
                                                 seam_call::abort_transaction,
                                                 seam_call::committed,
                                                 seam_call::bounds,
                                                 seam_call::group_members,
                                                 seam_call::flush,
                                                 seam_call::deliver,
                                                 seam_call::delete_records};
constexpr std::array disk_calls{seam_call::disk_write, seam_call::disk_write, seam_call::disk_ingest,
                                seam_call::disk_open, seam_call::disk_flush};

/// How many of these calls there may be until the fault: of the frequent ones more.
int draw_count(seam_call call, const random_number& random) {
    switch (call) {
    case seam_call::append:
    case seam_call::deliver:
        return 1 + static_cast<int>(random(150));
    case seam_call::poll:
    case seam_call::disk_write:
        return 1 + static_cast<int>(random(40));
    case seam_call::commit:
    case seam_call::flush:
    case seam_call::send_offsets:
    case seam_call::commit_transaction:
    case seam_call::begin_transaction:
        return 1 + static_cast<int>(random(15));
    default:
        return 1 + static_cast<int>(random(4));
    }
}

seam_call draw_call(fault_kind kind, bool exactly_once, const random_number& random) {
    switch (kind) {
    case fault_kind::lost_answer:
    case fault_kind::refused:
        return exactly_once ? one_of<seam_call>(failing_transactional_calls, random)
                            : one_of<seam_call>(failing_calls, random);
    case fault_kind::disk_full:
        return one_of<seam_call>(disk_calls, random);
    default:
        return exactly_once ? one_of<seam_call>(transactional_calls, random) : one_of<seam_call>(common_calls, random);
    }
}

std::int64_t draw_length(fault_kind kind, const fault_times& times, const random_number& random) {
    const auto up_to = [&](std::int64_t most) {
        return static_cast<std::int64_t>(random(static_cast<std::uint64_t>(most)));
    };
    switch (kind) {
    case fault_kind::crash:
    case fault_kind::crash_torn:
    case fault_kind::crash_diskless:
        return up_to(2 * times.session_ms);
    case fault_kind::zombie:
        return up_to(times.session_ms / 2);
    case fault_kind::delayed:
    case fault_kind::paused:
        return 1 + up_to(times.session_ms * 3 / 4);
    case fault_kind::paused_long:
        return times.max_poll_ms + 1 + up_to(2 * times.max_poll_ms);
    case fault_kind::brokers_away:
    case fault_kind::coordinator_away:
    case fault_kind::leader_moved:
        return 1 + up_to(times.session_ms);
    case fault_kind::disk_full:
        return 1 + up_to(2 * times.session_ms);
    case fault_kind::clock_stepped:
        return up_to(7'200'000) - 3'600'000;
    case fault_kind::compacted:
    case fault_kind::truncated:
        return random(2) == 0 ? 0 : up_to(3 * times.session_ms); // a store may be left behind meanwhile
    default:
        return 0;
    }
}

} // namespace

std::string to_string(const fault& one) {
    std::string text =
        concat(to_string(one.kind), one.after ? " after " : " before ", to_string(one.at), " number ", one.nth);
    if (one.length_ms != 0) text += concat(", ", one.length_ms, " ms");
    if (one.with_next) text += ", together with";
    return text;
}

fault_times covered_times(bool exactly_once) {
    fault_times times;
    if (!exactly_once) times.max_poll_ms = 60'000;
    return times;
}

std::vector<fault_kind> covered_kinds(bool exactly_once) {
    std::vector<fault_kind> kinds;
    for (std::size_t each = 0; each < fault_kinds; ++each) {
        const auto kind = static_cast<fault_kind>(each);
        // What goes on after it was replaced writes changelogs over those of the next owner: at least once does not keep it
        // from that (KAFKA-12693).
        const bool replaced =
            kind == fault_kind::paused_long || kind == fault_kind::session_expired || kind == fault_kind::zombie;
        if ((replaced && !exactly_once) || !keeps_results(kind)) continue;
        kinds.push_back(kind);
    }
    return kinds;
}

std::vector<fault> draw_faults(std::size_t count, const std::vector<fault_kind>& kinds, bool exactly_once,
                               const fault_times& times, const random_number& random) {
    std::vector<fault_kind> armed;
    for (const fault_kind each : kinds)
        if (random(4) == 0) armed.push_back(each);
    if (armed.empty()) armed.push_back(one_of<fault_kind>(kinds, random));
    std::vector<fault> drawn;
    for (std::size_t at = 0; at < count; ++at) {
        fault one{.kind = one_of<fault_kind>(armed, random)};
        one.at = draw_call(one.kind, exactly_once, random);
        one.nth = draw_count(one.at, random);
        one.after = one.kind == fault_kind::lost_answer || (one.kind != fault_kind::refused && random(2) == 0);
        one.length_ms = draw_length(one.kind, times, random);
        one.with_next = at + 1 < count && random(3) == 0;
        drawn.push_back(one);
    }
    return drawn;
}

void fault_plan::arm() {
    while (next_ < faults_.size()) {
        const fault& one = faults_[next_++];
        armed_.push_back({&one, one.nth});
        if (!one.with_next) return;
    }
}

const fault* fault_plan::reached(seam_call call, bool after) {
    if (stopped_) return nullptr;
    if (keeps_points_) points_.push_back({call, after});
    if (armed_.empty()) arm();
    for (auto each = armed_.begin(); each != armed_.end(); ++each) {
        const bool late = ++each->passed > patience_calls && call == seam_call::poll;
        if (!late && (each->which->at != call || each->which->after != after || --each->left > 0)) continue;
        const fault* const now = each->which;
        armed_.erase(each);
        ++happened_[now->kind];
        return now;
    }
    return nullptr;
}

} // namespace streams::inline v0::simulated
