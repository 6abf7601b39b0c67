#include "state/store_memory.hpp"

#include "state/disk/rocksdb_options.hpp"

#include <utility>

namespace streams::inline v0 {

store_memory::store_memory(memory_budget& budget, rocksdb_config_setter rocksdb)
    : budget_(budget), queries_(std::make_shared<query_memory>(budget)), setter_(std::move(rocksdb)) {}

store_memory::~store_memory() { queries_->end(); }

rocksdb_options& store_memory::of_rocksdb() {
    const std::lock_guard lock(mutex_);
    if (!rocksdb_) rocksdb_ = std::make_unique<rocksdb_options>(budget_, setter_);
    return *rocksdb_;
}

std::map<std::string, std::map<std::string, std::uint64_t>> store_memory::rocksdb_counts() const {
    const std::lock_guard lock(mutex_);
    if (!rocksdb_) return {};
    return rocksdb_->counts();
}

} // namespace streams::inline v0
