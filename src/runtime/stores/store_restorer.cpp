#include "src/runtime/stores/store_restorer.hpp"

#include "src/runtime/stores/trusted_age.hpp"
#include "src/runtime/tasks/task_errors.hpp"
#include "state/foreign_changelog_error.hpp"

#include <algorithm>
#include <utility>

namespace streams::inline v0 {
namespace {

constexpr std::size_t slice_records = 10'000;
constexpr std::chrono::milliseconds slice{100}; ///< of asking for bounds
constexpr std::chrono::milliseconds rest_after_errors{20};

} // namespace

void store_restorer::add(restore_request request) {
    const task_id task = request.stores->task();
    stores_.push_back({.stores = request.stores,
                       .store = request.store,
                       .changelog = {request.store->changelog_topic, task.partition},
                       .committed = request.committed,
                       .limits = request.limits,
                       .asking = std::move(request.asking)});
}

void store_restorer::learn_bounds() {
    const std::int64_t until = environment_.time.after(slice);
    std::vector<restoring*> unknown;
    for (restoring& each : stores_)
        if (each.asking) unknown.push_back(&each);
    // First what was not asked for the longest time: an answer that is waited for may take all of the slice.
    std::ranges::stable_sort(unknown, {}, [](const restoring* each) { return each->asking->next(); });
    for (restoring* const each : unknown) {
        if (environment_.time.steady_ms() >= until) return;
        kafka::log_bounds bounds;
        // With what transactions have written that are still open, since they may be those whose offsets are committed.
        if (!each->asking->step(
                rest_, [&](auto timeout) { return environment_.admin.bounds(each->changelog, bounds, timeout); }))
            continue;
        each->asking.reset();
        begin(*each, bounds);
    }
}

void store_restorer::begin(restoring& begun, kafka::log_bounds bounds) {
    task_store& store = *begun.store;
    const auto checkpoint = store.store->checkpoint();
    // Of the transaction that the store's last record belongs to. Whatever else is last in a log is never compacted away.
    const std::int64_t marker = environment_.config.exactly_once() ? 1 : 0;
    if (checkpoint && *checkpoint + 1 + marker < bounds.end)
        if (const auto reason = reason_to_rebuild(begun.limits, environment_.config, store.store->caught_up_at(),
                                                  environment_.time.wall_ms()))
            throw corrupt_task_error(begun.stores->task(), store.spec.name, *reason);
    // What they have and the changelog has no more, nothing would delete.
    if (store.store->has_unplaced_rows() && bounds.begin < bounds.end)
        throw corrupt_task_error(
            begun.stores->task(), store.spec.name,
            concat("it has rows, and does not say how much of ", to_string(begun.changelog), " they are"));
    // Input beyond the committed offset will be processed; restored as well, it would show the future.
    if (store.reuses_source()) bounds.end = begun.committed ? std::min(bounds.end, *begun.committed) : bounds.begin;
    begun.next = checkpoint ? *checkpoint + 1 : bounds.begin;
    begun.end = bounds.end;
    if (begun.next < bounds.begin || (begun.next > bounds.end && !store.reuses_source()))
        throw corrupt_task_error(begun.stores->task(), store.spec.name,
                                 concat("the store stands at offset ", begun.next, " of ", to_string(begun.changelog),
                                        ", which has offsets ", bounds.begin, " to ", bounds.end));
    begun.first = begun.next;
    begun.begun_at = environment_.time.steady_ms();
    report_.started(standing_of(begun));
    if (begun.next >= begun.end) return finish(begun);
    assigned_ = false;
}

std::int64_t store_restorer::next_step() const noexcept {
    std::int64_t next = never;
    for (const restoring& each : stores_) {
        if (each.reading()) next = std::min(next, assigning_ ? assigning_->next() : reads_on_at_);
        if (each.asking) next = std::min(next, each.asking->next(rest_));
    }
    return next;
}

void store_restorer::remove(const task_stores& stores) {
    for (const restoring& each : stores_)
        if (each.stores == &stores && each.reading()) report_.suspended(standing_of(each));
    if (std::erase_if(stores_, [&](const restoring& each) { return each.stores == &stores; }) == 0) return;
    assigned_ = false;
    assigning_.reset();
}

bool store_restorer::assigned() {
    if (assigned_) return true;
    std::vector<std::pair<topic_partition, std::int64_t>> partitions;
    for (const restoring& each : stores_)
        if (each.reading()) partitions.emplace_back(each.changelog, each.next);
    if (!assigning_) assigning_ = environment_.retried("begin to read changelogs");
    if (!assigning_->step([&](auto) { return consumer_.assign(partitions); })) return false;
    assigning_.reset();
    assigned_ = true;
    return true;
}

std::vector<task_stores*> store_restorer::step(std::chrono::milliseconds wait) {
    learn_bounds();
    if (auto done = take_done(); !done.empty()) return done; // what had nothing to restore waits for nobody
    if (std::ranges::any_of(stores_, &restoring::reading) && assigned()) {
        try {
            read(wait);
        } catch (...) {
            assigned_ = false; // what was polled and not applied is read again
            throw;
        }
    }
    return take_done();
}

void store_restorer::read(std::chrono::milliseconds wait) {
    const auto polled = consumer_.poll(wait, slice_records);
    for (const auto& failure : polled.errors)
        if (failure.kind() != kafka::error_class::retriable)
            throw cluster_error(concat("changelogs cannot be read: ", failure.reason()));
    for (const auto& lost : polled.out_of_range) throw_truncated(lost);
    // A client that answers errors at once must not make this a busy loop.
    if (!polled.errors.empty() && polled.batches.empty()) reads_on_at_ = environment_.time.after(rest_after_errors);
    for (const auto& batch : polled.batches) apply(batch);
    watch_transactions();
    finish_read();
    tell_progress();
}

/// A changelog is restored behind those too that were open.
void store_restorer::watch_transactions() {
    if (!open_transactions_.due()) return;
    open_transactions_.keep([&](const topic_partition& changelog) {
        return std::ranges::find(stores_, changelog, &restoring::changelog) != stores_.end();
    });
    for (const restoring& each : stores_)
        if (each.reading()) open_transactions_.look(consumer_, each.changelog, each.next);
}

void store_restorer::throw_truncated(const topic_partition& changelog) const {
    for (const restoring& each : stores_)
        if (each.changelog == changelog)
            throw corrupt_task_error(each.stores->task(), each.store->spec.name,
                                     concat("records of ", to_string(changelog), " from offset ", each.next,
                                            " were deleted while the store was restored"));
}

void store_restorer::apply(const kafka::record_batch& batch) {
    const auto found = std::find_if(stores_.begin(), stores_.end(), [&](const restoring& each) {
        return each.reading() && each.changelog == batch.source();
    });
    if (found == stores_.end()) return;
    auto records = batch.records();
    const auto wanted = std::find_if(records.begin(), records.end(),
                                     [&](const record_view& each) { return each.offset >= found->end; });
    records = records.first(static_cast<std::size_t>(wanted - records.begin()));
    if (!records.empty()) {
        try {
            found->store->store->restore(records);
        } catch (const corrupt_state_error& cause) {
            throw corrupt_task_error(found->stores->task(), cause);
        } catch (const foreign_changelog_error& cause) {
            throw foreign_changelog_error(concat(to_string(found->changelog), ": ", cause.what()));
        }
        found->rows += static_cast<std::int64_t>(records.size());
        found->next = records.back().offset + 1;
        report_.restored(standing_of(*found), static_cast<std::int64_t>(records.size()));
    }
    if (records.size() < batch.records().size()) found->next = found->end;
}

void store_restorer::finish_read() {
    std::vector<topic_partition> finished;
    for (restoring& each : stores_) {
        if (!each.reading()) continue;
        // A changelog may end in control records or in a gap that compaction left.
        const auto position = consumer_.position(each.changelog);
        if (each.next < each.end && (!position || *position < each.end)) continue;
        finish(each);
        finished.push_back(each.changelog);
    }
    if (!finished.empty() && std::ranges::any_of(stores_, &restoring::reading))
        if (const auto answer = consumer_.pause(finished); !answer) assigned_ = false;
}

void store_restorer::finish(restoring& done) {
    try {
        done.store->store->restored(done.end > 0 ? std::optional(done.end - 1) : std::nullopt);
    } catch (const corrupt_state_error& cause) {
        throw corrupt_task_error(done.stores->task(), cause);
    }
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
    const task_stores* last = nullptr; // those of a task follow one another
    for (const restoring& each : stores_)
        if (std::exchange(last, each.stores) != each.stores) each.stores->give_back();
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
