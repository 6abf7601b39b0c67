#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace streams::inline v0 {

/// What RocksDB is told for a store, on top of what the library decides.
struct rocksdb_settings {
    /// RocksDB's own names of options of a database or a column family, with values as its option strings have them:
    /// `{"compression", "kZSTD"}`, `{"max_background_jobs", "4"}`, `{"block_based_table_factory", "{block_size=16384}"}`. Refused is what
    /// would lose or reorder rows, or take memory beside the budget.
    std::map<std::string, std::string> options{};
    /// Counts what RocksDB does for the store, in all its partitions (application_counts::rocksdb), for some 5 % of its time.
    bool statistics = false;
};

/// Says what RocksDB is told for the store of a name (Kafka Streams' RocksDBConfigSetter, `rocksdb.config.setter`). Called for
/// each store on disk when the application is made and whenever one is opened, by several threads.
using rocksdb_config_setter = std::function<rocksdb_settings(std::string_view store)>;

} // namespace streams::inline v0
