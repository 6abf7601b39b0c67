#include "src/runtime/stores/standby_stores.hpp"

#include <streams/core/log.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace streams::inline v0 {
namespace {

constexpr std::chrono::milliseconds soonest_reopening{1'000};
constexpr std::chrono::milliseconds latest_reopening{60'000};

} // namespace

void standby_stores::keep(std::span<const task_id> wanted) {
    const auto is_wanted = [&](task_id task) { return std::ranges::find(wanted, task) != wanted.end(); };
    for (standby& each : standbys_)
        if (!is_wanted(each.task)) close(each);
    std::erase_if(standbys_, [&](const standby& each) { return !is_wanted(each.task); });
    for (const task_id task : wanted)
        if (std::ranges::find(standbys_, task, &standby::task) == standbys_.end()) standbys_.push_back({task});
    std::ranges::sort(standbys_, {}, &standby::task);
}

void standby_stores::open(std::int64_t until) {
    if (environment_.time.steady_ms() < opens_at_) return;
    for (standby& each : standbys_) {
        if (environment_.time.steady_ms() >= until) return;
        if (each.stores) continue;
        try {
            auto opened = by_.open(each.task);
            if (!opened) continue;
            updater_.follow(*opened);
            each.stores = std::move(opened);
        } catch (const streams_error& cause) {
            log(log_level::warn, concat("the standby of ", task_name(each.task), " is opened later: ", cause.what()));
            return pause();
        }
    }
}

void standby_stores::close_failed() {
    for (const standby_failure& failed : updater_.take_failed()) {
        const auto found =
            std::ranges::find_if(standbys_, [&](const standby& each) { return each.stores.get() == failed.stores; });
        log(log_level::warn,
            concat("the standby of ", task_name(found->task), " begins again: ", message_of(failed.cause)));
        pause();
        close(*found);
        try {
            std::rethrow_exception(failed.cause);
        } catch (const corrupt_task_error& damage) {
            wipe(damage);
        } catch (const std::exception&) { // told; what is on the disk is as good as it was
        }
    }
}

/// What cannot be removed now shows again when it is opened.
void standby_stores::wipe(const corrupt_task_error& damage) {
    try {
        if (const auto folder = environment_.states.try_lock(damage.task())) by_.wipe(damage);
    } catch (const streams_error& cause) {
        log(log_level::warn, concat("the standby of ", task_name(damage.task()), " stays damaged: ", cause.what()));
    }
}

/// Longer each time, until it has been well for a while.
void standby_stores::pause() {
    const std::int64_t now = environment_.time.steady_ms();
    const bool again = now - opens_at_ < latest_reopening.count();
    pause_ = again ? std::min(std::max(2 * pause_, soonest_reopening), latest_reopening) : soonest_reopening;
    opens_at_ = environment_.time.after(pause_);
}

std::unique_ptr<task_stores> standby_stores::promote(task_id task) {
    const auto found = std::ranges::find(standbys_, task, &standby::task);
    if (found == standbys_.end()) return nullptr;
    auto promoted = std::move(found->stores);
    standbys_.erase(found);
    return promoted;
}

void standby_stores::close(standby& closing) noexcept {
    const auto stores = std::exchange(closing.stores, nullptr);
    if (!stores) return;
    updater_.remove(*stores);
    try {
        static_cast<void>(stores->close());
    } catch (const std::exception& cause) { // what it has is in the changelogs
        log(log_level::warn,
            concat("the standby of ", task_name(closing.task), " closed with an error: ", cause.what()));
    }
}

void standby_stores::close_all() noexcept {
    for (standby& each : standbys_) close(each);
    standbys_.clear();
}

task_stores* standby_stores::find(task_id task) const noexcept {
    const auto found = std::ranges::find(standbys_, task, &standby::task);
    return found == standbys_.end() ? nullptr : found->stores.get();
}

std::vector<topic_partition> standby_stores::inputs() const {
    std::vector<topic_partition> inputs;
    for (const standby& each : standbys_) {
        if (!each.stores) continue;
        for (const task_store& store : std::as_const(*each.stores).all())
            if (store.reuses_source()) inputs.push_back({store.changelog_topic, each.task.partition});
    }
    return inputs;
}

} // namespace streams::inline v0
