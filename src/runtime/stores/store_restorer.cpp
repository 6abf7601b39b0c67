#include "src/runtime/stores/store_restorer.hpp"

#include "src/core/first_failure.hpp"
#include "src/runtime/stores/trusted_age.hpp"
#include "src/runtime/tasks/task_errors.hpp"
#include "state/foreign_changelog_error.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace streams::inline v0 {
namespace {

constexpr std::size_t slice_records = 10'000;
constexpr std::chrono::milliseconds slice{100}; ///< of asking for bounds
constexpr std::chrono::milliseconds rest_after_errors{20};
constexpr std::chrono::milliseconds rest_of_disk{50};

} // namespace

retry bounds_search(const thread_environment& environment, const topic_partition& changelog, task_id task) {
    return environment.retried(concat("find the bounds of ", to_string(changelog), " for ", task_name(task)));
}

void store_restorer::add(restore_request request) {
    const auto known = std::ranges::find(stores_, request.store, &restoring::store);
    if (known != stores_.end()) return promote(*known, std::move(request));
    const task_id task = request.stores->task();
    stores_.push_back({.stores = request.stores,
                       .store = request.store,
                       .changelog = {request.store->changelog_topic, task.partition},
                       .committed = request.committed,
                       .limits = request.limits,
                       .asking = std::move(request.asking),
                       .follows = request.follows});
}

void store_restorer::learn_bounds() {
    const std::int64_t until = environment_.time.after(slice);
    // First what was not asked for the longest time: an answer that is waited for may take all of the slice.
    std::vector<std::pair<std::int64_t, const task_store*>> asking;
    for (const restoring& each : stores_)
        if (each.asking) asking.emplace_back(each.asking->next(), each.store);
    std::ranges::stable_sort(asking, {}, &std::pair<std::int64_t, const task_store*>::first);
    for (const auto& [next, store] : asking) {
        if (environment_.time.steady_ms() >= until) return;
        const auto found = std::ranges::find(stores_, store, &restoring::store);
        if (found == stores_.end()) continue; // of a standby that has failed with another store
        if (found->follows)
            attempt(*found->stores, [&] { learn_bounds(*found); });
        else
            charge(*found->stores, [&] { learn_bounds(*found); });
    }
}

void store_restorer::learn_bounds(restoring& of) {
    kafka::log_bounds bounds;
    // With what transactions have written that are still open, since they may be those whose offsets are committed.
    if (!of.asking->step(rest_, [&](auto timeout) { return environment_.admin.bounds(of.changelog, bounds, timeout); }))
        return;
    of.asking.reset();
    begin(of, bounds);
}

/// Where the store stands on its disk.
void store_restorer::find_start(restoring& begun, const kafka::log_bounds& bounds) const {
    const auto checkpoint = begun.store->store->checkpoint();
    // Of the transaction that the store's last record belongs to. Whatever else is last in a log is never compacted away.
    const std::int64_t marker = environment_.config.exactly_once() ? 1 : 0;
    if (checkpoint && *checkpoint + 1 + marker < bounds.end)
        if (const auto reason = reason_to_rebuild(begun.limits, environment_.config, begun.store->store->caught_up_at(),
                                                  environment_.time.wall_ms()))
            throw corrupt_task_error(begun.stores->task(), begun.store->spec.name, *reason);
    // What they have and the changelog has no more, nothing would delete.
    if (begun.store->store->has_unplaced_rows() && bounds.begin < bounds.end)
        throw corrupt_task_error(
            begun.stores->task(), begun.store->spec.name,
            concat("it has rows, and does not say how much of ", to_string(begun.changelog), " they are"));
    begun.next = checkpoint ? *checkpoint + 1 : bounds.begin;
}

void store_restorer::begin(restoring& begun, kafka::log_bounds bounds) {
    task_store& store = *begun.store;
    if (!begun.followed) find_start(begun, bounds);
    // Input beyond the committed offset will be processed; restored as well, it would show the future.
    if (store.reuses_source()) bounds.end = begun.committed ? std::min(bounds.end, *begun.committed) : bounds.begin;
    begun.end = bounds.end;
    if (begun.next < bounds.begin || (begun.next > bounds.end && !store.reuses_source()))
        throw corrupt_task_error(begun.stores->task(), store.spec.name,
                                 concat("the store stands at offset ", begun.next, " of ", to_string(begun.changelog),
                                        ", which has offsets ", bounds.begin, " to ", bounds.end));
    begun.first = begun.next;
    begun.begun_at = environment_.time.steady_ms();
    assigned_ = false;
    if (begun.follows) {
        if (!store.reuses_source()) begun.end = never;
        if (const auto& told = environment_.on_standby_update.on_update_start) told(update_of(begun));
        return;
    }
    report_.started(standing_of(begun));
    if (begun.next >= begun.end) finish(begun);
}

std::int64_t store_restorer::next_step() const noexcept {
    std::int64_t next = never;
    for (const restoring& each : stores_) {
        if (each.reading() || each.following()) next = std::min(next, assigning_ ? assigning_->next() : reads_on_at_);
        if (each.asking) next = std::min(next, each.asking->next(rest_));
    }
    return next;
}

/// Listeners hear of it when it is done, all of them, whatever one throws.
void store_restorer::remove(const task_stores& stores) {
    const auto removed = take(stores);
    if (removed.empty()) return;
    if (stores_.empty() && assigned_) static_cast<void>(consumer_.assign({})); // nobody wants what it reads ahead
    assigned_ = false;
    assigning_.reset();
    tell_suspended(removed);
}

std::vector<store_restorer::restoring> store_restorer::take(const task_stores& stores) {
    const auto taken =
        std::ranges::stable_partition(stores_, [&](const restoring& each) { return each.stores != &stores; });
    std::vector<restoring> found(std::make_move_iterator(taken.begin()), std::make_move_iterator(taken.end()));
    stores_.erase(taken.begin(), taken.end());
    return found;
}

void store_restorer::tell_suspended(std::span<const restoring> removed) {
    first_failure failure;
    for (const restoring& each : removed)
        failure.attempt([&] {
            if (each.reading()) report_.suspended(standing_of(each));
            if (each.follows) tell_suspended(each, standby_suspend_reason::migrated);
        });
    failure.rethrow();
}

bool store_restorer::any_reading() const { return std::ranges::any_of(stores_, &restoring::reading); }

/// Standbys wait for those that have an end to reach.
bool store_restorer::is_read(const restoring& store) const {
    return store.reading() || (store.following() && !any_reading());
}

bool store_restorer::assigned() {
    if (assigned_) return true;
    std::vector<std::pair<topic_partition, std::int64_t>> partitions;
    for (const restoring& each : stores_)
        if (is_read(each)) partitions.emplace_back(each.changelog, each.next);
    if (!assigning_) assigning_ = environment_.retried("begin to read changelogs");
    if (!assigning_->step([&](auto) { return consumer_.assign(partitions); })) return false;
    assigning_.reset();
    assigned_ = true;
    return true;
}

std::vector<task_stores*> store_restorer::step(std::chrono::milliseconds wait) {
    failure_of_ = nullptr;
    learn_bounds();
    if (auto done = take_done(); !done.empty()) return done; // what had nothing to restore waits for nobody
    if (disk_lags()) {
        reads_on_at_ = environment_.time.after(rest_of_disk);
        tell_progress();
    } else if (std::ranges::any_of(stores_, [&](const restoring& each) { return is_read(each); }) && assigned()) {
        try {
            read(wait);
        } catch (...) {
            assigned_ = false; // what was polled and not applied is read again
            throw;
        }
    }
    return take_done();
}

/// Files that are ingested faster than they are merged pile up. All changelogs rest then, since one disk merges for all.
bool store_restorer::disk_lags() const {
    return std::ranges::any_of(stores_,
                               [](const restoring& each) { return each.reading() && each.store->store->disk_lags(); });
}

void store_restorer::read(std::chrono::milliseconds wait) {
    const auto polled = consumer_.poll(wait, slice_records);
    for (const auto& failure : polled.errors)
        if (failure.kind() != kafka::error_class::retriable) {
            if (!any_reading()) return ask_all_anew(failure.reason());
            throw cluster_error(concat("changelogs cannot be read: ", failure.reason()));
        }
    for (const auto& lost : polled.out_of_range) note_truncated(lost);
    // A client that answers errors at once must not make this a busy loop.
    if (!polled.errors.empty() && polled.batches.empty()) reads_on_at_ = environment_.time.after(rest_after_errors);
    for (const auto& batch : polled.batches) apply(batch);
    watch_transactions();
    finish_read();
    keep_up();
    tell_progress();
}

/// A changelog is restored behind those too that were open.
void store_restorer::watch_transactions() {
    if (!open_transactions_.due()) return;
    open_transactions_.keep([&](const topic_partition& changelog) {
        return std::ranges::find(stores_, changelog, &restoring::changelog) != stores_.end();
    });
    for (const restoring& each : stores_)
        if (is_read(each)) open_transactions_.look(consumer_, each.changelog, each.next);
}

void store_restorer::note_truncated(const topic_partition& changelog) {
    const auto found = std::ranges::find_if(
        stores_, [&](const restoring& each) { return each.changelog == changelog && is_read(each); });
    if (found == stores_.end()) return;
    const auto refuse = [&] {
        throw corrupt_task_error(found->stores->task(), found->store->spec.name,
                                 concat("records of ", to_string(changelog), " from offset ", found->next,
                                        " were deleted while the store was restored"));
    };
    if (!found->follows) charge(*found->stores, refuse);
    attempt(*found->stores, refuse);
}

void store_restorer::apply(const kafka::record_batch& batch) {
    const auto found = std::ranges::find_if(
        stores_, [&](const restoring& each) { return each.changelog == batch.source() && is_read(each); });
    if (found == stores_.end()) return;
    auto records = batch.records();
    const auto wanted =
        std::ranges::find_if(records, [&](const record_view& each) { return each.offset >= found->end; });
    records = records.first(static_cast<std::size_t>(wanted - records.begin()));
    const bool reached_end = records.size() < batch.records().size();
    const auto take = [&] {
        if (!records.empty()) apply(*found, records);
        if (reached_end) found->next = found->end;
    };
    if (!found->follows) return charge(*found->stores, take);
    attempt(*found->stores, [&] {
        take();
        if (found->next >= found->end) assigned_ = false; // until the group has committed more
    });
}

void store_restorer::apply(restoring& to, std::span<const record_view> records) {
    try {
        naming_damage(to.stores->task(), [&] { to.store->store->restore(records); });
    } catch (const foreign_changelog_error& cause) {
        throw foreign_changelog_error(concat(to_string(to.changelog), ": ", cause.what()));
    }
    to.rows += static_cast<std::int64_t>(records.size());
    to.next = records.back().offset + 1;
    if (!to.follows)
        report_.restored(standing_of(to), static_cast<std::int64_t>(records.size()));
    else if (const auto& told = environment_.on_standby_update.on_batch_loaded)
        told(update_of(to), static_cast<std::int64_t>(records.size()));
}

void store_restorer::finish_read() {
    std::vector<topic_partition> finished;
    for (restoring& each : stores_) {
        if (!each.reading()) continue;
        // A changelog may end in control records or in a gap that compaction left.
        const auto position = consumer_.position(each.changelog);
        if (each.next < each.end && (!position || *position < each.end)) continue;
        charge(*each.stores, [&] { finish(each); });
        finished.push_back(each.changelog);
    }
    if (finished.empty()) return;
    if (!any_reading())
        assigned_ = false; // the standbys go on
    else if (const auto answer = consumer_.pause(finished); !answer)
        assigned_ = false;
}

void store_restorer::finish(restoring& done) {
    naming_damage(done.stores->task(),
                  [&] { done.store->store->restored(done.end > 0 ? std::optional(done.end - 1) : std::nullopt); });
    done.done = true; // a disk that refuses the last rows is asked again
    report_.ended(standing_of(done));
}

restore_standing store_restorer::standing_of(const restoring& store) const {
    return {store.stores->task(),
            {.changelog = store.changelog,
             .store = store.store->spec.name,
             .begin = store.first,
             .next = store.next,
             .end = store.end,
             .rows = store.rows,
             .elapsed = std::chrono::milliseconds(environment_.time.steady_ms() - store.begun_at)}};
}

void store_restorer::tell_progress() {
    if (!report_.due()) return;
    std::vector<restore_standing> all;
    for (const restoring& each : stores_)
        if (each.reading()) all.push_back(standing_of(each));
    report_.tell(all);
}

void store_restorer::give_back() {
    std::vector<std::pair<task_stores*, bool>> all; // those of a task follow one another
    for (const restoring& each : stores_)
        if (all.empty() || all.back().first != each.stores) all.emplace_back(each.stores, each.follows);
    for (const auto& [stores, follow] : all) {
        if (follow)
            attempt(*stores, [&] { stores->give_back(); });
        else
            charge(*stores, [&] { stores->give_back(); });
    }
}

std::vector<task_stores*> store_restorer::take_done() {
    std::vector<task_stores*> complete;
    for (const restoring& each : stores_) {
        const bool whole = std::all_of(stores_.begin(), stores_.end(), [&](const restoring& other) {
            return other.stores != each.stores || other.done;
        });
        if (whole && std::find(complete.begin(), complete.end(), each.stores) == complete.end())
            complete.push_back(each.stores);
    }
    std::erase_if(stores_, [&](const restoring& each) {
        return std::find(complete.begin(), complete.end(), each.stores) != complete.end();
    });
    if (stores_.empty() && assigned_) {
        static_cast<void>(consumer_.assign({})); // What it still held is of no use; a failure shows at the next assign.
    }
    if (stores_.empty()) {
        assigned_ = false;
        assigning_.reset();
    }
    return complete;
}

} // namespace streams::inline v0
