// How stores of standbys follow their changelogs, beside those that have an end to reach.

#include "src/runtime/stores/store_restorer.hpp"
#include "src/runtime/tasks/task_errors.hpp"

#include <streams/core/log.hpp>

#include <algorithm>
#include <utility>

namespace streams::inline v0 {
namespace {

constexpr std::chrono::milliseconds between_saves{1000};
constexpr std::chrono::milliseconds rest_after_refusal{1000};

} // namespace

void store_restorer::promote(restoring& standby, restore_request request) {
    tell_suspended(standby, standby_suspend_reason::promoted);
    standby.followed = standby.followed || !standby.asking;
    standby.committed = request.committed;
    standby.asking = std::move(request.asking);
    standby.follows = request.follows;
    standby.rows = 0;
    assigned_ = false;
}

void store_restorer::limit(std::span<const kafka::committed_offset> committed) {
    for (restoring& each : stores_) {
        if (!each.follows || !each.store->reuses_source()) continue;
        const auto found = std::ranges::find(committed, each.changelog, &kafka::committed_offset::partition);
        if (found == committed.end()) continue;
        each.committed = found->offset;
        if (each.asking || found->offset <= each.end) continue;
        each.end = found->offset;
        assigned_ = false;
    }
}

/// As it is removed.
void store_restorer::fail(task_stores& standby, std::exception_ptr cause) {
    const auto removed = take(standby);
    if (removed.empty()) return;
    failures_.push_back({&standby, std::move(cause)});
    assigned_ = false;
    tell_suspended(removed);
}

void store_restorer::ask_anew(restoring& standby) {
    standby.followed = standby.followed || !standby.asking;
    standby.asking = bounds_search(environment_, standby.changelog, standby.stores->task());
    assigned_ = false;
}

/// A poll does not say whose changelog it is that cannot be read: its bounds are not to be had either, where it is gone.
void store_restorer::ask_all_anew(std::string_view reason) {
    log(log_level::warn, concat("standbys cannot follow their changelogs: ", reason, "; trying again"));
    for (restoring& each : stores_)
        if (each.following()) ask_anew(each);
    reads_on_at_ = environment_.time.after(rest_after_refusal);
}

/// Behind the last record there may be markers of transactions, or a gap that compaction left.
void store_restorer::keep_up() {
    const std::int64_t now = environment_.time.steady_ms();
    std::vector<const task_store*> due;
    for (restoring& each : stores_) {
        if (!each.follows || each.asking) continue;
        const auto position = is_read(each) ? consumer_.position(each.changelog) : std::nullopt;
        if (const auto at = std::min(position.value_or(each.next), each.end); at > each.next) {
            each.next = at;
            if (each.next == each.end) assigned_ = false; // until the group has committed more
            if (const auto& told = environment_.on_standby_update.on_batch_loaded) told(update_of(each), 0);
        }
        if (now >= each.saves_at && each.next > 0 && has_all(each)) due.push_back(each.store);
    }
    for (const task_store* const store : due) {
        const auto found = std::ranges::find(stores_, store, &restoring::store);
        if (found != stores_.end()) attempt(*found->stores, [&] { save(*found); }); // else a sibling has failed
    }
}

void store_restorer::save(restoring& standby) {
    standby.saves_at = environment_.time.after(between_saves);
    naming_damage(standby.stores->task(),
                  [&] { standby.store->store->caught_up(standby.next - 1, environment_.time.wall_ms()); });
}

bool store_restorer::has_all(const restoring& standby) {
    if (standby.store->reuses_source()) return standby.next >= standby.end;
    const auto end = consumer_.known_end(standby.changelog);
    return end && standby.next >= *end;
}

standby_update store_restorer::update_of(const restoring& standby) {
    const std::int64_t end =
        standby.end == never ? consumer_.known_high_watermark(standby.changelog).value_or(standby.next) : standby.end;
    return {standby.changelog, standby.store->spec.name, standby.stores->task(), standby.next,
            std::max(standby.next, end)};
}

void store_restorer::tell_suspended(const restoring& standby, standby_suspend_reason reason) {
    const bool begun = standby.followed || !standby.asking;
    const auto& told = environment_.on_standby_update.on_update_suspended;
    if (begun && told) told(update_of(standby), reason);
}

} // namespace streams::inline v0
