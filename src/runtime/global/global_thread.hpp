#pragma once

#include "src/runtime/global/completeness_watch.hpp"
#include "src/runtime/global/global_state.hpp"
#include "src/runtime/stores/restore_report.hpp"
#include "src/runtime/thread/open_transaction_watch.hpp"
#include "src/runtime/thread/thread_environment.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace streams::inline v0 {

/// Fills the global stores of an application before its tasks run, and keeps them current while they do (Kafka's
/// `GlobalStreamThread`): all partitions of their topics, without a group. It has no thread of its own: somebody calls
/// `fill` until that says true, then `run_once` until the end, always from one thread. Partitions that are added to the topics
/// are read from when it hears of them.
class global_thread final : public global_stores {
public:
    /// Makes the client; talks to nobody yet. Throws config_error where it refuses its settings.
    explicit global_thread(const thread_environment& environment);
    global_thread(const global_thread&) = delete;
    global_thread& operator=(const global_thread&) = delete;

    /// Makes the stores, where they are to be filled, and reads on for a while. True: they hold what their topics held
    /// when this began. Throws topology_error, state_error, cluster_error, and what nodes throw.
    [[nodiscard]] bool fill();
    /// Reads what is new, waiting for it up to poll.ms. Throws as fill does.
    void run_once();
    /// Before `close`: what the stores have goes to the disk. What the disk refuses, the next start reads again.
    /// REQUIRES: `fill` has said true.
    void commit();
    /// Closes stores and client. No task may read any more.
    void close() noexcept;

    /// REQUIRES: `fill` has said true. From any thread.
    [[nodiscard]] std::unique_ptr<state_store> reader(std::string_view store, kept_failure& of_task) override {
        return state_->reader(store, of_task);
    }
    [[nodiscard]] std::optional<store_answer> ask(std::string_view store, const store_question& question) override {
        return state_->ask(store, question);
    }
    /// Of its thread.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] const drop_counters& drops() const noexcept { return drops_; }

private:
    /// Partitions were added, and taken on; the last time.
    struct growth {
        std::int64_t at;                                ///< steady ms
        std::optional<std::int64_t> assigns_again_at{}; ///< steady ms; nullopt: nothing has failed since it did
        bool told = false;
    };

    /// A partition until it is filled up to where it ended at the beginning.
    struct filling {
        std::int64_t begin;
        std::int64_t end;
        std::int64_t rows = 0;
    };

    void begin();
    [[nodiscard]] std::optional<std::string> reason_to_refill(
        const std::string& topic, std::size_t width, const std::map<topic_partition, kafka::log_bounds>& found) const;
    void begin_filling(const topic_partition& input, kafka::log_bounds bounds);
    [[nodiscard]] bool rest();
    void fill_from(kafka::record_batch batch);
    void end_filling();
    [[nodiscard]] restore_standing standing_of(const topic_partition& input, const filling& now);
    void read_all();
    void follow_topics();
    void look_again(std::string_view unknown);
    [[nodiscard]] std::vector<topic_partition> added_partitions();
    [[nodiscard]] bool is_of_growth(const kafka::result& failure);
    void assign_again();
    [[nodiscard]] std::vector<kafka::record_batch> poll();
    void commit_when_due();
    template <class Write>
    [[nodiscard]] bool written(Write write);
    void wait_out(const state_error& refusal);

    const thread_environment& environment_;
    std::string name_;
    memory_reservation fetch_queue_;
    memory_reservation uncommitted_; ///< for updates of all stores
    open_transaction_watch open_transactions_;
    completeness_watch completeness_;
    std::unique_ptr<kafka::consumer> consumer_;
    drop_counters drops_;
    std::unique_ptr<global_state> state_;            ///< null before the first `fill`
    std::map<topic_partition, std::int64_t> starts_; ///< of all partitions: their position until something is polled
    std::map<topic_partition, filling> fillings_;    ///< partitions that are not filled yet
    restore_report report_;                          ///< of those
    std::int64_t next_look_ = 0;                     ///< at the width of the topics, steady ms
    int looks_in_vain_ = 0;                          ///< one after the other
    std::optional<growth> grown_;                    ///< nullopt: no partitions were added yet
    std::int64_t last_commit_ = 0;
    std::optional<std::int64_t> refused_since_; ///< by the disk, steady ms; nullopt: the last commit was not
    std::int64_t begun_at_ = 0;                 ///< steady ms
    std::size_t filled_ = 0;                    ///< records that `fill` has read
    bool error_logged_ = false;
};

} // namespace streams::inline v0
