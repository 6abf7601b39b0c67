#pragma once

#include "src/runtime/tasks/task.hpp"

#include <streams/core/manual_clock.hpp>
#include <streams/topology/topology.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace operators {

/// Takes what a topology writes: internal topics are read back, all else is copied once, as a producer does, and forgotten.
class looping_collector final : public streams::record_collector {
public:
    struct looped {
        std::string topic;
        std::vector<std::byte> content{};
        struct extent {
            std::int64_t timestamp;
            std::int64_t key;   ///< bytes; negative: null
            std::int64_t value; ///< the same
            streams::headers headers;
        };
        std::vector<extent> records{};
    };

    explicit looping_collector(std::vector<std::string> read_back);
    [[nodiscard]] std::int32_t open(std::string_view topic, const streams::record_sender& sender) override;
    [[nodiscard]] std::int32_t partitions(std::int32_t) override { return 1; }
    void send(std::int32_t topic, const streams::outgoing_record& r) override;
    void send_dead_letters(std::span<const streams::dead_letter>, const streams::record_sender&,
                           const streams::record_metadata&, bool) override {}

    [[nodiscard]] std::vector<looped>& read_back() noexcept { return looped_; }
    /// How many records left for good.
    [[nodiscard]] std::uint64_t sent() const noexcept { return sent_; }

private:
    std::vector<looped> looped_;
    std::vector<std::string> names_;
    std::vector<std::int32_t> loop_of_; ///< by topic; -1: leaves
    std::vector<std::byte> outgoing_;
    std::uint64_t sent_ = 0;
};

/// A topology at work on bytes in one task, on this thread, and measured as one is in an application. Commits every few
/// thousand records.
class running_topology {
public:
    /// `hot_bytes`: of each store, which is on disk; nullopt: they are in memory.
    explicit running_topology(streams::topology of, std::optional<std::size_t> hot_bytes = std::nullopt);
    ~running_topology();
    running_topology(const running_topology&) = delete;
    running_topology& operator=(const running_topology&) = delete;

    /// Queues records of an input topic, in the order of their timestamps. The views stay valid until `run` returns.
    void feed(const std::string& topic, std::vector<streams::record_view> records);
    /// Processes all that is queued, what comes back through internal topics included, and commits.
    void run();
    [[nodiscard]] std::uint64_t sent() const noexcept { return collector_.sent(); }
    /// Bytes of memory that the stores hold.
    [[nodiscard]] std::size_t store_bytes() const;

private:
    bool loop_back();

    streams::topology topology_;
    streams::streams_config config_;
    streams::manual_clock time_;
    streams::drop_counters drops_;
    streams::metrics_registry metrics_{streams::recording_level::info, {}};
    streams::thread_metrics measuring_{metrics_, "bench", time_};
    streams::task_metrics measured_{measuring_, {0, 0}};
    looping_collector collector_;
    std::filesystem::path folder_;
    streams::memory_budget budget_;
    streams::store_memory memory_{budget_};
    std::unique_ptr<streams::task_stores> stores_;
    std::unique_ptr<streams::stream_task> task_;
    std::map<std::string, std::int64_t> next_offset_;
    std::int64_t logged_ = 0;
};

} // namespace operators
