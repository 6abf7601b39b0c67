#pragma once

#include "state/disk/rocksdb_memory.hpp"

#include <streams/core/rocksdb_settings.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace rocksdb {
struct Options;
class Statistics;
} // namespace rocksdb

namespace streams::inline v0 {

/// Values by RocksDB's names.
using rocksdb_counts = std::map<std::string, std::uint64_t>;

/// With what options the databases of an application are opened: the library's, and on top of them the user's for the store.
/// Thread-safe.
class rocksdb_options {
public:
    /// `setter` may be empty.
    rocksdb_options(memory_budget& budget, rocksdb_config_setter setter);

    /// Throws config_error, as check_rocksdb_settings does.
    [[nodiscard]] rocksdb::Options of(const std::string& store);
    /// Whether the user has said anything of the store's.
    [[nodiscard]] bool are_tuned(const std::string& store) const;
    /// What has been counted so far, of the stores that ask for it, by name.
    [[nodiscard]] std::map<std::string, rocksdb_counts> counts() const;

private:
    rocksdb_memory memory_;
    rocksdb_config_setter setter_;
    mutable std::mutex mutex_; ///< of the member below
    std::map<std::string, std::shared_ptr<rocksdb::Statistics>> statistics_;
};

/// Throws config_error for an option that RocksDB does not know or whose value it refuses, and for one that is the library's
/// own: what is asked for `store` is not to be found out when it is opened.
void check_rocksdb_settings(std::string_view store, const rocksdb_settings& settings);

} // namespace streams::inline v0
