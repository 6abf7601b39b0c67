#include "src/testing/simulation/simulated_process.hpp"

#include <algorithm>
#include <utility>

namespace streams::inline v0::simulated {

using kafka::error_class;
using kafka::result;

namespace {

constexpr std::int64_t between_repeats_ms = 250;

/// REQUIRES: not a read, which does not go wrong.
seam_call seam_of(disk_call call) {
    switch (call) {
    case disk_call::open:
        return seam_call::disk_open;
    case disk_call::ingest:
        return seam_call::disk_ingest;
    case disk_call::flush:
        return seam_call::disk_flush;
    case disk_call::remove:
        return seam_call::disk_remove;
    default:
        return seam_call::disk_write;
    }
}

} // namespace

void surroundings::repeat_for(std::int64_t ms, const std::function<void()>& event) {
    event();
    for (std::int64_t at = between_repeats_ms; at < ms; at += between_repeats_ms) late.push_back({now() + at, event});
}

void surroundings::let_happen() {
    for (std::size_t at = 0; at < late.size();) {
        if (late[at].due > now()) {
            ++at;
            continue;
        }
        const auto event = std::move(late[at].event);
        late.erase(late.begin() + static_cast<std::ptrdiff_t>(at));
        event();
    }
}

simulated_process::simulated_process(surroundings& all, std::string name, simulated_disk& disk)
    : around_(all), name_(std::move(name)), disk_(disk),
      mounted_(disk.mounted([this](disk_call call, bool after) { return ask_disk(call, after); }, alive_)) {}

void simulated_process::die(const fault& how) {
    if (!alive()) return;
    *alive_ = false;
    downtime_ms_ = how.length_ms;
    around_.scheduler.note(concat(name_, " dies: ", to_string(how)));
    if (how.kind == fault_kind::crash_torn) disk_.tear();
    disk_.crash([&](std::size_t limit) { return static_cast<std::size_t>(around_.scheduler.random(limit)); });
    lost_disk_ = how.kind == fault_kind::crash_diskless;
    if (lost_disk_) disk_.lose();
    const auto arrives_in = how.kind == fault_kind::zombie ? std::optional(how.length_ms) : std::nullopt;
    for (severed* each : std::exchange(clients_, {})) each->sever(arrives_in);
    around_.on_death();
}

void simulated_process::blame(std::string_view deed) {
    if (alive() && around_.misuse.empty()) around_.misuse = concat(name_, ' ', deed);
}

void simulated_process::join(const void* consumer, std::function<void()> expire) {
    leave(consumer);
    members_.emplace_back(consumer, std::move(expire));
}

void simulated_process::leave(const void* consumer) {
    std::erase_if(members_, [&](const auto& each) { return each.first == consumer; });
}

std::optional<result> simulated_process::before(seam_call call, std::string_view detail) {
    if (!alive()) return gone();
    around_.scheduler.yield(detail.empty() ? to_string(call) : detail);
    around_.let_happen();
    if (!alive()) return gone();
    if (const fault* const now = around_.plan.reached(call, false))
        if (auto answer = suffer(*now, call, false)) return answer;
    if (!alive()) return gone();
    const std::int64_t away_until = std::max(asks_broker(call) ? around_.brokers_away_until : 0,
                                             asks_coordinator(call) ? around_.coordinator_away_until : 0);
    if (around_.now() >= away_until) return std::nullopt;
    around_.scheduler.sleep(std::chrono::milliseconds(std::min<std::int64_t>(away_until - around_.now(), 20)));
    if (!alive()) return gone();
    return result(error_class::retriable, "no broker answers");
}

std::optional<result> simulated_process::after(seam_call call) {
    if (!alive()) return gone();
    if (const fault* const now = around_.plan.reached(call, true))
        if (auto answer = suffer(*now, call, true)) return answer;
    return alive() ? std::nullopt : std::optional(gone());
}

std::optional<result> simulated_process::suffer(const fault& one, seam_call call, bool after) {
    auto& scheduler = around_.scheduler;
    scheduler.note(concat("fault in ", name_, ": ", to_string(one.kind), after ? " after " : " before ",
                          to_string(call), ", ", one.length_ms, " ms"));
    switch (one.kind) {
    case fault_kind::crash:
    case fault_kind::crash_torn:
    case fault_kind::crash_diskless:
    case fault_kind::zombie:
        die(one);
        return gone();
    case fault_kind::lost_answer:
    case fault_kind::refused:
        return result(error_class::retriable, "no answer came in time");
    case fault_kind::delayed:
        scheduler.sleep(std::chrono::milliseconds(one.length_ms));
        return std::nullopt;
    case fault_kind::paused:
    case fault_kind::paused_long:
        scheduler.pause(name_, around_.now() + one.length_ms);
        scheduler.yield("stopped");
        return std::nullopt;
    case fault_kind::session_expired:
        for (const auto& [consumer, expire] : members_) expire();
        return std::nullopt;
    case fault_kind::brokers_away:
        around_.brokers_away_until = around_.now() + one.length_ms;
        return std::nullopt;
    case fault_kind::coordinator_away:
        around_.coordinator_away_until = around_.now() + one.length_ms;
        return std::nullopt;
    case fault_kind::disk_full:
        disk_full_until_ = around_.now() + one.length_ms;
        return std::nullopt;
    case fault_kind::clock_stepped:
        scheduler.step_wall(one.length_ms);
        return std::nullopt;
    case fault_kind::compacted:
        around_.repeat_for(one.length_ms, [&topics = around_.topics] { topics.compact(); });
        return std::nullopt;
    case fault_kind::truncated:
        around_.repeat_for(one.length_ms, [&topics = around_.topics] { topics.truncate(); });
        return std::nullopt;
    case fault_kind::leader_moved:
        around_.topics.move_leaders(around_.now() + one.length_ms);
        return std::nullopt;
    case fault_kind::input_deleted:
        around_.topics.delete_input();
        return std::nullopt;
    case fault_kind::topic_removed:
        around_.topics.remove_input();
        return std::nullopt;
    case fault_kind::topic_widened:
        around_.topics.widen_input();
        return std::nullopt;
    }
    return std::nullopt;
}

/// No yield: whoever writes may hold a lock.
std::optional<std::string> simulated_process::ask_disk(disk_call call, bool after) {
    if (!alive() || call == disk_call::read || call == disk_call::merge) return std::nullopt;
    const seam_call at = seam_of(call);
    if (const fault* const now = around_.plan.reached(at, after)) {
        switch (now->kind) {
        case fault_kind::lost_answer:
        case fault_kind::refused:
            return "an input/output error";
        case fault_kind::paused:
        case fault_kind::paused_long:
            around_.scheduler.pause(name_, around_.now() + now->length_ms);
            break;
        case fault_kind::delayed:
            break;
        default:
            static_cast<void>(suffer(*now, at, after));
        }
    }
    const bool takes_room = !after && call != disk_call::remove;
    if (alive() && takes_room && around_.now() < disk_full_until_) return "no space is left";
    return std::nullopt;
}

} // namespace streams::inline v0::simulated
