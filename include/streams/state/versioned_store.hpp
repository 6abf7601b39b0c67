#pragma once

#include <streams/state/state_store.hpp>

#include <cstdint>
#include <optional>

namespace streams::inline v0 {

/// One version of a key's value (Kafka's `VersionedRecord`). The value is valid until the next call on the store.
struct versioned_record {
    bytes_view value;
    std::int64_t valid_from;                ///< the timestamp it was put with, ms since the epoch
    std::optional<std::int64_t> valid_to{}; ///< when the next version replaced it; nullopt: it is the latest
};

/// What became of a put into a versioned store.
struct version_put {
    bool stored = true;                     ///< false: older than the history that is kept, and so refused
    std::optional<std::int64_t> valid_to{}; ///< of the version that was put; nullopt: it is the latest

    [[nodiscard]] bool latest() const noexcept { return stored && !valid_to; }
};

/// What reads a versioned_store.
class read_only_versioned_store : public state_store {
public:
    /// The latest version; nullopt: absent or deleted.
    [[nodiscard]] virtual std::optional<versioned_record> get(bytes_view key) = 0;
    /// The version that was valid at `as_of` (ms since the epoch); nullopt: none, or that time is no longer kept.
    [[nodiscard]] virtual std::optional<versioned_record> get(bytes_view key, std::int64_t as_of) = 0;
};

/// Bytes by key, each with its history (Kafka's `VersionedKeyValueStore`, KIP-889): a put adds a version that holds from
/// its timestamp to that of the next one, in whatever order they come. Versions that were replaced longer ago than the
/// history retention are forgotten (observed time: the largest timestamp put); the latest never is. Not cached.
class versioned_store : public read_only_versioned_store {
public:
    using read_only = read_only_versioned_store;

    /// Adds the version that begins at `timestamp`, or replaces it; nullopt: the key is deleted from then on. Refused
    /// where `timestamp` is older than observed time less the history retention; the changelog gets it in any case.
    virtual version_put put(bytes_view key, std::optional<bytes_view> value, std::int64_t timestamp) = 0;
};

} // namespace streams::inline v0
