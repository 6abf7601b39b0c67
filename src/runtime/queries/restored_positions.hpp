#pragma once

#include <streams/core/topic_partition.hpp>
#include <streams/runtime/restore_listener.hpp>
#include <streams/runtime/standby_update_listener.hpp>

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace streams::inline v0 {

/// How far stores are in their changelogs, as they are restored, or follow them. Thread-safe.
class restored_positions {
public:
    /// A listener that notes it, and tells `next`; both outlive it.
    [[nodiscard]] restore_listener noting(const restore_listener& next);
    [[nodiscard]] standby_update_listener noting(const standby_update_listener& next);
    /// The offset that the store of this changelog reads next, 0 before it begins; nullopt: it is restored, and has
    /// what its task writes.
    [[nodiscard]] std::optional<std::int64_t> position(const topic_partition& changelog) const;

    /// The store is closed, or made anew.
    void forget(const topic_partition& changelog) { note(changelog, 0); }

private:
    void note(const topic_partition& changelog, std::optional<std::int64_t> position);

    mutable std::mutex mutex_;
    std::map<topic_partition, std::optional<std::int64_t>> positions_;
};

} // namespace streams::inline v0
