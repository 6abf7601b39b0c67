#include "state/disk/rocksdb_backing.hpp"

#include <streams/core/error.hpp>

#include <rocksdb/perf_level.h>
#include <rocksdb/version.h>

// A hook that RocksDB only compiles in together with its assertions. Weak: its absence is the answer.
extern "C" void sync_point_of_debug_builds() __asm__("_ZN7rocksdb9SyncPoint11GetInstanceEv") __attribute__((weak));

namespace streams::inline v0 {

void disable_rocksdb_counters() noexcept { rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable); }

rocksdb_build linked_rocksdb() {
    return {concat(ROCKSDB_MAJOR, '.', ROCKSDB_MINOR, '.', ROCKSDB_PATCH), sync_point_of_debug_builds != nullptr};
}

} // namespace streams::inline v0
