#include "state/disk/rocksdb_memory.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/write_buffer_manager.h>

namespace streams::inline v0 {

rocksdb_memory::rocksdb_memory(memory_budget& budget)
    : blocks(budget, memory_role::block_cache), writes(budget, memory_role::memtables),
      block_cache(rocksdb::NewLRUCache(blocks.resize_to_most())),
      memtables(std::make_shared<rocksdb::WriteBufferManager>(writes.resize_to_most())) {}

} // namespace streams::inline v0
