#pragma once

#include "src/runtime/global/global_stores.hpp"
#include "src/runtime/tasks/task.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace streams::inline v0 {

/// What the global stores of an application are made with. The references outlive them.
struct global_environment {
    const streams_config& config;
    const clock& time;
    store_memory& memory;
    drop_counters& drops;
    std::filesystem::path directory;   ///< emptied first: the stores are filled from their topics
    state_disk& disk = machine_disk(); ///< that it is on
    bool stores_in_memory = false;     ///< persistent stores too: the test driver's choice
};

/// The global stores of an application and the nodes that write them (Kafka's `GlobalStateUpdateTask`). One thread
/// restores, updates and commits; tasks read from theirs through readers.
class global_state final : public global_stores {
public:
    /// `partitions_of`: how many partitions a topic has, by its name. `topology` outlives the stores.
    global_state(const topology& topology, const global_environment& environment,
                 const std::function<std::int32_t(std::string_view)>& partitions_of);

    [[nodiscard]] std::unique_ptr<state_store> reader(std::string_view store) override;
    /// The partitions that fill the stores.
    [[nodiscard]] const std::vector<topic_partition>& inputs() const noexcept { return inputs_; }
    /// Reads these as well, which were added to the topics.
    void add_inputs(std::vector<topic_partition> added);
    /// The store itself, or null; for whoever has the only thread.
    [[nodiscard]] state_store* find_store(std::string_view name) noexcept { return stores_->find(name); }

    /// Takes records as they were before the application began: a table's as bytes, others through their processor.
    void restore(kafka::record_batch batch);
    /// Takes records through the nodes. Throws what the deserialization and processing handlers do not resume from.
    void update(kafka::record_batch batch);
    /// Throws state_error where the disk refuses: it is to be called again, and nothing is lost until then.
    void commit();
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

    [[nodiscard]] task_store* restored_by_bytes(std::string_view topic);

    const topology& topology_;
    streams_config config_;
    no_output collector_;
    std::vector<topic_partition> inputs_;
    std::mutex guard_; ///< of the stores
    std::unique_ptr<task_stores> stores_;
    std::unique_ptr<stream_task> task_;
    bool refused_ = false; ///< the last commit has not written all
};

} // namespace streams::inline v0
