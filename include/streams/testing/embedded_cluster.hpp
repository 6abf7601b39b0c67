#pragma once

#include <streams/core/bytes.hpp>
#include <streams/core/headers.hpp>
#include <streams/core/isolation_level.hpp>
#include <streams/core/topic_partition.hpp>
#include <streams/serde/serde.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace streams::inline v0 {

class execution;
namespace kafka {
class client_supplier;
}
namespace embedded {
class cluster;
}

struct embedded_cluster_options {
    /// Where topics, groups and offsets are kept; made where it does not exist. Empty: in memory only. Every record and
    /// offset is the kernel's as soon as the call that wrote it returns: it survives kill -9 of the process at any
    /// moment, but nothing is synced to the disk, so the machine's own failure may cost what was written last.
    std::filesystem::path folder{};
    execution* time = nullptr; ///< what polls wait on; null: the machine's; another one outlives the cluster
    std::chrono::milliseconds session_timeout{45'000};    ///< until a member whose process died is expelled
    std::chrono::milliseconds max_poll_interval{300'000}; ///< until a member that does not poll is expelled
    /// Until a transaction that nobody ends is aborted, where its producer does not say
    std::chrono::milliseconds transaction_timeout{60'000};
};

/// Where and when a record is put: by default by its key as Java places it (a null key: in turn), and now.
struct record_placement {
    std::optional<std::int64_t> timestamp{}; ///< ms since the epoch
    std::optional<std::int32_t> partition{};
    const streams::headers* headers = nullptr; ///< null: none; borrowed for the call
};

/// A record in a topic of the cluster, owned.
template <class Key, class Value>
struct stored_record {
    Key key{};
    Value value{};
    std::int64_t timestamp = 0; ///< ms since the epoch
    streams::headers headers{};
    std::int32_t partition = 0;
    std::int64_t offset = 0;
};
using raw_stored_record = stored_record<std::optional<bytes>, std::optional<bytes>>;

/// A group's committed offset, and what it noted with it.
struct stored_offset {
    std::int64_t offset = 0;
    std::string metadata{};

    friend bool operator==(const stored_offset&, const stored_offset&) = default;
};

/// Kafka's log in this process: topics with partitions, groups, committed offsets; no server, no thread, no port. It is
/// what applications run on without a broker, in tests and in demonstrations: several kafka_streams and plain calls may
/// share one. Topics are kept for ever unless their configuration says otherwise.
/// Thread-safe. The cluster lives until it and all clients made from it are gone; only then is its folder free.
class embedded_cluster {
public:
    /// Throws streams_error for a folder that is in use, damaged, of another version, or cannot be written to.
    explicit embedded_cluster(embedded_cluster_options options = {});
    ~embedded_cluster();
    embedded_cluster(embedded_cluster&&) noexcept;
    embedded_cluster& operator=(embedded_cluster&&) noexcept;

    /// What a kafka_streams is given to run on this cluster.
    [[nodiscard]] std::shared_ptr<kafka::client_supplier> clients() const;

    /// False, and nothing happens, where the topic exists. `config` has Kafka's names (`cleanup.policy`, ...). Throws
    /// config_error for an impossible name, count or configuration.
    bool create_topic(std::string_view name, std::int32_t partitions = 1,
                      const std::map<std::string, std::string>& config = {});
    /// Widens a topic to `partitions` in all, as `kafka-topics.sh --alter` does: groups that read it are assigned anew.
    /// False where there is no such topic. Throws config_error where that would not widen it.
    bool create_partitions(std::string_view name, std::int32_t partitions);
    /// False where there is no such topic. Its committed offsets go too.
    bool remove_topic(std::string_view name);
    /// In alphabetical order.
    [[nodiscard]] std::vector<std::string> topics() const;
    /// 0 where there is no such topic.
    [[nodiscard]] std::int32_t partitions(std::string_view topic) const;

    /// Appends one record and returns its offset. nullopt: null. Throws streams_error where there is no such topic or
    /// partition, the record is refused (max.message.bytes, null key in a compacted topic), or the disk is full.
    std::int64_t produce_bytes(std::string_view topic, std::optional<bytes_view> key, std::optional<bytes_view> value,
                               const record_placement& placement = {});
    template <readable_and_writable Key, readable_and_writable Value>
    std::int64_t produce(std::string_view topic, const Key& key, const Value& value,
                         const record_placement& placement = {}) {
        bytes key_bytes;
        bytes value_bytes;
        const bool has_key = encode(key, key_bytes);
        const bool has_value = encode(value, value_bytes);
        return produce_bytes(topic, has_key ? std::optional(key_bytes.view()) : std::nullopt,
                             has_value ? std::optional(value_bytes.view()) : std::nullopt, placement);
    }

    /// All records of a topic, partition by partition. Throws streams_error where there is none, or it is damaged.
    [[nodiscard]] std::vector<raw_stored_record> read_bytes(
        std::string_view topic, isolation_level isolation = isolation_level::read_uncommitted) const;
    /// The same decoded; throws serialization_error where one does not decode.
    template <readable_and_writable Key, readable_and_writable Value>
        requires(!borrows_from_record<without_null_t<Key>> && !borrows_from_record<without_null_t<Value>>)
    [[nodiscard]] std::vector<stored_record<Key, Value>> read(
        std::string_view topic, isolation_level isolation = isolation_level::read_uncommitted) const {
        const auto view_of = [](const std::optional<bytes>& stored) {
            return stored ? std::optional(stored->view()) : std::nullopt;
        };
        std::vector<stored_record<Key, Value>> records;
        for (auto& raw : read_bytes(topic, isolation))
            records.push_back({decode<Key>(view_of(raw.key)), decode<Value>(view_of(raw.value)), raw.timestamp,
                               std::move(raw.headers), raw.partition, raw.offset});
        return records;
    }

    /// The offset of the oldest record of each partition, and the one the next record will have.
    [[nodiscard]] std::vector<std::int64_t> begin_offsets(std::string_view topic) const;
    [[nodiscard]] std::vector<std::int64_t> end_offsets(std::string_view topic) const;
    /// What a group has committed; empty where there is no such group.
    [[nodiscard]] std::map<topic_partition, stored_offset> committed(const std::string& group) const;
    /// How many members a group has.
    [[nodiscard]] std::size_t members(const std::string& group) const;

    /// Keeps the newest record of each key, as Kafka's log cleaner does sooner or later. Offsets stay, with gaps.
    void compact(std::string_view topic);
    /// Deletes what retention.ms and retention.bytes no longer keep, in whole segments; also done as segments fill.
    void apply_retention();
    /// Deletes the records of a partition before `offset`; negative: all. Throws streams_error past the end.
    void delete_records(const topic_partition& partition, std::int64_t offset);

private:
    std::shared_ptr<embedded::cluster> cluster_;
};

} // namespace streams::inline v0
