#pragma once

#include <rocksdb/db.h>

#include <string>

namespace streams::inline v0 {

/// Turns the entries of a database, from `first` on, into those of a store that keeps headers: each value gets none in front.
/// Then `layout` is what it notes under `layout_key`. What a crash interrupts goes on with the next call.
[[nodiscard]] rocksdb::Status add_headers(rocksdb::DB& database, const rocksdb::WriteOptions& options,
                                          rocksdb::Slice first, rocksdb::Slice layout_key, const std::string& layout);

} // namespace streams::inline v0
