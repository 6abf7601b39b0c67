#pragma once

#include "src/embedded/file.hpp"
#include "src/embedded/group.hpp"
#include "src/embedded/journal.hpp"
#include "src/embedded/partition_log.hpp"
#include "src/embedded/topic_settings.hpp"
#include "src/embedded/transactions.hpp"

#include <streams/core/execution.hpp>
#include <streams/core/partitioner.hpp>
#include <streams/core/topic_partition.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

namespace streams::inline v0::embedded {

/// A topic: its partitions' logs.
struct topic {
    /// Where Java places a record of this key; null keys go to the partitions in turn.
    [[nodiscard]] std::int32_t partition_for(const std::optional<bytes_view>& key) {
        const auto count = static_cast<std::int32_t>(logs.size());
        if (key) return partition_of(*key, count);
        return static_cast<std::int32_t>(turn.fetch_add(1, std::memory_order_relaxed) % logs.size());
    }

    std::string name;
    std::map<std::string, std::string> config;
    topic_settings settings;
    std::vector<std::shared_ptr<partition_log>> logs;
    std::atomic<std::size_t> turn{0};
    std::atomic<bool> outdated{false}; ///< removed or widened: clients that still hold it look the name up again
};

struct cluster_options {
    std::filesystem::path folder; ///< empty: in memory only
    group::settings groups{};
    std::chrono::milliseconds transaction_timeout{60'000}; ///< until one that nobody ends is aborted
};

/// Topics and groups, and the folder that keeps them. Thread-safe. Starts no threads: whatever is due is done by those
/// who call. Lock order: the transactions, a group, the topics, a log, the journal.
class cluster : public std::enable_shared_from_this<cluster> {
public:
    /// Throws streams_error where the folder is in use, damaged, or cannot be written to.
    cluster(cluster_options options, execution& time);
    ~cluster();

    [[nodiscard]] execution& time() const noexcept { return time_; }
    [[nodiscard]] const group::settings& group_limits() const noexcept { return options_.groups; }

    /// False: there is one of this name already. Throws config_error (name, count, config), streams_error (disk).
    bool create_topic(const std::string& name, std::int32_t partitions,
                      const std::map<std::string, std::string>& config);
    /// Widens a topic to `partitions` in all: its logs stay, new ones are added. False: there is none of this name.
    /// Throws config_error where that would not widen it, streams_error (disk).
    bool create_partitions(const std::string& name, std::int32_t partitions);
    /// False: there is none.
    bool remove_topic(const std::string& name);
    /// Null: there is none.
    [[nodiscard]] std::shared_ptr<topic> find(std::string_view name) const;
    [[nodiscard]] std::shared_ptr<partition_log> find_log(const topic_partition& partition) const;
    [[nodiscard]] std::vector<std::string> topic_names() const;

    /// Deletes the records before `offset` (negative: all there are). REQUIRES: offset <= end.
    void delete_records(partition_log& log, std::int64_t offset);
    /// Applies retention.ms and retention.bytes to every topic.
    void apply_retention();

    [[nodiscard]] transactions& transactional() noexcept { return *transactions_; }

    /// The group, made where there is none.
    [[nodiscard]] std::shared_ptr<group> group_of(const std::string& id);
    /// Null: there is none.
    [[nodiscard]] std::shared_ptr<group> find_group(const std::string& id) const;

private:
    void open_folder();
    [[nodiscard]] transactions::surroundings around_transactions();
    using log_starts = std::function<std::int64_t(const topic_partition&)>;
    static void check_partitions(const std::string& topic, std::int32_t partitions);
    [[nodiscard]] std::shared_ptr<topic> make_topic(const std::string& name, std::int32_t partitions,
                                                    const std::map<std::string, std::string>& config,
                                                    const log_starts& starts) const;
    void add_logs(topic& to, std::int32_t until, const log_starts& starts) const;
    void forget_folders(const std::string& topic, std::int32_t from, std::int32_t to) const;
    [[nodiscard]] std::filesystem::path folder_of(const std::string& topic, std::int32_t partition) const;
    [[nodiscard]] std::vector<std::shared_ptr<group>> groups() const;
    void tell_groups(const std::string& topic);

    const cluster_options options_;
    execution& time_;
    std::optional<file> lock_file_;
    std::unique_ptr<journal> journal_;
    mutable std::shared_mutex topics_mutex_;
    std::map<std::string, std::shared_ptr<topic>, std::less<>> topics_;
    mutable std::mutex groups_mutex_;
    std::map<std::string, std::shared_ptr<group>> groups_;
    std::unique_ptr<transactions> transactions_;
};

} // namespace streams::inline v0::embedded
