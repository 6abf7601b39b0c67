#pragma once

#include "src/core/memory_budget.hpp"

#include <memory>
#include <mutex>

namespace streams::inline v0 {

struct rocksdb_memory;

/// The memory that the stores of an application share: the budget, and what RocksDB keeps for all of them together, which is
/// made with the first store on disk. Thread-safe; outlives the stores.
class store_memory {
public:
    explicit store_memory(memory_budget& budget);
    ~store_memory();
    store_memory(const store_memory&) = delete;
    store_memory& operator=(const store_memory&) = delete;

    [[nodiscard]] memory_budget& budget() noexcept { return budget_; }
    [[nodiscard]] const rocksdb_memory& of_rocksdb();

private:
    memory_budget& budget_;
    std::once_flag once_;
    std::unique_ptr<rocksdb_memory> rocksdb_;
};

} // namespace streams::inline v0
