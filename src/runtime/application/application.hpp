#pragma once

#include "src/core/stop_source.hpp"
#include "src/core/waiting_mutex.hpp"
#include "src/runtime/application/application_status.hpp"
#include "src/runtime/global/global_thread.hpp"
#include "src/runtime/stores/state_cleaner.hpp"
#include "src/runtime/thread/stream_thread.hpp"

#include <streams/core/execution.hpp>
#include <streams/runtime/kafka_streams.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace streams::inline v0 {

/// What a kafka_streams runs: sets up topics and the state folder, then turns its stream threads until they end.
class kafka_streams::application {
public:
    /// `time` and `disk` outlive it.
    application(topology topology, streams_config config, std::shared_ptr<kafka::client_supplier> clients,
                execution& time, state_disk& disk);
    ~application();
    application(const application&) = delete;
    application& operator=(const application&) = delete;

    [[nodiscard]] application_status& status() noexcept { return status_; }
    void set_restore_listener(restore_listener listener);
    void start();
    bool close(std::chrono::milliseconds timeout);
    void clean_up();
    /// What close begins with: threads that run end, and none is started any more.
    void ask_for_end() noexcept;
    /// Whether the calling thread is one that this application turns or tells its state to: it cannot wait for the end.
    [[nodiscard]] bool runs_here() const noexcept;
    [[nodiscard]] application_counts counts() const;
    [[nodiscard]] execution& time() const noexcept { return time_; }

private:
    /// Holds the application in a state that is `admitted`; throws streams_error in another.
    [[nodiscard]] std::unique_lock<waiting_mutex> hold_while(bool (*admitted)(application_state),
                                                             std::string_view doing, std::string_view remedy);
    void find_topics();
    [[nodiscard]] bool set_up(std::chrono::milliseconds timeout);
    bool await_set_up(bool leads);
    bool await_globals();
    void run(std::size_t at) noexcept;
    void run_globals() noexcept;
    void keep_globals_current();
    void fail(const std::string& reason) noexcept;
    void note_progress() noexcept;
    void stop_threads() noexcept;
    void one_ended() noexcept;

    topology topology_; ///< constant once it has been started
    const streams_config config_;
    std::shared_ptr<kafka::client_supplier> clients_;
    execution& time_;
    stop_source stop_;
    restore_listener on_restore_;
    memory_budget memory_;
    store_memory store_memory_{memory_};
    state_directory states_;
    std::unique_ptr<kafka::admin> admin_;
    topic_layout layout_;
    retention_watch retention_;
    application_status status_;
    std::unique_ptr<state_cleaner> cleaner_; ///< null: there is nothing on disk
    std::unique_ptr<thread_environment> environment_;
    std::unique_ptr<global_thread> globals_;                     ///< null: the topology has no global stores
    std::vector<std::unique_ptr<stream_thread>> stream_threads_; ///< constant while they run
    std::vector<std::unique_ptr<execution::thread>> threads_;
    mutable std::mutex mutex_; ///< of the three below, and of stream_threads_ until they run
    std::unique_ptr<execution::condition> progressed_;
    bool topics_ready_ = false;
    bool globals_ready_ = false;
    std::atomic<std::size_t> alive_{0}; ///< threads that run, that of the global stores among them
    waiting_mutex starting_;            ///< start, setters, and the parts of close that are not waiting, one at a time
    bool cluster_was_away_ = false;
};

} // namespace streams::inline v0
