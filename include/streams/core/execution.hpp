#pragma once

#include <streams/core/clock.hpp>
#include <streams/core/saturation.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <string>

namespace streams::inline v0 {

/// A moment of the steady clock that does not come.
inline constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

/// Time, waiting and waking, threads, and chance; handed in, so that the same code runs on the machine's threads and under a
/// scheduler that decides who goes on. Whatever waits or starts a thread does it here. Thread-safe.
///
/// To wait is to yield: no lock but the one that is handed in may be held. Mutexes that are held briefly stay `std::mutex`.
class execution : public clock {
public:
    /// What threads wait on under a mutex of their owner (a `std::condition_variable` of this execution). Thread-safe.
    class condition {
    public:
        virtual ~condition() = default;
        /// Wakes all who wait.
        virtual void notify_all() noexcept = 0;
        /// Lets go of `lock`, waits for a notification, and takes it again; may return without one. `deadline`: of the
        /// steady clock, in ms; false: it has come.
        virtual bool wait(std::unique_lock<std::mutex>& lock, std::int64_t deadline) = 0;
        /// Waits until `met()`, which is asked under the lock; its last answer.
        template <class Predicate>
        bool wait(std::unique_lock<std::mutex>& lock, std::int64_t deadline, Predicate&& met) {
            while (!met())
                if (!wait(lock, deadline)) return met();
            return true;
        }
    };

    /// A thread that was started; waited for at the end of this handle, unless it was joined or detached.
    class thread {
    public:
        virtual ~thread() = default;
        /// Waits for its end; returns at once where it was joined or detached already.
        virtual void join() = 0;
        virtual void detach() = 0;
    };

    /// `name`: what is waited for, for whoever looks at who waits where.
    [[nodiscard]] virtual std::unique_ptr<condition> make_condition(std::string name) = 0;
    /// Runs `body`, which does not throw, on a thread of its own. The operating system knows it by the end of `name`.
    /// Throws std::system_error where it refuses a thread.
    [[nodiscard]] virtual std::unique_ptr<thread> start_thread(std::string name, std::function<void()> body) = 0;

    /// For ids that nobody else is to have. Not for secrets.
    [[nodiscard]] virtual std::uint64_t random_bits() = 0;

    /// The moment of the steady clock that is `span` away; `never` where that is too far.
    [[nodiscard]] std::int64_t after(std::chrono::milliseconds span) const {
        return detail::add_sat(steady_ms(), span.count());
    }
    /// Waits on the calling thread.
    void sleep(std::chrono::milliseconds span);
};

/// The machine's time and threads; its clock is `system_clock`. Lives as long as the process.
[[nodiscard]] execution& machine() noexcept;

} // namespace streams::inline v0
