#pragma once

#include <memory>

namespace rocksdb {
class Logger;
}

namespace streams::inline v0 {

/// Takes what RocksDB logs of a store and hands its errors to the library's log, as `debug`: what concerns the application
/// reaches it as an exception. RocksDB's own log would be a file beside the data, and RocksDB 7.8 with its assertions on
/// aborts where that file cannot be written.
[[nodiscard]] std::shared_ptr<rocksdb::Logger> make_rocksdb_log();

} // namespace streams::inline v0
