#pragma once

#include <streams/core/execution.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace streams::inline v0::simulated {

/// Nobody can go on, and nobody waits for a time: says who waits where.
class deadlock_error final : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Runs threads one at a time: at every yield point a generator with a seed chooses who goes on. Time is virtual: it
/// passes a little with every step, and jumps when all wait. So the same seed gives the same run, step by step, as its
/// trace shows. Every thread is one of the machine's with a baton, so that debuggers, sanitizers and thread_local variables
/// know it.
///
/// No lock is held at a yield point, or what the next thread does may hang: where locks are counted (`lock_count`) the process
/// ends with a sentence.
class seeded_scheduler : public execution {
public:
    struct options {
        std::int64_t wall_ms = 1'700'000'000'000; ///< at the beginning
        unsigned stay_percent = 0; ///< of the yields, in which the thread that yields goes on by itself, if it can
        bool trace = true;         ///< false: only its hash is kept
        int (*lock_count)() noexcept = nullptr; ///< of the calling thread; null: nobody counts
    };
    explicit seeded_scheduler(std::uint64_t seed) : seeded_scheduler(seed, options()) {}
    seeded_scheduler(std::uint64_t seed, options how);
    ~seeded_scheduler() override;
    seeded_scheduler(const seeded_scheduler&) = delete;
    seeded_scheduler& operator=(const seeded_scheduler&) = delete;

    /// Runs `body` as the thread `main`; returns when that has ended. Threads that have not ended by then never go on.
    /// Throws deadlock_error, and what `body` throws. Once.
    void run(const std::function<void()>& body);

    [[nodiscard]] std::int64_t wall_ms() const override;
    [[nodiscard]] std::int64_t steady_ms() const override;
    [[nodiscard]] std::unique_ptr<condition> make_condition(std::string name) override;
    [[nodiscard]] std::unique_ptr<thread> start_thread(std::string name, std::function<void()> body) override;
    [[nodiscard]] std::uint64_t random_bits() override;

    /// A point where others may go on. `place` shows in the trace.
    void yield(std::string_view place);
    /// Threads whose name begins with `prefix` never go on; what they have stays as it is. Called by another thread. Returns
    /// how many there were.
    std::size_t abandon(std::string_view prefix);
    /// Runs `event` on the thread that is about to take step number `step`, before it does.
    void at_step(std::uint64_t step, std::function<void()> event);
    /// Threads whose name begins with `prefix` do not go on before `until`, of the steady clock, whatever wakes them: as when
    /// a process is stopped. Who calls it goes on until it yields.
    void pause(std::string_view prefix, std::int64_t until);
    /// The wall clock is set; the steady one goes on.
    void step_wall(std::int64_t by_ms);
    /// Steps taken so far.
    [[nodiscard]] std::uint64_t steps() const;
    /// A number from the seed, below `limit`.
    [[nodiscard]] std::uint64_t random(std::uint64_t limit);
    /// Notes something in the trace.
    void note(std::string_view text);

    /// What was done, a line a step: `<ms> <thread> <place>`. Empty where none is kept.
    [[nodiscard]] const std::vector<std::string>& trace() const;
    /// Of the trace: the same for the same steps.
    [[nodiscard]] std::uint64_t trace_hash() const;

private:
    struct state;
    class waiting;
    class running;
    std::shared_ptr<state> state_;
};

} // namespace streams::inline v0::simulated
