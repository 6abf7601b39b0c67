#include "state/disk/rocksdb_headers.hpp"

#include "src/core/memory_limits.hpp"

#include <rocksdb/write_batch.h>

#include <memory>
#include <string_view>

namespace streams::inline v0 {

namespace {

// A reserved key: the last entry that has headers. In the same batch as these, so that a crash leaves both or neither.
constexpr std::string_view progress_key("\0headers", 8);
constexpr std::size_t batch_bytes = memory::write_buffer / 64;

rocksdb::Slice slice_of(std::string_view text) { return {text.data(), text.size()}; }

} // namespace

rocksdb::Status add_headers(rocksdb::DB& database, const rocksdb::WriteOptions& options, rocksdb::Slice first,
                            rocksdb::Slice layout_key, const std::string& layout) {
    std::string done;
    if (const auto found = database.Get(rocksdb::ReadOptions(), slice_of(progress_key), &done); !found.ok()) {
        if (!found.IsNotFound()) return found;
        done.clear();
    }
    const std::unique_ptr<rocksdb::Iterator> at(database.NewIterator(rocksdb::ReadOptions()));
    at->Seek(done.empty() ? first : rocksdb::Slice(done));
    if (!done.empty() && at->Valid() && at->key() == rocksdb::Slice(done)) at->Next();

    rocksdb::WriteBatch batch;
    const auto write = [&](rocksdb::Status status) {
        if (status.ok()) status = database.Write(options, &batch);
        batch.Clear();
        return status;
    };
    std::string value;
    for (; at->Valid(); at->Next()) {
        value.assign(1, '\0'); // the size of no headers
        value.append(at->value().data(), at->value().size());
        if (const auto put = batch.Put(at->key(), value); !put.ok()) return put;
        if (batch.GetDataSize() < batch_bytes) continue;
        if (const auto written = write(batch.Put(slice_of(progress_key), at->key())); !written.ok()) return written;
    }
    if (!at->status().ok()) return at->status();
    if (const auto put = batch.Put(layout_key, layout); !put.ok()) return put;
    return write(batch.Delete(slice_of(progress_key)));
}

} // namespace streams::inline v0
