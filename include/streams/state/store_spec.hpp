#pragma once

#include <streams/serde/serde_object.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>

namespace streams::inline v0 {

/// One value a key.
struct key_value_kind {
    /// Values begin with 8 bytes of timestamp, which the changelog carries as record timestamp.
    bool timestamped = true;
    /// With timestamps: how long an entry lives behind the newest timestamp put; 0: for ever.
    std::chrono::milliseconds time_to_live{0};
    /// Keys begin with a size in 4 bytes (big-endian) and that many bytes, by which prefix scans find them.
    bool sized_prefix = false;
    /// Values begin with headers, in front of the timestamp, which the changelog carries as the record's (KIP-1271).
    bool headers = false;

    friend bool operator==(const key_value_kind&, const key_value_kind&) = default;
};

/// A value a key and start of a window.
struct window_kind {
    bool timestamped = true; ///< as of key_value_kind
    std::chrono::milliseconds size{0};
    std::chrono::milliseconds retention{0}; ///< how long after its start a window is kept, at least
    bool retain_duplicates = false;         ///< several values under one key and start
    bool time_ordered = false;              ///< kept by time, so that what a span of time holds is read at once
    /// A window exactly `retention` old is still read, as from Kafka's time-ordered stores on disk.
    bool reads_expired = false;
    /// With duplicates: a put of null, which stores nothing, moves the observed time all the same, as in Kafka Streams' store in
    /// memory.
    bool nulls_move_time = false;
    bool headers = false; ///< as of key_value_kind; not with duplicates

    friend bool operator==(const window_kind&, const window_kind&) = default;
};

/// A value a key and session.
struct session_kind {
    std::chrono::milliseconds retention{0}; ///< how long after its end a session is kept, at least
    bool time_ordered = false;              ///< kept by time, so that what a span of time holds is read at once
    /// By time, what has just expired is still read as long as it is there, as from Kafka's time-ordered stores on disk.
    bool reads_expired = false;
    bool headers = false; ///< as of key_value_kind, without timestamp

    friend bool operator==(const session_kind&, const session_kind&) = default;
};

/// The history of each key.
struct versioned_kind {
    /// How long after it was replaced a version is kept, at least, and how late a put may be.
    std::chrono::milliseconds retention{0};

    friend bool operator==(const versioned_kind&, const versioned_kind&) = default;
};

/// Changes that are held back, by time; in memory only.
struct change_buffer_kind {
    /// The changelog says with which headers and timestamps the values were that a change took the place of, as Kafka Streams'
    /// buffers do under `dsl.store.format=HEADERS`.
    bool headers = false;

    friend bool operator==(const change_buffer_kind&, const change_buffer_kind&) = default;
};

using store_kind = std::variant<key_value_kind, window_kind, session_kind, versioned_kind, change_buffer_kind>;

/// What a store is, before any task makes one: part of a topology, compared and written to changelog configurations.
struct store_spec {
    std::string name; ///< legal in a topic name
    store_kind kind{};
    bool persistent = true;                                ///< on disk (RocksDB); false: in memory only
    bool caching = true;                                   ///< forward only the last update of a key per commit
    bool logging = true;                                   ///< changelog topic on
    std::map<std::string, std::string> changelog_config{}; ///< topic configuration on top of the kind's own

    /// Where the store reads its content from instead of an own changelog: an input topic (optimisation
    /// `reuse.ktable.source.topics`). Empty: an own changelog topic, if `logging`.
    std::string source_topic{};

    bool log_headers = false;   ///< the changelog gets the headers of the record that wrote an entry
    bool log_timestamps = true; ///< false: what the changelog gets has no timestamp, as from Kafka Streams' buffers
    /// Nodes tell by its rows what was done with records and what is still to be: what a crash took would never be made up for.
    /// So its changelog is told last, once all else that the records led to is safe.
    bool told_last = false;
    /// What runs the topology decides whether the store keeps headers, by `dsl.store.format`: that of an operator which was not
    /// told.
    bool follows_dsl_format = false;
    /// The serde objects that its views read and write it with; null: serde<T> of their types. Equal specs share them.
    std::shared_ptr<const store_serdes> serdes{};

    /// What is said of that kind; null: the store is of another.
    template <class Kind>
    [[nodiscard]] const Kind* as() const noexcept {
        return std::get_if<Kind>(&kind);
    }
    template <class Kind>
    [[nodiscard]] bool is() const noexcept {
        return std::holds_alternative<Kind>(kind);
    }
    /// Whether values begin with 8 bytes of timestamp.
    [[nodiscard]] bool timestamped() const noexcept {
        if (const auto* rows = as<key_value_kind>()) return rows->timestamped;
        const auto* windows = as<window_kind>();
        return windows && windows->timestamped;
    }
    /// Whether values begin with headers, or, in a change buffer, are logged with them.
    [[nodiscard]] bool keeps_headers() const noexcept {
        return std::visit(
            [](const auto& one) {
                if constexpr (requires { one.headers; }) return one.headers;
                return false;
            },
            kind);
    }
    /// Has values begin with headers, or not. False: such a store keeps none (versioned ones).
    bool keep_headers(bool kept) noexcept {
        return std::visit(
            [kept](auto& one) {
                if constexpr (requires { one.headers; }) {
                    one.headers = kept;
                    return true;
                }
                return false;
            },
            kind);
    }

    friend bool operator==(const store_spec&, const store_spec&) = default;
};

} // namespace streams::inline v0
