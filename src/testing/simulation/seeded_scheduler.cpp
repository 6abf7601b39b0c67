#include "src/testing/simulation/seeded_scheduler.hpp"

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

namespace streams::inline v0::simulated {
namespace {

struct task {
    explicit task(std::string called) : name(std::move(called)) {}

    std::string name;
    std::condition_variable turn{};
    const void* waits_on = nullptr;  ///< null: it can go on
    std::string place = "its start"; ///< where it yielded
    std::int64_t deadline = 0;       ///< of its wait, steady ms
    std::int64_t paused_until = 0;   ///< steady ms
    bool notified = false;
    bool ended = false;
};

thread_local task* self = nullptr;

constexpr std::uint64_t longest_step_us = 200;

} // namespace

/// Everything but the baton itself is touched by its holder alone, and needs no lock for that reason.
struct seeded_scheduler::state {
    explicit state(options given) : how(given), wall_offset(given.wall_ms) {}

    const options how;
    std::mutex baton; ///< guards `current`, and hands everything else over
    task* current = nullptr;
    std::vector<std::unique_ptr<task>> tasks{}; ///< of all threads ever, the first is main
    std::vector<task*> alive{};                 ///< of them, those that have not ended
    std::mt19937_64 random;
    std::int64_t wall_offset;
    std::atomic<std::int64_t> now_us{0};
    std::uint64_t step = 0;
    std::uint64_t hash = 14695981039346656037U; // FNV-1a
    std::multimap<std::uint64_t, std::function<void()>> events{};
    std::vector<std::string> trace{};
    std::vector<task*> ready{}; ///< of one choice; here for its memory
    std::string deadlock{};

    std::int64_t now() const { return now_us.load(std::memory_order_relaxed) / 1000; }
    std::int64_t goes_on_at(const task& one) const {
        const bool waits = one.waits_on != nullptr && !one.notified;
        return std::max(waits ? one.deadline : 0, one.paused_until);
    }
    bool can_go_on(const task& one) const { return goes_on_at(one) <= now(); }
    std::string describe_waiting() const {
        std::string text = "nobody can go on";
        for (const task* one : alive) text += "; " + one->name + " waits for " + one->place;
        return text;
    }

    /// The thread that goes on; main where nobody can, with `deadlock` said.
    task* choose(task* yielding) {
        if (yielding != nullptr && how.stay_percent > 0 && can_go_on(*yielding) && random() % 100 < how.stay_percent)
            return yielding;
        for (;;) {
            ready.clear();
            for (task* one : alive)
                if (can_go_on(*one)) ready.push_back(one);
            if (!ready.empty()) return ready[random() % ready.size()];
            std::int64_t next = never;
            for (const task* one : alive) next = std::min(next, goes_on_at(*one));
            if (next == never) break;
            now_us.store(next * 1000, std::memory_order_relaxed);
        }
        deadlock = describe_waiting();
        return tasks.front().get();
    }

    void add_to_hash(std::string_view text) {
        for (const char each : text) hash = (hash ^ static_cast<unsigned char>(each)) * 1099511628211U;
    }
    void note(std::string_view name, std::string_view separator, std::string_view text) {
        add_to_hash(name);
        add_to_hash(text);
        hash = (hash ^ static_cast<std::uint64_t>(now_us.load(std::memory_order_relaxed))) * 1099511628211U;
        if (how.trace) trace.push_back(concat(now(), ' ', name, separator, text));
    }

    /// Who takes the next step. Others than the caller may have gone on, and passed the baton on, when it returns.
    task& pass_on(task* yielding) {
        now_us.fetch_add(static_cast<std::int64_t>(random() % longest_step_us), std::memory_order_relaxed);
        task& next = *choose(yielding);
        ++step;
        note(next.name, " ", next.place);
        next.waits_on = nullptr;
        if (&next == yielding) return next;
        {
            const std::lock_guard lock(baton);
            current = &next;
        }
        next.turn.notify_one(); // without the lock, for which the other would wait at once
        return next;
    }

    /// Lets others go on until it is the caller's turn again.
    void yield() {
        for (auto due = events.begin(); due != events.end() && due->first <= step; due = events.begin()) {
            const auto event = std::move(due->second);
            events.erase(due);
            event();
        }
        task* const me = self;
        if (&pass_on(me) != me) {
            std::unique_lock lock(baton);
            me->turn.wait(lock, [&] { return current == me; });
        }
        if (me == tasks.front().get() && !deadlock.empty()) throw deadlock_error(std::exchange(deadlock, {}));
    }

    /// The caller has ended.
    void leave() {
        self->ended = true;
        std::erase(alive, self);
        pass_on(nullptr);
    }

    void check_no_lock_is_held(std::string_view place) const {
        if (how.lock_count == nullptr || how.lock_count() == 0) return;
        std::fprintf(stderr, "thread %s holds a lock where it yields, at %.*s: another one that wants it would hang\n",
                     self->name.c_str(), static_cast<int>(place.size()), place.data());
        std::abort();
    }
};

class seeded_scheduler::waiting final : public execution::condition {
public:
    waiting(std::shared_ptr<state> shared, std::string name) : state_(std::move(shared)), name_(std::move(name)) {}

    void notify_all() noexcept override {
        for (task* one : state_->alive)
            if (one->waits_on == this) one->notified = true;
    }
    bool wait(std::unique_lock<std::mutex>& lock, std::int64_t deadline) override {
        lock.unlock();
        state_->check_no_lock_is_held(name_);
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
    running(task& started, std::shared_ptr<condition> ended) : task_(started), ended_(std::move(ended)) {}
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

seeded_scheduler::seeded_scheduler(std::uint64_t seed, options how) : state_(std::make_shared<state>(how)) {
    state_->random.seed(seed);
    state_->tasks.push_back(std::make_unique<task>("main"));
    state_->current = state_->tasks.front().get();
    state_->alive.push_back(state_->current);
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
    state_->alive.push_back(&made);
    std::thread([in = state_, &made, body = std::move(body), ended]() mutable {
        self = &made;
        {
            std::unique_lock lock(in->baton);
            made.turn.wait(lock, [&] { return in->current == &made; });
        }
        body();
        body = nullptr; // what it holds may end others
        ended->notify_all();
        in->leave();
    }).detach();
    auto handle = std::make_unique<running>(made, ended);
    yield("start of " + made.name);
    return handle;
}

void seeded_scheduler::yield(std::string_view place) {
    state_->check_no_lock_is_held(place);
    self->place = place;
    state_->yield();
}

std::size_t seeded_scheduler::abandon(std::string_view prefix) {
    const auto abandoned = [&](const task* one) { return one->name.starts_with(prefix); };
    for (const task* one : state_->alive)
        if (abandoned(one)) state_->note(one->name, " is abandoned at ", one->place);
    return std::erase_if(state_->alive, abandoned);
}

void seeded_scheduler::at_step(std::uint64_t step, std::function<void()> event) {
    state_->events.emplace(step, std::move(event));
}

void seeded_scheduler::pause(std::string_view prefix, std::int64_t until) {
    for (task* one : state_->alive)
        if (one->name.starts_with(prefix)) one->paused_until = until;
}

void seeded_scheduler::step_wall(std::int64_t by_ms) { state_->wall_offset += by_ms; }
std::uint64_t seeded_scheduler::steps() const { return state_->step; }
std::uint64_t seeded_scheduler::random_bits() { return state_->random(); }
std::uint64_t seeded_scheduler::random(std::uint64_t limit) { return state_->random() % limit; }
void seeded_scheduler::note(std::string_view text) { state_->note(self->name, ": ", text); }
const std::vector<std::string>& seeded_scheduler::trace() const { return state_->trace; }
std::uint64_t seeded_scheduler::trace_hash() const { return state_->hash; }

} // namespace streams::inline v0::simulated
