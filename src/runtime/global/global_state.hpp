#pragma once

#include "src/runtime/global/global_stores.hpp"
#include "src/runtime/tasks/task.hpp"
#include "state/multi_partition_store.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace streams::inline v0 {

/// The one that fills global stores.
inline constexpr task_id global_task{-1, -1};

/// What the global stores of an application are made with. The references outlive them.
struct global_environment {
    streams_config config;
    const clock& time;
    store_memory& memory;
    drop_counters& drops;
    std::filesystem::path directory;   ///< of their folders
    state_disk& disk = machine_disk(); ///< that it is on
    bool stores_in_memory = false;     ///< persistent stores too: the test driver's choice
};

/// The global stores of an application and the nodes that write them (Kafka's `GlobalStateUpdateTask`). One thread
/// restores, updates and commits; tasks read from theirs through readers.
class global_state final : public global_stores {
public:
    /// Opens the stores, with what they have on disk. `partitions_of`: how many partitions a topic has, by its name. `topology`
    /// and `environment`'s references outlive the stores. Throws state_error where the disk refuses.
    global_state(const topology& topology, const global_environment& environment,
                 const std::function<std::int32_t(std::string_view)>& partitions_of);

    [[nodiscard]] std::unique_ptr<state_store> reader(std::string_view store, kept_failure& of_task) override;
    [[nodiscard]] std::optional<store_answer> ask(std::string_view store, const store_question& question) override;
    /// The partitions that fill the stores.
    [[nodiscard]] const std::vector<topic_partition>& inputs() const noexcept { return inputs_; }
    /// The offset that follows what the store of a partition has of it; nullopt: it has nothing.
    [[nodiscard]] std::optional<std::int64_t> next_offset(const topic_partition& input) const;
    /// How many partitions a topic had at least when its store was filled.
    [[nodiscard]] std::size_t width_of(std::string_view topic) const { return filled_from(topic).offsets.size(); }
    /// A time at which the store of a topic had all of it, ms of the wall clock; nullopt: none is known.
    [[nodiscard]] std::optional<std::int64_t> caught_up_at(std::string_view topic) const;
    /// Empties the store of a topic: what it has is not what the topic says. Throws state_error where the disk refuses.
    /// REQUIRES: not begun.
    void empty(std::string_view topic, std::string_view reason);
    /// Makes the nodes, which restored and later records may go through. Once, before any of them.
    void begin();
    [[nodiscard]] const std::string& store_of(std::string_view topic) const;
    /// Reads these as well, which were added to the topics.
    void add_inputs(std::vector<topic_partition> added);
    /// The store itself, or null; for whoever has the only thread.
    [[nodiscard]] state_store* find_store(std::string_view name) noexcept { return stores_->find(name); }

    /// Takes records as they were before the application began: a table's as bytes, others through their processor.
    void restore(kafka::record_batch batch);
    /// Whether to restore no more for now, see managed_store.
    [[nodiscard]] bool disk_lags() const;
    /// Takes records through the nodes. Throws what the deserialization and processing handlers do not resume from.
    void update(kafka::record_batch batch);
    /// What was taken of a topic is all that it held at `at`, ms of the wall clock.
    void complete_as_of(std::string_view topic, std::int64_t at);
    /// What was taken goes to the disk, now or soon, with its offsets. Throws state_error where the disk refuses: it is to be
    /// called again, and nothing is lost until then.
    void commit();
    /// All that the topics had at the beginning was taken.
    void filled();
    /// Bytes of updates since the last commit.
    [[nodiscard]] std::size_t uncommitted_bytes();
    /// Gives back what the memory budget asks for. Throws state_error where the disk refuses.
    void give_back();
    void close();

private:
    /// Global nodes write stores, and nothing else; there is no producer for dead letters either.
    class no_output final : public record_collector {
    public:
        [[nodiscard]] std::int32_t open(std::string_view topic, const record_sender&) override;
        [[nodiscard]] std::int32_t partitions(std::int32_t) override { return 0; }
        void send(std::int32_t, const outgoing_record&) override {}
        void send_dead_letters(std::span<const dead_letter> letters, const record_sender& sender,
                               const record_metadata& origin, bool failing) override;

    private:
        bool warned_ = false;
    };

    /// A store as the topic that fills it sees it.
    struct filled_store {
        const global_store* declared;
        task_store* store;
        multi_partition_store* by_partition;
        std::vector<std::int64_t> offsets{}; ///< the last one taken of each partition; -1: none
    };

    [[nodiscard]] std::unique_ptr<task_stores> open_stores();
    [[nodiscard]] std::unique_ptr<task_stores> open_intact();
    void remove_others();
    void remove(const std::string& store);
    [[nodiscard]] filled_store filled_by(const global_store& declared);
    /// In `filled_`.
    [[nodiscard]] std::size_t place_of(std::string_view topic) const;
    [[nodiscard]] const filled_store& filled_from(std::string_view topic) const { return filled_[place_of(topic)]; }
    void note(const topic_partition& input, std::int64_t last);

    const topology& topology_;
    const global_environment environment_;
    streams_config config_;
    no_output collector_;
    std::vector<topic_partition> inputs_;
    fair_mutex guard_; ///< of the stores: neither who fills them nor those that read them are to wait for all others
    bool closed_ = false;
    std::unique_ptr<task_stores> stores_;
    std::vector<filled_store> filled_;  ///< by the topics, in their order
    std::unique_ptr<stream_task> task_; ///< null before `begin`
    bool refused_ = false;              ///< the disk has not taken all that is committed
};

} // namespace streams::inline v0
