#pragma once

#include <streams/serde/serde_object.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace streams::inline v0 {

enum class store_kind { key_value, window, session, versioned, change_buffer };

/// What a store is, before any task makes one: part of a topology, compared and written to changelog configurations.
struct store_spec {
    std::string name; ///< legal in a topic name
    store_kind kind = store_kind::key_value;
    bool persistent = true;   ///< on disk (RocksDB); false: in memory only
    /// Values begin with 8 bytes of timestamp, which the changelog carries as record timestamp. Not for versioned stores.
    bool timestamped = true;
    bool caching = true;      ///< forward only the last update of a key per commit
    bool logging = true;      ///< changelog topic on
    std::map<std::string, std::string> changelog_config{}; ///< topic configuration on top of the kind's own

    std::chrono::milliseconds window_size{0}; ///< window stores
    /// How long after its start a window, or after its end a session, is kept, at least. Versioned stores: how long after
    /// it was replaced a version is kept, at least, and how late a put may be.
    std::chrono::milliseconds retention{0};
    bool retain_duplicates = false;           ///< window stores: several values under one key and start
    bool time_ordered = false; ///< window and session stores: kept by time, so that what a span of time holds is read at once
    /// Of those: what has just expired is still read, as from Kafka's time-ordered stores on disk. A window exactly
    /// `retention` old; of sessions, by time, all that are there.
    bool reads_expired = false;

    /// Where the store reads its content from instead of an own changelog: an input topic (optimisation
    /// `reuse.ktable.source.topics`). Empty: an own changelog topic, if `logging`.
    std::string source_topic{};

    bool log_headers = false; ///< the changelog gets the headers of the record that wrote an entry
    /// Window stores with duplicates: a put of null, which stores nothing, moves the observed time all the same, as in Kafka
    /// Streams' store in memory.
    bool nulls_move_time = false;
    bool log_timestamps = true; ///< false: what the changelog gets has no timestamp, as from Kafka Streams' buffers
    /// Key-value stores with timestamps: how long an entry lives behind the newest timestamp put; 0: for ever.
    std::chrono::milliseconds time_to_live{0};
    /// Key-value stores: keys begin with a size in 4 bytes (big-endian) and that many bytes, by which prefix scans find them.
    bool sized_prefix = false;
    /// The serde objects that its views read and write it with; null: serde<T> of their types. Equal specs share them.
    std::shared_ptr<const store_serdes> serdes{};

    friend bool operator==(const store_spec&, const store_spec&) = default;
};

} // namespace streams::inline v0
