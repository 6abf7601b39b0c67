#pragma once

#include "src/core/stop_source.hpp"
#include "src/core/waiting_mutex.hpp"
#include "src/runtime/application/application_status.hpp"
#include "src/runtime/application/instance_server.hpp"
#include "src/runtime/application/stream_threads.hpp"
#include "src/runtime/global/global_thread.hpp"
#include "src/runtime/metrics/changelog_metrics.hpp"
#include "src/runtime/queries/restored_positions.hpp"
#include "src/runtime/queries/state_queries.hpp"
#include "src/runtime/queries/store_places.hpp"
#include "src/runtime/stores/state_cleaner.hpp"
#include "src/runtime/topics/topic_watch.hpp"

#include <streams/core/execution.hpp>
#include <streams/runtime/kafka_streams.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace streams::inline v0 {

/// The client id of an application, after which its threads are named.
[[nodiscard]] std::string client_id_of(const streams_config& config);

/// What a kafka_streams runs: sets up topics and the state folder, then has its threads run until they end.
class kafka_streams::application final : private thread_host, private query_host, private instance_view {
public:
    /// `time` and `disk` outlive it.
    application(topology topology, streams_config config, std::shared_ptr<kafka::client_supplier> clients,
                execution& time, state_disk& disk);
    ~application();
    application(const application&) = delete;
    application& operator=(const application&) = delete;

    [[nodiscard]] application_status& status() noexcept { return status_; }
    [[nodiscard]] const std::shared_ptr<state_queries>& queries() const noexcept { return queries_; }
    void set_restore_listener(restore_listener listener);
    void set_standby_update_listener(standby_update_listener listener);
    void set_uncaught_exception_handler(uncaught_exception_handler handler);
    void start();
    bool close(std::chrono::milliseconds timeout);
    void clean_up();
    std::optional<std::string> add_stream_thread();
    std::optional<std::string> remove_stream_thread(std::chrono::milliseconds timeout);
    [[nodiscard]] std::int32_t num_stream_threads() const noexcept { return threads_.count(); }
    void pause(bool paused) noexcept { paused_ = paused; }
    [[nodiscard]] bool is_paused() const noexcept { return paused_; }
    /// What close begins with: threads that run end, and none is started any more.
    void ask_for_end() noexcept;
    /// Whether the calling thread is one that this application turns or tells its state to: it cannot wait for the end.
    [[nodiscard]] bool runs_here() const noexcept;
    [[nodiscard]] application_counts counts() const;
    [[nodiscard]] std::vector<metric> metrics() const override;
    /// Throws streams_not_started_error and streams_stopped_error.
    [[nodiscard]] store_places places() const;
    /// See kafka_streams::query_metadata_for_key.
    [[nodiscard]] std::optional<key_query_metadata> metadata_of_place(
        std::string_view store, const std::function<std::int32_t(std::int32_t partitions)>& place) const;
    /// See kafka_streams::all_local_store_partition_lags.
    [[nodiscard]] store_partition_lags lags(std::chrono::milliseconds timeout) const;
    [[nodiscard]] execution& time() const noexcept { return time_; }

private:
    /// How long start() waits for the cluster before threads do.
    static constexpr std::chrono::milliseconds first_patience{5000};

    /// Holds the application in a state that is `admitted`; throws streams_error in another.
    [[nodiscard]] std::unique_lock<waiting_mutex> hold_while(bool (*admitted)(application_state),
                                                             std::string_view doing, std::string_view remedy);

    // application.cpp: its life
    void make_threads();
    void start_others();
    void run_globals() noexcept;
    void keep_globals_current();
    [[nodiscard]] bool may_change_threads(std::string_view doing) const;
    void note_progress() noexcept;
    void fail(const std::string& reason) noexcept;
    void fail(thread_exception_response response, const std::string& reason) noexcept;
    void stop_threads() noexcept;
    void end_when_all_have() noexcept;

    // application_metrics.cpp
    void listen();

    // application_topics.cpp: what is there before tasks run
    [[nodiscard]] bool set_up(std::chrono::milliseconds timeout);
    [[nodiscard]] bool await_topics(const stop_source& stop);
    [[nodiscard]] bool set_up_patiently(const stop_source& stop);
    void run_watch() noexcept;
    [[nodiscard]] std::string watch_name() const { return environment_->client_id + "-TopicThread"; }
    [[nodiscard]] bool await_look(std::chrono::milliseconds pause);
    void look_for_topics() noexcept;
    [[nodiscard]] bool await_readiness(const stop_source& stop) override;
    void stopped() noexcept override;

    // application_failures.cpp
    [[nodiscard]] thread_exception_response answer_for(const std::exception& failure) noexcept override;
    [[nodiscard]] bool goes_on_after(const std::exception& failure) noexcept override;
    [[nodiscard]] thread_exception_response ask_about(const std::exception& failure, std::string& reason) noexcept;
    void fail_without_replacement(const std::exception& failure) noexcept;
    void tell_all_to_end() noexcept override;

    void enter(const std::string& thread) override;
    void ended() noexcept override;

    [[nodiscard]] application_state state_now() const override { return status_.state(); }
    [[nodiscard]] bool queries_itself() const noexcept override { return runs_here(); }
    [[nodiscard]] std::optional<std::int32_t> partitions_of(std::int32_t sub_topology) const override;
    [[nodiscard]] global_stores* filled_globals() const override;

    const topology topology_; ///< as it was given: the topics of patterns are in the views
    const streams_config config_;
    std::shared_ptr<kafka::client_supplier> clients_;
    execution& time_;
    stop_source stop_;
    restore_listener on_restore_; ///< of the user, as the next
    standby_update_listener on_standby_update_;
    restored_positions restored_;
    restore_listener on_restore_noted_; ///< the same, behind what notes the progress
    standby_update_listener on_standby_update_noted_;
    uncaught_exception_handler on_uncaught_; ///< empty: shutdown_client
    metrics_registry metrics_;
    changelog_metrics changelog_metrics_;
    restore_listener on_restore_measured_; ///< what is noted, behind what measures it
    standby_update_listener on_standby_update_measured_;
    memory_budget memory_;
    store_memory store_memory_;
    state_directory states_;
    std::unique_ptr<kafka::admin> admin_;
    retention_watch retention_;
    group_watch group_;
    instance_directory instances_;
    application_status status_;
    std::shared_ptr<state_queries> queries_;
    std::atomic<bool> paused_{false};
    std::atomic<bool> all_end_{false};       ///< all instances of the application do
    std::unique_ptr<state_cleaner> cleaner_; ///< null: there is nothing on disk
    std::unique_ptr<topic_views> views_;     ///< null before the start, as the one below
    std::unique_ptr<shared_environment> environment_;
    std::unique_ptr<thread_environment> global_environment_;
    std::unique_ptr<global_thread> globals_; ///< null: the topology has no global stores; set under the mutex
    stream_threads threads_;
    std::unique_ptr<execution::thread> globals_run_on_;
    std::unique_ptr<execution::thread> watch_runs_on_; ///< null: no source has a pattern
    mutable std::mutex mutex_;                         ///< of those below
    std::unique_ptr<execution::condition> progressed_;
    bool topics_ready_ = false;
    bool setting_up_ = false; ///< somebody sees to the topics
    bool globals_ready_ = false;
    bool globals_ended_ = true;
    bool watch_ended_ = true;
    bool topics_changed_ = false; ///< says a stream thread
    bool ended_ = false;
    bool told_all_ = false;  ///< that they are to end
    waiting_mutex starting_; ///< start, setters, and the parts of close that are not waiting, one at a time
    std::atomic<bool> cluster_was_away_{false};
    std::atomic<std::uint64_t> failed_threads_{0};
    std::unique_ptr<instance_server> server_; ///< null: nobody is to be answered, or it has ended
};

} // namespace streams::inline v0
