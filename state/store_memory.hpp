#pragma once

#include "src/core/memory_budget.hpp"
#include "state/query_memory.hpp"

#include <streams/core/rocksdb_settings.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace streams::inline v0 {

class rocksdb_options;

/// What the stores of an application share: the memory budget, and RocksDB's options with what it keeps for all of them
/// together, which is made with the first store on disk. Thread-safe; outlives the stores.
class store_memory {
public:
    explicit store_memory(memory_budget& budget, rocksdb_config_setter rocksdb = {});
    ~store_memory();
    store_memory(const store_memory&) = delete;
    store_memory& operator=(const store_memory&) = delete;

    [[nodiscard]] memory_budget& budget() noexcept { return budget_; }
    /// Of what queries hand to other threads.
    [[nodiscard]] const std::shared_ptr<query_memory>& queries() const noexcept { return queries_; }
    [[nodiscard]] rocksdb_options& of_rocksdb();
    /// What RocksDB has counted so far, under its own names, of the stores for which that is asked, by name.
    [[nodiscard]] std::map<std::string, std::map<std::string, std::uint64_t>> rocksdb_counts() const;

private:
    memory_budget& budget_;
    const std::shared_ptr<query_memory> queries_;
    mutable std::mutex mutex_; ///< of those below
    rocksdb_config_setter setter_;
    std::unique_ptr<rocksdb_options> rocksdb_; ///< null before the first store on disk
};

} // namespace streams::inline v0
