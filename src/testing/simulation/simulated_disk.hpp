#pragma once

#include "state/disk/state_disk.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace streams::inline v0::simulated {

/// From how many bytes on a disk ingests: more than a run of the simulation has.
inline constexpr std::size_t ingests_nothing = std::numeric_limits<std::size_t>::max();

/// What a process asks of a disk; `merge`: whether it has put in order what it was given.
enum class disk_call { open, read, write, ingest, flush, remove, merge };

/// The disk of one machine, in memory. What is written is seen at once, and lasts when it was synced: a crash takes what was
/// not, but for some of it, in order (RocksDB without a log: batches reach the disk in order, each whole or not at all).
class simulated_disk {
public:
    /// Of one store: an ordered map of bytes, and the position that it covers.
    struct content {
        std::map<std::string, std::string> entries{};
        store_position position{};
    };
    /// What was done to stores since there is the disk.
    struct use {
        std::uint64_t ingested = 0; ///< files of rows
        std::uint64_t reloaded = 0; ///< reads of keys that the process had read before, and evicted from memory
    };
    /// What a process is told of a call, before it is made and after: nullopt, or why it fails.
    using mount = std::function<std::optional<std::string>(disk_call, bool after)>;

    /// `least_ingest`: as of its backings.
    explicit simulated_disk(std::size_t least_ingest = ingests_nothing) : least_ingest_(least_ingest) {}

    /// As a process sees it, until it dies. `alive`: false for a process that is dead, of which nothing reaches the disk any
    /// more. `this` outlives it.
    [[nodiscard]] std::unique_ptr<state_disk> mounted(mount ask, std::shared_ptr<const bool> alive);

    /// The process is gone, or the machine: of each store `choose(n + 1)` of the `n` batches that were not synced are kept.
    void crash(const std::function<std::size_t(std::size_t)>& choose);
    /// A file of each store that was open is torn: opened the next time, it is found damaged.
    void tear();
    /// Another disk, empty.
    void lose() { volumes_.clear(); }

    /// The stores on it by their folder, as a process would see them. Torn ones are left out.
    [[nodiscard]] std::map<std::string, content> stores() const;
    [[nodiscard]] const use& used() const noexcept { return used_; }

private:
    struct batch {
        std::vector<std::pair<std::string, std::optional<std::string>>> writes{};
        std::optional<std::string> expired_below{};
        store_position position{};
    };
    struct volume {
        store_identity identity{};
        content synced{};
        std::vector<batch> unsynced{};
        content seen{};
        bool open = false;
        bool torn = false;
    };
    class file_system;
    class opened;

    static void apply(const batch& from, content& to);
    static void sync(volume& all);

    const std::size_t least_ingest_;
    use used_;
    std::map<std::string, std::shared_ptr<volume>> volumes_; ///< by folder
};

} // namespace streams::inline v0::simulated
