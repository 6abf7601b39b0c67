#include "state/store_memory.hpp"

#include "state/disk/rocksdb_memory.hpp"

namespace streams::inline v0 {

store_memory::store_memory(memory_budget& budget) : budget_(budget) {}

store_memory::~store_memory() = default;

const rocksdb_memory& store_memory::of_rocksdb() {
    std::call_once(once_, [this] { rocksdb_ = std::make_unique<rocksdb_memory>(budget_); });
    return *rocksdb_;
}

} // namespace streams::inline v0
