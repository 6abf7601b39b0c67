#include "src/runtime/stores/store_restorer.hpp"

#include "src/runtime/stores/trusted_age.hpp"
#include "src/runtime/tasks/task_errors.hpp"
#include "state/foreign_changelog_error.hpp"

#include <streams/core/log.hpp>

#include <algorithm>

namespace streams::inline v0 {
namespace {

constexpr std::size_t slice_records = 10'000;
constexpr std::chrono::milliseconds slice{100}; ///< of asking for bounds

} // namespace

void store_restorer::add(task_stores& stores, std::span<const kafka::committed_offset> committed) {
    const std::size_t before = stores_.size();
    for (task_store& store : stores.all())
        if (!store.changelog_topic.empty()) add(stores, store, committed);
    if (stores_.size() == before) without_changelogs_.push_back(&stores);
}

void store_restorer::add(task_stores& stores, task_store& store, std::span<const kafka::committed_offset> committed) {
    restoring added{.stores = &stores, .store = &store, .changelog = {store.changelog_topic, stores.task().partition}};
    const auto input = std::ranges::find(committed, added.changelog, &kafka::committed_offset::partition);
    if (input != committed.end()) added.committed = input->offset;
    const auto doing = concat("find the bounds of ", to_string(added.changelog), " for ", task_name(stores.task()));
    added.asking = environment_.retried(doing);
    stores_.push_back(std::move(added));
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
        if (const auto reason =
                reason_to_rebuild(environment_.layout().changelogs.at(store.changelog_topic), environment_.config,
                                  store.store->caught_up_at(), environment_.time.wall_ms()))
            throw corrupt_task_error(begun.stores->task(), store.spec.name, *reason);
    // Input beyond the committed offset will be processed; restored as well, it would show the future.
    if (store.reuses_source()) bounds.end = begun.committed ? std::min(bounds.end, *begun.committed) : bounds.begin;
    begun.next = checkpoint ? *checkpoint + 1 : bounds.begin;
    begun.end = bounds.end;
    if (begun.next < bounds.begin || (begun.next > bounds.end && !store.reuses_source()))
        throw corrupt_task_error(begun.stores->task(), store.spec.name,
                                 concat("the store stands at offset ", begun.next, " of ", to_string(begun.changelog),
                                        ", which has offsets ", bounds.begin, " to ", bounds.end));
    if (environment_.on_restore.on_start)
        environment_.on_restore.on_start(begun.changelog, store.spec.name, begun.next, begun.end);
    if (begun.next >= begun.end) return finish(begun);
    log(log_level::info, concat(task_name(begun.stores->task()), " restores store ", store.spec.name, " from ",
                                to_string(begun.changelog), ", offsets ", begun.next, " to ", begun.end - 1));
    begun.begun_at = environment_.time.steady_ms();
    assigned_ = false;
}

std::int64_t store_restorer::next_step() const noexcept {
    if (!without_changelogs_.empty()) return 0;
    std::int64_t next = never;
    for (const restoring& each : stores_) {
        if (each.reading()) next = std::min(next, assigning_ ? assigning_->next() : 0);
        if (each.asking) next = std::min(next, each.asking->next(rest_));
    }
    return next;
}

void store_restorer::remove(const task_stores& stores) {
    const auto gone = std::erase_if(stores_, [&](const restoring& each) { return each.stores == &stores; });
    std::erase(without_changelogs_, &stores);
    if (gone == 0) return;
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
    for (const auto& batch : polled.batches) apply(batch);
    watch_transactions();
    finish_read();
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
        if (environment_.on_restore.on_batch)
            environment_.on_restore.on_batch(found->changelog, found->store->spec.name, found->next - 1,
                                             static_cast<std::int64_t>(records.size()));
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
    if (done.begun_at)
        log(log_level::info, concat(task_name(done.stores->task()), " restored store ", done.store->spec.name, ": ",
                                    done.rows, " rows in ", environment_.time.steady_ms() - *done.begun_at, " ms"));
    if (environment_.on_restore.on_end)
        environment_.on_restore.on_end(done.changelog, done.store->spec.name, done.rows);
}

std::vector<task_stores*> store_restorer::take_done() {
    std::vector<task_stores*> complete = std::move(without_changelogs_);
    without_changelogs_.clear();
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
