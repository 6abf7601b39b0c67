#pragma once

#include "state/query_memory.hpp"

#include <streams/core/bytes.hpp>
#include <streams/state/state_store.hpp>
#include <streams/state/store_iterator.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace streams::inline v0 {

/// A copy of an entry that a reader has to lay over the disk.
struct newer_entry {
    bytes key;
    std::optional<bytes> value; ///< nullopt: deleted
};

/// Those of one reader.
struct newer_entries {
    /// Throws query_memory_error.
    void add(bytes_view key, std::optional<bytes_view> value, std::string_view store) {
        memory.add(sizeof(newer_entry) + key.size() + (value ? value->size() : 0), store);
        all.push_back({bytes(key), value ? std::optional<bytes>(*value) : std::nullopt});
    }

    copied_bytes memory;
    std::vector<newer_entry> all{};
};

/// What readers on other threads are reading of a map on disk. They outlive the map; what they hold of the disk does
/// not.
class map_snapshots {
public:
    using cursors = std::vector<std::unique_ptr<store_cursor<store_entry>>>;

    /// `store`: its name.
    explicit map_snapshots(std::string store) : store_(std::move(store)) {}
    map_snapshots(const map_snapshots&) = delete;
    map_snapshots& operator=(const map_snapshots&) = delete;
    ~map_snapshots() { end_all(); }

    /// The entries on disk, one cursor after the other, with `newer` laid over them: both in `order`. To be read on any
    /// thread; throws state_store_migrated_error where `end_all` came first.
    [[nodiscard]] std::unique_ptr<store_cursor<store_entry>> open(cursors disk, newer_entries newer,
                                                                  iteration_order order);
    /// Lets go of the disk. Waits for who reads one entry at most.
    void end_all() noexcept;

private:
    class disk_part;
    class cursor;

    std::string store_;
    std::vector<std::weak_ptr<disk_part>> open_;
};

} // namespace streams::inline v0
