#pragma once

#include <streams/core/memory_role.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

/// Every number of bytes that decides about memory, besides those of streams_config (tools/check_memory.py looks for others).
namespace streams::inline v0::memory {

inline constexpr std::size_t kib = 1024;
inline constexpr std::size_t mib = 1024 * kib;
inline constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

// Of an application in all (state.memory.bytes).

/// What it has where nothing is said, or a quarter of the container's if that is less: threads, code and what the allocator
/// keeps need room too.
inline constexpr std::size_t default_total = 256 * mib;
inline constexpr std::size_t part_of_container = 4;

// Reserved from the budget: what a role has of a total of 256 MB, and the least it can do with. memory_limits_of says how it
// is with other totals.

/// Hot tiers: what is read again and again, some 600,000 small rows. One store has a quarter of them, beyond which more buys
/// little; with less than 512 KB nearly every read would go to the disk.
inline constexpr std::size_t hot_tiers = 64 * mib;
inline constexpr std::size_t hot_tiers_of_a_store = 4;
inline constexpr std::size_t least_hot_tier = 512 * kib;
/// Rows that wait for the disk: as much as the largest commit brings, or a restore sorts at once.
inline constexpr std::size_t unwritten = 64 * mib;
/// Of all threads: what one input may get ahead of another by, at 100 bytes a record some 150,000 records.
inline constexpr std::size_t input_queues = 32 * mib;
/// What waits for answers of other services, over all tasks.
inline constexpr std::size_t pending_records = 64 * mib;
/// Of the consumers of all threads: keeps fetches of several brokers under way while a thread works. A restore has nothing
/// else to wait for.
inline constexpr std::size_t fetch_queue = 16 * mib;
inline constexpr std::size_t restore_fetch_queue = 32 * mib;
inline constexpr std::size_t least_fetch_queue = 256 * kib;
/// Of the producers of all threads: more than a cluster has under way. A record that is larger than its queue is never sent.
inline constexpr std::size_t send_queue = 32 * mib;
inline constexpr std::size_t least_send_queue = 2 * mib;
/// RocksDB's, for all stores together: index and filter blocks of a few million rows, and memtables of four busy stores.
inline constexpr std::size_t block_cache = 32 * mib;
inline constexpr std::size_t least_block_cache = mib;
inline constexpr std::size_t memtables = 32 * mib;
inline constexpr std::size_t least_memtables = mib;
/// What queries hand to other threads: some 300,000 small rows that are in memory alone. The least is some thousand values.
inline constexpr std::size_t query_copies = 32 * mib;
inline constexpr std::size_t least_query_copies = 256 * kib;

/// Reservations grow and shrink by steps, so that their holders seldom ask.
inline constexpr std::size_t reservation_step = 64 * kib;

// Parts of what is reserved.

/// Of a store that is worked on: rows that are written in one go, which stalls its thread for long enough.
inline constexpr std::size_t largest_write = 8 * mib;

/// RocksDB's memtable of one store: files of a size that compaction merges cheaply.
inline constexpr std::size_t write_buffer = 8 * mib;
/// By which a memtable grows: 200 stores with a few rows each are to take less than all memtables may.
inline constexpr std::size_t memtable_step = 64 * kib;
/// What a consumer counts for a record in its queue beside the content: librdkafka's message, some 400 bytes.
inline constexpr std::size_t queued_record = 512;
/// One answer of a broker must hold the largest record there may be (librdkafka's message.max.bytes), and overshoot the
/// queue by little.
inline constexpr std::size_t least_fetch = 1'000'000;
inline constexpr std::size_t largest_fetch = 50'000'000;
inline constexpr std::size_t least_partition_fetch = 16 * kib;
inline constexpr std::size_t largest_partition_fetch = mib;
/// What a producer has for a record beside the content: librdkafka's message, some 200 bytes.
inline constexpr std::size_t sent_record = 256;
/// A producer's batch of one partition: what brokers take by default (message.max.bytes).
inline constexpr std::size_t send_batch = 1'000'000;
/// Blocks of restored rows on their way to the disk, and from how many bytes on they get a file of their own: what is less
/// costs more by the file than by RocksDB's memtable.
inline constexpr std::size_t restore_block = 64 * kib;
inline constexpr std::size_t least_ingest = mib;

// Kept for reuse, so that a record allocates nothing; not reserved, since they are small beside what they serve.

/// Of a store: blocks of updates for the next commit interval, and the bytes of a value that each keeps.
inline constexpr std::size_t kept_updates = 32'768;
inline constexpr std::size_t kept_value = 128;
/// Of a store: buffers of ranges, and the largest that is kept.
inline constexpr std::size_t kept_range_buffers = 16;
inline constexpr std::size_t kept_range_buffer = 4 * kib;
/// Of a thread that parses JSON: a parser for texts up to this size.
inline constexpr std::size_t kept_json_text = mib;

/// Of an HTTP connection: what a request may have in all, which is more than any page asks for, and how much of it is read at
/// once. There are few connections.
inline constexpr std::size_t http_request = 16 * kib;
inline constexpr std::size_t http_read = 4 * kib;

// On disk.

/// Of RocksDB's file that lists a store's files, which is read whole when the store opens.
inline constexpr std::size_t manifest = 4 * mib;

} // namespace streams::inline v0::memory

namespace streams::inline v0 {

struct streams_config;

/// How much a role may have.
struct memory_limit {
    std::size_t of_role = 0;
    std::size_t of_holder = 0; ///< the most that one holder has
    std::size_t least = 0;     ///< the role has so much for each of its holders, whatever its limit is
};

/// How much all of them may have.
struct memory_limits {
    std::array<memory_limit, memory_roles> by_role{};
    std::size_t total = memory::unlimited; ///< of all roles; it goes before what is said of a single one

    [[nodiscard]] memory_limit& operator[](memory_role role) noexcept {
        return by_role[static_cast<std::size_t>(role)];
    }
    [[nodiscard]] const memory_limit& operator[](memory_role role) const noexcept {
        return by_role[static_cast<std::size_t>(role)];
    }
};

/// The bytes of an application that says nothing of them, in a container with that limit (nullopt: in none) and with so many
/// stream threads.
[[nodiscard]] std::size_t default_memory(std::optional<std::size_t> of_container, std::int32_t threads) noexcept;
/// Fewer bytes are no use to an application with so many stream threads: all of them go to what it cannot do without.
[[nodiscard]] std::size_t least_memory(std::int32_t threads) noexcept;

/// Of an application with this configuration, on this machine.
[[nodiscard]] memory_limits memory_limits_of(const streams_config& config);

} // namespace streams::inline v0
