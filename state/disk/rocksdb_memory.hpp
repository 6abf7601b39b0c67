#pragma once

#include "src/core/memory_budget.hpp"

#include <memory>

namespace rocksdb {
class Cache;
class WriteBufferManager;
} // namespace rocksdb

namespace streams::inline v0 {

/// What all databases of an application share: as large as the budget gives when it is made.
struct rocksdb_memory {
    explicit rocksdb_memory(memory_budget& budget);

    memory_reservation blocks;
    memory_reservation writes;
    std::shared_ptr<rocksdb::Cache> block_cache;
    std::shared_ptr<rocksdb::WriteBufferManager> memtables;
};

} // namespace streams::inline v0
