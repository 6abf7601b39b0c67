#pragma once

#include "state/disk/backing.hpp"
#include "state/store_identity.hpp"
#include "state/store_memory.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace streams::inline v0 {

/// The first byte of every entry's key on disk; smaller ones are the store's own.
inline constexpr std::byte disk_data_prefix{1};

/// Opens, or makes, the RocksDB of one store, in the folder of its name below `directory`. Throws state_error where the disk
/// refuses, incompatible_state_error where others have written it, and corrupt_state_error where the content is damaged or of
/// another layout.
[[nodiscard]] std::unique_ptr<backing> open_rocksdb_backing(const std::filesystem::path& directory,
                                                            const store_identity& identity, store_memory& memory);

/// Turns RocksDB's per-thread counters off, which cost every operation on the calling thread. Call once a thread.
void disable_rocksdb_counters() noexcept;

/// Which RocksDB is linked, for benchmarks: `7.8.3` and whether its assertions are on.
struct rocksdb_build {
    std::string version;
    bool assertions;
};
[[nodiscard]] rocksdb_build linked_rocksdb();

} // namespace streams::inline v0
