#pragma once

#include "src/core/stop_source.hpp"
#include "src/runtime/application/replacement_pause.hpp"
#include "src/runtime/thread/stream_thread.hpp"

#include <streams/core/execution.hpp>
#include <streams/runtime/kafka_streams.hpp>
#include <streams/runtime/uncaught_exception_handler.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace streams::inline v0 {

/// What stream threads ask of their application, and tell it: on their own threads, with no lock held.
class thread_host {
public:
    /// The calling thread begins, under this name.
    virtual void enter(const std::string& thread) = 0;
    /// Waits until tasks may run. False: `stop` was requested. Throws what keeps them from it.
    [[nodiscard]] virtual bool await_readiness(const stop_source& stop) = 0;
    /// A thread was asked to stop: who waits in `await_readiness` is to look.
    virtual void stopped() noexcept = 0;
    /// A thread has failed, and is closed next: what is to become of the application, which ends unless the answer is
    /// `replace_thread`.
    [[nodiscard]] virtual thread_exception_response answer_for(const std::exception& failure) noexcept = 0;
    /// The answer was `replace_thread`, and the thread is closed. False: the application ends by now, and in error.
    [[nodiscard]] virtual bool goes_on_after(const std::exception& failure) noexcept = 0;
    /// The answer was `shutdown_application`, and the thread has left the group.
    virtual void tell_all_to_end() noexcept = 0;
    /// A thread is not among those alive any more.
    virtual void ended() noexcept = 0;

protected:
    ~thread_host() = default;
};

/// The stream threads of an application, numbered from 1: started, added, removed, made anew where they fail, and added up.
/// A number that is free goes to the next. Thread-safe.
class stream_threads {
public:
    /// Both outlive it.
    stream_threads(thread_host& host, execution& time)
        : host_(host), time_(time), changed_(time.make_condition("stream threads")) {}
    stream_threads(const stream_threads&) = delete;
    stream_threads& operator=(const stream_threads&) = delete;

    /// Makes so many, which do not run yet. `environment` outlives them. Throws config_error where a client refuses its
    /// settings.
    void make(std::int32_t count, const shared_environment& environment);
    /// Forgets those that were made. REQUIRES: none has run.
    void unmake();
    /// Has those that `make` made run, while others may be added. Throws streams_error where the operating system refuses one: those that it has refused
    /// have ended.
    void launch();
    /// Makes one more, and has it run. Its name; nullopt: all were asked to stop. Throws as `make` and `launch`.
    std::optional<std::string> add(const shared_environment& environment);
    /// Asks the last of them to end, and the one that calls only where there is no other. `timeout`: how long that is waited
    /// for; 0: not. Its name; nullopt: there is none. Throws streams_error where it takes longer.
    std::optional<std::string> remove(std::chrono::milliseconds timeout);
    void stop_all() noexcept;
    void await_end_of_all();
    /// Waits for what they run on. REQUIRES: all were asked to stop and have ended.
    void join();

    /// Those that were not asked to leave.
    [[nodiscard]] const std::atomic<std::int32_t>& count() const noexcept { return count_; }
    [[nodiscard]] bool all_ended() const;
    /// Whether those that were not asked to leave have joined the group, and all of their tasks run.
    [[nodiscard]] bool all_run() const;
    /// Adds what all have done, those that are gone among them.
    void add_to(application_counts& counts) const;

private:
    struct work_done {
        std::uint64_t processed = 0;
        std::uint64_t sent = 0;
        std::array<std::uint64_t, drop_reasons> dropped{};

        void add(const stream_thread& by);
    };
    /// Where a thread is, and after it has failed the next.
    struct place {
        place(std::int32_t place_number, const shared_environment& environment)
            : number(place_number), name(thread_name(environment.client_id, number)), around(environment),
              stop(environment.time, name) {}

        [[nodiscard]] bool stays() const noexcept { return !ended && !stop.stop_requested(); }

        const std::int32_t number;
        const std::string name;
        const shared_environment& around;
        stop_source stop;
        std::unique_ptr<stream_thread> thread{}; ///< null: it has ended, or is to be made anew
        std::int64_t made_at = 0;                ///< steady ms
        replacement_pause pause{};
        membership joins_as = membership::static_member;
        std::optional<std::int64_t> lost_place_at{};  ///< steady ms, in the group
        std::unique_ptr<execution::thread> runs_on{}; ///< null: on nothing yet
        bool launched = false;                        ///< or given up: who made it is done with it
        int awaited = 0;                              ///< by so many
        bool ended = false;
        bool left = false; ///< what it ran on calls nobody any more
    };

    [[nodiscard]] place* make_place(const shared_environment& environment);
    void fill(place& here);
    void empty(place& here) noexcept;
    void start(place& here);
    void give_up(place& here) noexcept;
    void refuse(std::span<place* const> those) noexcept;
    void run(place& here) noexcept;
    [[nodiscard]] bool live(place& here) noexcept;
    [[nodiscard]] bool recover(place& here, const std::exception& failure) noexcept;
    [[nodiscard]] bool join_anew(place& here, const lost_place_error& failure) noexcept;
    void end(place& here) noexcept;
    [[nodiscard]] place* last_to_remove() const noexcept;
    void forget_ended();
    void recount() noexcept;

    thread_host& host_;
    execution& time_;
    mutable std::mutex mutex_; ///< of all below
    std::unique_ptr<execution::condition> changed_;
    std::vector<std::unique_ptr<place>> places_; ///< those that have ended until another is added
    std::vector<place*> made_;                   ///< to be launched
    work_done gone_;                             ///< by threads that are no more
    bool stopping_ = false;
    std::atomic<std::int32_t> count_{0};
};

} // namespace streams::inline v0
