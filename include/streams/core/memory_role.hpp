#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace streams::inline v0 {

/// What an application's memory is for. The first four are given back in this order where memory is short; the fifth takes no
/// more; the rest is kept for as long as its holder lives.
enum class memory_role : std::uint8_t {
    hot_tier,        ///< entries of stores that the disk has too: evicted
    unwritten,       ///< rows, committed or restored, that wait for the disk: written early
    uncommitted,     ///< updates of stores since the last commit: committed early
    input_queues,    ///< records that wait in tasks: their partitions are paused
    pending_records, ///< records that nodes have taken and are not done with: their tasks take no more
    fetch_queues,    ///< records of inputs that consumers have read ahead
    restore_queues,  ///< the same of changelogs and of global stores
    send_queues,     ///< records that wait in producers
    block_cache,     ///< blocks of RocksDB's files
    memtables,       ///< rows that RocksDB has not put into files yet
    query_copies,    ///< what other threads are handed of stores, until they are done with it
};
inline constexpr std::size_t memory_roles = 11;

[[nodiscard]] std::string_view to_string(memory_role role) noexcept;

/// How a role stands, in bytes.
struct memory_use {
    std::size_t reserved = 0; ///< now
    std::size_t limit = 0;    ///< the most that it may have at present; all roles together have `state.memory.bytes`
};

} // namespace streams::inline v0
