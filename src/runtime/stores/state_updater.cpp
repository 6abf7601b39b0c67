#include "src/runtime/stores/state_updater.hpp"

#include "src/runtime/tasks/task_errors.hpp"
#include "state/state_thread.hpp"

#include <streams/core/error.hpp>
#include <streams/core/log.hpp>

#include <algorithm>
#include <iterator>
#include <system_error>
#include <utility>

namespace streams::inline v0 {
namespace {

constexpr std::chrono::milliseconds longest_poll{100};
constexpr std::chrono::milliseconds between_memory_looks{100}; ///< at what memory is asked back, while it rests

} // namespace

state_updater::state_updater(std::string name, const thread_environment& environment, kafka::consumer& consumer,
                             std::function<void()> wake)
    : name_(std::move(name)), environment_(environment), consumer_(consumer), wake_(std::move(wake)),
      restorer_(consumer, environment), changed_(environment.time.make_condition("what " + name_ + " has to do")) {}

restore_request state_updater::request_for(task_stores& stores, task_store& store,
                                           std::span<const kafka::committed_offset> committed) const {
    const topic_partition changelog{store.changelog_topic, stores.task().partition};
    restore_request added{.stores = &stores,
                          .store = &store,
                          .limits = environment_.layout().changelogs.at(store.changelog_topic),
                          .asking = bounds_search(environment_, changelog, stores.task())};
    const auto input = std::ranges::find(committed, changelog, &kafka::committed_offset::partition);
    if (input != committed.end()) added.committed = input->offset;
    return added;
}

void state_updater::add(task_stores& stores, std::span<const kafka::committed_offset> committed) {
    std::vector<restore_request> requests;
    for (task_store& store : stores.all())
        if (!store.changelog_topic.empty()) requests.push_back(request_for(stores, store, committed));
    if (std::erase(following_, &stores) == 0) given_.push_back(&stores);
    if (!requests.empty()) return hand_in(std::move(requests));
    const std::lock_guard lock(mutex_);
    done_.push_back(&stores);
}

void state_updater::add(task_stores& stores, task_store& store, std::span<const kafka::committed_offset> committed) {
    std::vector<restore_request> requests;
    requests.push_back(request_for(stores, store, committed));
    given_.push_back(&stores);
    hand_in(std::move(requests));
}

void state_updater::follow(task_stores& stores) {
    std::vector<restore_request> requests;
    for (task_store& store : stores.all()) {
        if (store.changelog_topic.empty()) continue;
        requests.push_back(request_for(stores, store, {}));
        requests.back().follows = true;
    }
    given_.push_back(&stores);
    following_.push_back(&stores);
    hand_in(std::move(requests));
}

void state_updater::limit(std::vector<kafka::committed_offset> committed) {
    {
        const std::lock_guard lock(mutex_);
        limits_ = std::move(committed);
    }
    changed_->notify_all();
}

void state_updater::hand_in(std::vector<restore_request> requests) {
    if (!thread_) {
        try {
            thread_ = environment_.time.start_thread(name_, [this] { run(); });
        } catch (const std::system_error& cause) {
            std::erase(given_, requests.front().stores);
            std::erase(following_, requests.front().stores);
            throw streams_error(
                concat("the operating system refuses the thread ", name_, ": ", cause.what(), "; raise its limit"));
        }
    }
    bool reads = false;
    {
        const std::lock_guard lock(mutex_);
        std::ranges::move(requests, std::back_inserter(added_));
        reads = working_;
    }
    changed_->notify_all();
    if (reads) consumer_.wakeup();
}

void state_updater::remove(const task_stores& stores) {
    if (std::erase(given_, &stores) == 0) return;
    std::erase(following_, &stores);
    std::unique_lock lock(mutex_);
    restores_ = false;
    if (working_) {
        lock.unlock();
        consumer_.wakeup();
        lock.lock();
        changed_->wait(lock, never, [this] { return !working_; });
    }
    std::erase(done_, &stores);
    const auto unread = take_reads([&](const task_stores& of) { return &of == &stores; });
    std::erase_if(failed_, [&](const standby_failure& each) { return each.stores == &stores; });
    std::erase_if(added_, [&](const restore_request& each) { return each.stores == &stores; });
    if (failure_of_ == &stores || given_.empty()) failure_ = nullptr; // nobody is left whom it concerns
    working_ = true;
    lock.unlock();
    try {
        restorer_.remove(stores);
    } catch (...) { // they are handed back all the same, also to who closes and may not fail
        log(log_level::error, concat(name_, ": a listener threw that was told of the end of a restore: ",
                                     message_of(std::current_exception()), "; have it catch what it calls"));
    }
    lock.lock();
    working_ = false;
    lock.unlock();
    changed_->notify_all();
    serve(unread);
}

std::vector<task_stores*> state_updater::take_done() {
    std::vector<task_stores*> done;
    std::vector<pending_read> unread;
    {
        const std::lock_guard lock(mutex_);
        if (failure_) {
            restores_ = false; // also where it was let go on meanwhile
            std::rethrow_exception(std::exchange(failure_, nullptr));
        }
        done = std::exchange(done_, {});
        unread = take_reads([&](const task_stores& of) { return std::ranges::find(done, &of) != done.end(); });
    }
    for (const task_stores* each : done) std::erase(given_, each);
    serve(unread);
    return done;
}

void state_updater::read(task_stores& stores, visit by) {
    const bool has = thread_ && std::ranges::find(given_, &stores) != given_.end();
    if (!has) return by(nullptr);
    bool works = false;
    {
        const std::lock_guard lock(mutex_);
        reads_.push_back({&stores, std::move(by)});
        works = working_;
    }
    changed_->notify_all();
    if (works) consumer_.wakeup();
}

/// Those of stores that are `wanted`. REQUIRES: the mutex is held.
template <std::predicate<const task_stores&> Wanted>
std::vector<state_updater::pending_read> state_updater::take_reads(const Wanted& wanted) {
    const auto taken =
        std::ranges::stable_partition(reads_, [&](const pending_read& each) { return !wanted(*each.stores); });
    std::vector<pending_read> found(std::make_move_iterator(taken.begin()), std::make_move_iterator(taken.end()));
    reads_.erase(taken.begin(), taken.end());
    return found;
}

/// By whoever has their stores.
void state_updater::serve(const std::vector<pending_read>& reads) {
    for (const pending_read& each : reads) each.by(each.stores);
}

/// They may be handed back at any moment: who has them then serves their reads. REQUIRES: the mutex is held.
bool state_updater::leaves(const task_stores& stores) const {
    return std::ranges::find(done_, &stores) != done_.end() ||
           std::ranges::find(failed_, &stores, &standby_failure::stores) != failed_.end();
}

std::vector<standby_failure> state_updater::take_failed() {
    std::vector<standby_failure> failed;
    std::vector<pending_read> unread;
    {
        const std::lock_guard lock(mutex_);
        failed = std::exchange(failed_, {});
        std::erase_if(failed, [&](const standby_failure& each) {
            if (std::erase(following_, each.stores) > 0) return false;
            failure_ = each.cause; // promoted meanwhile: it fails as a task that is restored
            failure_of_ = each.stores;
            return true;
        });
        unread = take_reads([&](const task_stores& of) {
            return std::ranges::find(failed, &of, &standby_failure::stores) != failed.end();
        });
    }
    for (const standby_failure& each : failed) std::erase(given_, each.stores);
    serve(unread);
    return failed;
}

bool state_updater::has_news() const {
    const std::lock_guard lock(mutex_);
    return failure_ || !done_.empty() || !failed_.empty();
}

void state_updater::let_restore(bool restores) {
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(restores_, restores) == restores) return;
    }
    changed_->notify_all();
}

void state_updater::stop() noexcept {
    if (!thread_) return;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_->notify_all();
    consumer_.wakeup();
    thread_->join();
    thread_.reset();
    for (const pending_read& each : std::exchange(reads_, {})) each.by(nullptr);
}

/// However many reads there are, there is a step between two batches of them where one is due, and none of it waits.
void state_updater::run() noexcept {
    environment_.enter(name_);
    prepare_state_thread();
    bool has_read = false; // since the last step
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        const std::int64_t next = next_step();
        const bool due = next <= environment_.time.steady_ms();
        if (has_reads() && !(has_read && due)) {
            serve_reads(lock);
            has_read = true;
        } else if (due) {
            step(lock);
            has_read = false;
        } else {
            changed_->wait(lock, next);
        }
    }
}

/// Whether somebody waits for stores that stay.
bool state_updater::has_reads() const {
    return !working_ && std::ranges::any_of(reads_, [&](const pending_read& each) { return !leaves(*each.stores); });
}

void state_updater::serve_reads(std::unique_lock<std::mutex>& lock) {
    const auto reads = take_reads([&](const task_stores& of) { return !leaves(of); });
    working_ = true;
    lock.unlock();
    serve(reads);
    lock.lock();
    working_ = false;
    changed_->notify_all();
}

/// Steady ms.
std::int64_t state_updater::next_step() const {
    if (working_ || failure_) return never; // it is the owner who works
    if (!restores_) return restorer_.idle() ? never : next_look_;
    return added_.empty() && !limits_ ? restorer_.next_step() : 0;
}

void state_updater::step(std::unique_lock<std::mutex>& lock) {
    const bool restores = restores_;
    const auto wait = has_reads() ? std::chrono::milliseconds(0) : longest_poll;
    for (restore_request& each : added_) restorer_.add(std::move(each));
    added_.clear();
    if (const auto committed = std::exchange(limits_, std::nullopt)) restorer_.limit(*committed);
    next_look_ = environment_.time.after(between_memory_looks);
    working_ = true;
    lock.unlock();
    std::vector<task_stores*> done;
    std::exception_ptr failure;
    try {
        if (restores) done = restorer_.step(wait);
        if (environment_.memory.budget().asks_back()) restorer_.give_back();
    } catch (...) {
        failure = std::current_exception();
    }
    auto failed = restorer_.take_failures();
    lock.lock();
    working_ = false;
    const bool news = failure || !done.empty() || !failed.empty();
    done_.insert(done_.end(), done.begin(), done.end());
    std::ranges::move(failed, std::back_inserter(failed_));
    failure_ = failure;
    failure_of_ = restorer_.failure_of();
    if (failure) restores_ = false;
    changed_->notify_all();
    if (!news) return;
    lock.unlock();
    wake_();
    lock.lock();
}

} // namespace streams::inline v0
