#include "simulation/seeded_scheduler.hpp"

#include "simulation/held_locks.hpp"

#include <streams/core/error.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <mutex>
#include <random>
#include <thread>
#include <utility>

namespace streams::simulation {
namespace {

struct task {
    explicit task(std::string of) : name(std::move(of)) {}

    std::string name;
    std::condition_variable turn{};
    const void* waits_on = nullptr;  ///< null: it can go on
    std::string place = "its start"; ///< where it yielded
    std::int64_t deadline = 0;       ///< of its wait, steady ms
    bool notified = false;
    bool abandoned = false;
    bool ended = false;
};

thread_local task* self = nullptr;

void check_no_lock_is_held(std::string_view place) {
    if (held_locks() == 0) return;
    std::fprintf(stderr, "thread %s holds a lock where it yields, at %.*s: another one that wants it would hang\n",
                 self->name.c_str(), static_cast<int>(place.size()), place.data());
    std::abort();
}

} // namespace

/// Everything but the baton itself is touched by its holder alone, and needs no lock for that reason.
struct seeded_scheduler::state {
    std::mutex baton; ///< guards `current`, and hands everything else over
    task* current = nullptr;
    std::vector<std::unique_ptr<task>> tasks{}; ///< of all threads ever, the first is main
    std::mt19937_64 random;
    std::int64_t wall_offset = 0;
    std::atomic<std::int64_t> now_us{0};
    std::uint64_t step = 0;
    std::multimap<std::uint64_t, std::function<void()>> events{};
    std::vector<std::string> trace{};
    std::string deadlock{};

    std::int64_t now() const { return now_us.load(std::memory_order_relaxed) / 1000; }
    bool can_go_on(const task& one) const {
        return !one.ended && !one.abandoned && (one.waits_on == nullptr || one.notified || one.deadline <= now());
    }
    std::string describe_waiting() const {
        std::string text = "nobody can go on";
        for (const auto& one : tasks)
            if (!one->ended && !one->abandoned) text += "; " + one->name + " waits for " + one->place;
        return text;
    }

    /// The thread that goes on; main where nobody can, with `deadlock` said.
    task* choose() {
        std::vector<task*> ready;
        for (;;) {
            for (const auto& one : tasks)
                if (can_go_on(*one)) ready.push_back(one.get());
            if (!ready.empty()) return ready[random() % ready.size()];
            std::int64_t next = never;
            for (const auto& one : tasks)
                if (!one->ended && !one->abandoned) next = std::min(next, one->deadline);
            if (next == never) break;
            now_us.store(next * 1000, std::memory_order_relaxed);
        }
        deadlock = describe_waiting();
        return tasks.front().get();
    }

    void pass_on() {
        constexpr std::uint64_t longest_step_us = 200;
        now_us.fetch_add(static_cast<std::int64_t>(random() % longest_step_us), std::memory_order_relaxed);
        current = choose();
        ++step;
        trace.push_back(concat(now(), ' ', current->name, ' ', current->place));
        current->waits_on = nullptr;
        current->turn.notify_one();
    }

    /// Lets others go on until it is the caller's turn again.
    void yield() {
        for (auto due = events.begin(); due != events.end() && due->first <= step; due = events.begin()) {
            const auto event = std::move(due->second);
            events.erase(due);
            event();
        }
        task* const me = self;
        std::unique_lock lock(baton);
        pass_on();
        me->turn.wait(lock, [&] { return current == me; });
        if (me == tasks.front().get() && !deadlock.empty()) throw deadlock_error(std::exchange(deadlock, {}));
    }

    /// The caller has ended.
    void leave() {
        const std::lock_guard lock(baton);
        self->ended = true;
        pass_on();
    }
};

class seeded_scheduler::waiting final : public execution::condition {
public:
    waiting(std::shared_ptr<state> of, std::string name) : state_(std::move(of)), name_(std::move(name)) {}

    void notify_all() noexcept override {
        for (const auto& one : state_->tasks)
            if (one->waits_on == this) one->notified = true;
    }
    bool wait(std::unique_lock<std::mutex>& lock, std::int64_t deadline) override {
        lock.unlock();
        check_no_lock_is_held(name_);
        self->waits_on = this;
        self->notified = false;
        self->deadline = deadline;
        self->place = name_;
        state_->yield();
        lock.lock();
        return self->notified || state_->now() < deadline;
    }

private:
    std::shared_ptr<state> state_;
    std::string name_;
};

class seeded_scheduler::running final : public execution::thread {
public:
    running(task& of, std::shared_ptr<condition> ended) : task_(of), ended_(std::move(ended)) {}
    ~running() override { join(); }
    running(const running&) = delete;
    running& operator=(const running&) = delete;

    void join() override {
        if (detached_) return;
        std::mutex mutex;
        std::unique_lock lock(mutex);
        ended_->wait(lock, never, [&] { return task_.ended; });
    }
    void detach() override { detached_ = true; }

private:
    task& task_; ///< in the state that `ended_` holds
    std::shared_ptr<condition> ended_;
    bool detached_ = false;
};

seeded_scheduler::seeded_scheduler(std::uint64_t seed, std::int64_t wall_ms) : state_(std::make_shared<state>()) {
    state_->random.seed(seed);
    state_->wall_offset = wall_ms;
    state_->tasks.push_back(std::make_unique<task>("main"));
    state_->current = state_->tasks.front().get();
}

seeded_scheduler::~seeded_scheduler() = default;

void seeded_scheduler::run(const std::function<void()>& body) {
    self = state_->tasks.front().get();
    body();
}

std::int64_t seeded_scheduler::steady_ms() const { return state_->now(); }
std::int64_t seeded_scheduler::wall_ms() const { return state_->wall_offset + state_->now(); }

std::unique_ptr<execution::condition> seeded_scheduler::make_condition(std::string name) {
    return std::make_unique<waiting>(state_, std::move(name));
}

std::unique_ptr<execution::thread> seeded_scheduler::start_thread(std::string name, std::function<void()> body) {
    auto ended = std::make_shared<waiting>(state_, "the end of " + name);
    state_->tasks.push_back(std::make_unique<task>(std::move(name)));
    task& made = *state_->tasks.back();
    std::thread([in = state_, &made, body = std::move(body), ended] {
        self = &made;
        {
            std::unique_lock lock(in->baton);
            made.turn.wait(lock, [&] { return in->current == &made; });
        }
        body();
        ended->notify_all();
        in->leave();
    }).detach();
    auto handle = std::make_unique<running>(made, ended);
    yield("start of " + made.name);
    return handle;
}

void seeded_scheduler::yield(std::string_view place) {
    check_no_lock_is_held(place);
    self->place = place;
    state_->yield();
}

std::size_t seeded_scheduler::abandon(std::string_view prefix) {
    std::size_t count = 0;
    for (const auto& one : state_->tasks) {
        if (one->ended || one->abandoned || !one->name.starts_with(prefix)) continue;
        one->abandoned = true;
        ++count;
        state_->trace.push_back(concat(state_->now(), ' ', one->name, " is abandoned at ", one->place));
    }
    return count;
}

void seeded_scheduler::at_step(std::uint64_t step, std::function<void()> event) {
    state_->events.emplace(step, std::move(event));
}

std::uint64_t seeded_scheduler::steps() const { return state_->step; }
std::uint64_t seeded_scheduler::random_bits() { return state_->random(); }
std::uint64_t seeded_scheduler::random(std::uint64_t limit) { return state_->random() % limit; }
void seeded_scheduler::note(std::string_view text) {
    state_->trace.push_back(concat(state_->now(), ' ', self->name, ": ", text));
}
const std::vector<std::string>& seeded_scheduler::trace() const { return state_->trace; }

} // namespace streams::simulation
