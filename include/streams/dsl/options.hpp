#pragma once

#include <streams/core/config.hpp>
#include <streams/topology/topic_source.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace streams::inline v0 {

/// Where a table's row is, as the one who writes its topic decides: a function of the serialised key and the number of
/// partitions, `(bytes_view, std::int32_t)`, with the record's headers between them where it wants to see these,
/// `(bytes_view, const headers&, std::int32_t)` (KIP-1321). Shared by all tasks, and called from several threads.
class key_placement {
public:
    key_placement() = default;
    template <class F>
        requires std::is_invocable_r_v<std::int32_t, F&, bytes_view, std::int32_t> ||
                 std::is_invocable_r_v<std::int32_t, F&, bytes_view, const headers&, std::int32_t>
    key_placement(F place) { // not explicit: a lambda is one
        if constexpr (std::is_invocable_v<F&, bytes_view, const headers&, std::int32_t>)
            place_ = std::move(place);
        else
            place_ = [place = std::move(place)](bytes_view key, const headers&, std::int32_t partitions) {
                return place(key, partitions);
            };
    }

    explicit operator bool() const noexcept { return static_cast<bool>(place_); }
    std::int32_t operator()(bytes_view key, const headers& record_headers, std::int32_t partitions) const {
        return place_(key, record_headers, partitions);
    }

private:
    std::function<std::int32_t(bytes_view, const headers&, std::int32_t)> place_;
};

/// Options of the operators: aggregates for designated initialisers, given after the mandatory arguments in any order,
/// each at most once. New members are added at the end.

/// Names a node (Kafka's `Named`). Legal characters are those of topic names.
struct named {
    std::string name;
};

/// Topics by a regular expression (ECMAScript's grammar) that matches their whole names: `topic_pattern{"orders-.*"}`.
struct topic_pattern {
    std::string expression;
};

/// How a topic is read (Kafka's `Consumed`).
struct consumed {
    std::string name{};                  ///< of the source node
    std::optional<offset_reset> reset{}; ///< where to begin without a committed offset; nullopt: as configured
    streams::on_null on_null = streams::on_null::fail; ///< a null key or value that the type does not admit
};

/// How a topic is written (Kafka's `Produced`).
struct produced {
    std::string name{}; ///< of the sink node
};

/// How a stream is grouped (Kafka's `Grouped`).
struct grouped {
    std::string name{}; ///< of the key selector, and of the repartition topic where one is needed
};

/// How a stream is repartitioned (Kafka's `Repartitioned`).
struct repartitioned {
    std::string name{};                       ///< of the repartition topic, without `-repartition`
    std::optional<std::int32_t> partitions{}; ///< nullopt: as many as the input has
};

/// How a stream is joined to a table (Kafka's `Joined`).
struct joined {
    std::string name{}; ///< of the join node, and of the repartition topic where one is needed
    /// For versioned tables: how long a record waits for late updates of the table, by the largest timestamp of the stream
    /// (KIP-923). At most the history retention of the table; nullopt: joined at once.
    std::optional<std::chrono::milliseconds> grace{};
};

/// How two streams are joined (Kafka's `StreamJoined`).
struct stream_joined {
    std::string name{};       ///< of the nodes, and of the repartition topics where such are needed
    std::string store_name{}; ///< of the stores, and so of their changelog topics; empty: generated
    bool in_memory = false;   ///< not on disk; changelogs are independent of it
    bool logging = true;      ///< changelog topics
    std::map<std::string, std::string> changelog_config{}; ///< topic configuration on top of the stores' own
};

/// How a table is joined to another by a foreign key (Kafka's `TableJoined`).
struct table_joined {
    std::string name{};                ///< of the nodes, the two topics and the subscription store
    key_placement partitioner{};       ///< how this table's topic is partitioned; empty: as answers come back anyway
    key_placement other_partitioner{}; ///< how the other table's topic is partitioned; empty: by murmur2
};

/// How a branch is named (Kafka's `Branched`).
struct branched {
    std::string name{}; ///< appended to the name of the split
};

/// How a table is kept (Kafka's `Materialized`).
struct materialized {
    std::string name{};     ///< of the store, and so of its changelog topic; empty: generated
    bool in_memory = false; ///< not on disk; the changelog is independent of it
    bool caching = true;    ///< forward only the last update of each key per commit
    bool logging = true;    ///< changelog topic
    std::map<std::string, std::string> changelog_config{}; ///< topic configuration on top of the store's own
    std::optional<std::chrono::milliseconds> retention{};  ///< windowed: at least size + grace, which is the default
    /// Keeps the versions of each value, so that joins see it as it was at the time of a record (Kafka's versioned store,
    /// KIP-889): how long after it was replaced a version is kept, and how late an update may be. Not cached.
    std::optional<std::chrono::milliseconds> history_retention{};
    /// Whether the store keeps headers (KIP-1271); nullopt: as `dsl.store.format` says where it is on disk, none in memory.
    std::optional<store_format> format{};
};

/// The state stores that a processor uses, added by streams_builder::add_state_store (Kafka's `stateStoreNames`).
struct state_stores {
    std::vector<std::string> names{};
};

/// Where and how a stream is printed (Kafka's `Printed`).
struct printed {
    std::string label{};          ///< in front of each line, in brackets; empty: the name of the stream's node
    std::filesystem::path file{}; ///< written anew; empty: standard output
    std::string name{};           ///< of the node
};

} // namespace streams::inline v0
