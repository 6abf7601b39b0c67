#include "state/disk/rocksdb_backing.hpp"

#include "src/core/memory_limits.hpp"
#include "state/disk/corrupt_state_error.hpp"
#include "state/disk/incompatible_state_error.hpp"
#include "state/disk/rocksdb_background.hpp"
#include "state/disk/rocksdb_headers.hpp"
#include "state/disk/rocksdb_options.hpp"

#include <streams/core/big_endian.hpp>
#include <streams/core/error.hpp>

#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/write_batch.h>
#include <rocksdb/write_buffer_manager.h>

#include <algorithm>
#include <utility>

namespace streams::inline v0 {

namespace {

// Reserved keys; entries begin with disk_data_prefix and so come after them.
constexpr std::string_view format_key("\0format", 7);
constexpr std::string_view layout_key("\0layout", 7);
constexpr std::string_view inputs_key("\0inputs", 7); ///< offsets of a store that several partitions fill
constexpr std::string_view position_key("\0position", 9);
constexpr std::string_view source_key("\0source", 7);
constexpr std::string_view format_version = "1";
constexpr std::string_view first_data_key("\1", 1);

constexpr std::size_t timeless_position_bytes =
    1 + 8 + 8 + 4 + 4; // has offset, offset, observed, sequence, log sequence
constexpr std::size_t position_bytes = timeless_position_bytes + 8; // the same, caught up

rocksdb::Slice to_slice(bytes_view view) { return {reinterpret_cast<const char*>(view.data()), view.size()}; }
rocksdb::Slice to_slice(std::string_view text) { return {text.data(), text.size()}; }
bytes_view to_view(const rocksdb::Slice& slice) { return bytes_view(std::string_view(slice.data(), slice.size())); }

std::string encode(const store_position& position) {
    bytes out;
    out.push_back(position.offset ? std::byte{1} : std::byte{0});
    append_big_endian(out, position.offset.value_or(0));
    append_big_endian(out, position.observed);
    append_big_endian(out, position.sequence);
    append_big_endian(out, position.log_sequence);
    append_big_endian(out, position.caught_up);
    return std::string(out.text());
}

std::optional<store_position> decode_position(std::string_view text) {
    if (text.size() != position_bytes && text.size() != timeless_position_bytes) return std::nullopt;
    const bytes_view in(text);
    store_position position;
    if (in[0] != std::byte{0}) position.offset = load_big_endian<std::int64_t>(in.data() + 1);
    position.observed = load_big_endian<std::int64_t>(in.data() + 9);
    position.sequence = load_big_endian<std::uint32_t>(in.data() + 17);
    position.log_sequence = load_big_endian<std::uint32_t>(in.data() + 21);
    if (text.size() == position_bytes)
        position.caught_up = load_big_endian<std::int64_t>(in.data() + timeless_position_bytes);
    return position;
}

std::string encode(const std::vector<std::int64_t>& offsets) {
    bytes out;
    for (const std::int64_t offset : offsets) append_big_endian(out, offset);
    return std::string(out.text());
}

std::optional<std::vector<std::int64_t>> decode_offsets(std::string_view text) {
    if (text.size() % sizeof(std::int64_t) != 0) return std::nullopt;
    std::vector<std::int64_t> offsets;
    for (std::size_t at = 0; at < text.size(); at += sizeof(std::int64_t))
        offsets.push_back(load_big_endian<std::int64_t>(bytes_view(text).data() + at));
    return offsets;
}

/// A file that the database itself named is missing: that is damage too, not a refusal of the disk.
bool is_damage(const rocksdb::Status& status) { return status.IsCorruption() || status.IsPathNotFound(); }

/// Whether `folder` lacks the file that leads to the entries of a database.
bool has_no_head(const std::filesystem::path& folder) {
    std::error_code ignored; // what cannot be looked at does not open either
    return !std::filesystem::exists(folder / "CURRENT", ignored);
}

bool has_entries(const std::filesystem::path& folder) {
    std::error_code ignored;
    for (const auto& file : std::filesystem::directory_iterator(folder, ignored))
        if (file.path().extension() == ".sst") return true;
    return false;
}

/// Whether `folder` is where Kafka Streams in Java keeps the segments of a store of that name.
bool has_segments_of_java(const std::filesystem::path& folder, const std::string& store) {
    std::error_code ignored;
    for (const auto& each : std::filesystem::directory_iterator(folder, ignored))
        if (each.is_directory(ignored) && each.path().filename().string().starts_with(store + '.')) return true;
    return false;
}

// RocksDB has changed the type that a database is opened into.
template <class Database>
rocksdb::Status open_database(const rocksdb::Options& options, const std::string& path, Database& into) {
    if constexpr (requires { rocksdb::DB::Open(options, path, &into); }) {
        return rocksdb::DB::Open(options, path, &into);
    } else {
        rocksdb::DB* opened = nullptr;
        const auto status = rocksdb::DB::Open(options, path, &opened);
        into.reset(opened);
        return status;
    }
}

class rocksdb_cursor final : public store_cursor<store_entry> {
public:
    rocksdb_cursor(rocksdb::DB& database, key_span span, iteration_order direction, std::string store,
                   std::string label)
        : descending_(direction == iteration_order::descending), from_(span.from ? span.from->text() : first_data_key),
          to_(span.to ? span.to->text() : std::string_view{}), from_slice_(from_), to_slice_(to_),
          store_(std::move(store)), label_(std::move(label)) {
        rocksdb::ReadOptions options;
        options.iterate_lower_bound = &from_slice_;
        if (span.to) options.iterate_upper_bound = &to_slice_;
        iterator_.reset(database.NewIterator(options));
    }

    std::optional<store_entry> next() override {
        if (!started_) {
            started_ = true;
            descending_ ? iterator_->SeekToLast() : iterator_->Seek(from_slice_);
        } else if (iterator_->Valid()) {
            descending_ ? iterator_->Prev() : iterator_->Next();
        }
        if (iterator_->Valid()) return store_entry{to_view(iterator_->key()), to_view(iterator_->value())};
        const auto status = iterator_->status();
        if (is_damage(status)) throw corrupt_state_error(store_, concat(label_, " is damaged: ", status.ToString()));
        if (!status.ok()) throw state_error(concat(label_, " cannot be read: ", status.ToString(), "; check the disk"));
        return std::nullopt;
    }

private:
    bool descending_;
    bool started_ = false;
    std::string from_;
    std::string to_;
    rocksdb::Slice from_slice_;
    rocksdb::Slice to_slice_;
    std::string store_;
    std::string label_;
    std::unique_ptr<rocksdb::Iterator> iterator_;
};

class rocksdb_backing final : public backing {
public:
    rocksdb_backing(const std::filesystem::path& folder, const store_identity& identity, rocksdb_options& options)
        : store_(identity.name), label_(concat("store ", identity.name, " in ", folder.string())), folder_(folder) {
        std::error_code cause;
        std::filesystem::remove(folder / ingested_file, cause); // of a process that was killed meanwhile
        if (has_no_head(folder)) {
            // Opened, it would begin empty.
            if (has_entries(folder)) fail_corrupt("it has files, but its file CURRENT is missing");
            if (has_segments_of_java(folder, identity.name))
                throw incompatible_state_error(concat(
                    label_, " was written by Kafka Streams in Java, whose files cannot be read here; set another "
                            "state.dir, and the store is restored from its changelog"));
            // What a crash left of a database that was being made stands in the way of making it.
            std::filesystem::remove_all(folder, cause);
        }
        std::filesystem::create_directories(folder, cause);
        if (cause)
            throw state_error(concat("the folder of ", label_, " cannot be made: ", cause.message(),
                                     "; make it writable or set another state.dir"));
        auto given = options.of(identity.name);
        given.listeners.push_back(background_);
        memtables_ = given.write_buffer_manager;
        const auto status = open_database(given, folder.string(), database_);
        // Taken for damage, the store would be rebuilt, in vain.
        if ((status.IsInvalidArgument() || status.IsNotSupported()) && options.are_tuned(identity.name))
            throw config_error(concat(label_, " cannot be opened with the options of rocksdb_config: ",
                                      status.ToString(), "; correct or remove them"));
        if (status.IsNotFound() || status.IsInvalidArgument()) fail_corrupt(status.ToString());
        check(status, "opened");
        write_options_.disableWAL = true;
        check_identity(identity);
        read_position(identity.source);
        empty_ = !cursor({}, iteration_order::ascending)->next();
    }

    ~rocksdb_backing() override {
        if (database_) database_->Close().PermitUncheckedError();
    }

    [[nodiscard]] store_position position() const override { return position_; }
    [[nodiscard]] bool opened_empty() const override { return empty_; }

    [[nodiscard]] bool get(bytes_view key, bytes& into) override {
        const auto status =
            database_->Get(rocksdb::ReadOptions(), database_->DefaultColumnFamily(), to_slice(key), &found_);
        if (status.IsNotFound()) return false;
        check(status, "read");
        into.assign(to_view(found_));
        found_.Reset();
        return true;
    }

    void write(std::span<const backing_write> entries, std::optional<bytes_view> expired_below,
               const store_position& position) override {
        rocksdb::WriteBatch batch;
        if (expired_below) check(batch.DeleteRange(to_slice(first_data_key), to_slice(*expired_below)), "written");
        for (const backing_write& entry : entries) {
            check(entry.value ? batch.Put(to_slice(entry.key), to_slice(*entry.value))
                              : batch.Delete(to_slice(entry.key)),
                  "written");
        }
        if (const auto& offsets = position.partition_offsets; !offsets.empty())
            check(batch.Put(to_slice(inputs_key), encode(offsets)), "written");
        check(batch.Put(to_slice(position_key), encode(position)), "written");
        check(database_->Write(write_options_, &batch), "written");
        position_ = position;
        if (expired_below) drop_files_below(*expired_below);
        bound_memtables();
    }

    void ingest(std::span<const backing_write> entries, std::optional<bytes_view> expired_below,
                const store_position& position) override {
        const unfinished_file file{folder_ / ingested_file};
        // What it has written is merged soon, and stays in the system's cache for that.
        constexpr bool drop_cached_pages = false;
        rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), database_->GetOptions(), nullptr, drop_cached_pages);
        check(writer.Open(file.path.string()), "written");
        // Position and rows are of one file, so that both are there or neither is. It begins with the first of all keys: what is
        // in memory overlaps with it, and is flushed before it.
        check(writer.Put(to_slice(format_key), to_slice(format_version)), "written");
        if (const auto& offsets = position.partition_offsets; !offsets.empty())
            check(writer.Put(to_slice(inputs_key), encode(offsets)), "written");
        check(writer.Put(to_slice(position_key), encode(position)), "written");
        if (expired_below) check(writer.DeleteRange(to_slice(first_data_key), to_slice(*expired_below)), "written");
        for (std::size_t at = 0; at < entries.size(); ++at) {
            // Sorted, rows lie anywhere: memory is to bring those that come soon, a key and the value behind it.
            const std::byte* const soon = entries[std::min(at + 8, entries.size() - 1)].key.data();
            for (const std::size_t line : {0, 64, 128}) __builtin_prefetch(soon + line);
            const backing_write& entry = entries[at];
            check(entry.value ? writer.Put(to_slice(entry.key), to_slice(*entry.value))
                              : writer.Delete(to_slice(entry.key)),
                  "written");
        }
        check(writer.Finish(), "written");
        rocksdb::IngestExternalFileOptions options;
        options.move_files = true;
        options.write_global_seqno = false;
        check(database_->IngestExternalFile({file.path.string()}, options), "written");
        position_ = position;
        if (expired_below) drop_files_below(*expired_below);
    }

    [[nodiscard]] std::size_t least_ingest() const noexcept override { return memory::least_ingest; }

    /// RocksDB has writes wait then (level0_stop_writes_trigger), but not who ingests. Where merging fails, nobody is to
    /// wait for it: the next ingest says why.
    [[nodiscard]] bool lags() const override {
        std::uint64_t stopped = 0;
        database_->GetIntProperty(rocksdb::DB::Properties::kIsWriteStopped, &stopped);
        return stopped != 0 && !background_->fails();
    }

    [[nodiscard]] std::unique_ptr<store_cursor<store_entry>> cursor(key_span span, iteration_order direction) override {
        return std::make_unique<rocksdb_cursor>(*database_, span, direction, store_, label_);
    }

    [[nodiscard]] std::uint64_t approximate_num_entries() override {
        std::uint64_t count = 0;
        database_->GetIntProperty(rocksdb::DB::Properties::kEstimateNumKeys, &count);
        const std::uint64_t reserved = reserved_keys + (position_.partition_offsets.empty() ? 0 : 1);
        return count > reserved ? count - reserved : 0;
    }

    void flush(bool wait) override {
        rocksdb::FlushOptions options;
        options.wait = wait;
        options.allow_write_stall = true;
        check(database_->Flush(options), "flushed");
    }

    [[nodiscard]] std::size_t memory_bytes() const override {
        std::uint64_t bytes = 0;
        database_->GetIntProperty(rocksdb::DB::Properties::kSizeAllMemTables, &bytes);
        return bytes;
    }

private:
    static constexpr std::uint64_t reserved_keys = 4;
    static constexpr std::string_view ingested_file =
        "rows-to-ingest"; ///< until the database has it by a name of its own

    /// Removed where it was not taken over.
    struct unfinished_file {
        std::filesystem::path path;
        ~unfinished_file() {
            std::error_code ignored;
            std::filesystem::remove(path, ignored);
        }
    };

    [[noreturn]] void fail_corrupt(const std::string& why) const {
        throw corrupt_state_error(store_, concat(label_, " is damaged: ", why));
    }
    void check(const rocksdb::Status& status, std::string_view action) const {
        if (status.ok()) return;
        if (is_damage(status)) fail_corrupt(status.ToString());
        throw state_error(concat(label_, " cannot be ", action, ": ", status.ToString(),
                                 status.IsNoSpace() ? "; make room on the disk" : "; check disk and permissions"));
    }

    [[nodiscard]] std::optional<std::string> reserved(std::string_view key) const {
        std::string value;
        const auto status = database_->Get(rocksdb::ReadOptions(), to_slice(key), &value);
        if (status.IsNotFound()) return std::nullopt;
        check(status, "read");
        return value;
    }

    void check_identity(const store_identity& identity) {
        const auto format = reserved(format_key);
        if (!format) {
            rocksdb::WriteBatch batch;
            check(batch.Put(to_slice(format_key), to_slice(format_version)), "written");
            check(batch.Put(to_slice(layout_key), identity.layout), "written");
            check(database_->Write(write_options_, &batch), "written");
            return;
        }
        if (*format != format_version)
            throw incompatible_state_error(concat(label_, " has format ", *format, ", this version reads ",
                                                  format_version,
                                                  "; run the version that wrote it, or remove the folder so that the "
                                                  "store is rebuilt from its changelog"));
        const auto layout = reserved(layout_key);
        if (layout == identity.layout) return;
        if (!identity.layout_without_headers.empty() && layout == identity.layout_without_headers)
            return check(add_headers(*database_, write_options_, to_slice(first_data_key), to_slice(layout_key),
                                     identity.layout),
                         "given headers");
        throw corrupt_state_error(store_, concat(label_, " is laid out as `", layout.value_or(""),
                                                 "`, the topology needs `", identity.layout, '`'));
    }

    void read_position(const std::string& source) {
        if (const auto stored = reserved(position_key)) {
            const auto position = decode_position(*stored);
            if (!position) fail_corrupt("its position does not decode");
            position_ = *position;
        }
        if (const auto stored = reserved(inputs_key)) {
            const auto offsets = decode_offsets(*stored);
            if (!offsets) fail_corrupt("its offsets do not decode");
            position_.partition_offsets = *offsets;
        }
        const auto known_source = reserved(source_key);
        if (known_source == source) return;
        if (known_source) {
            // The entries stay; the offset is one of another topic.
            position_.offset.reset();
            position_.caught_up = -1;
            position_.partition_offsets.clear();
        }
        rocksdb::WriteBatch batch;
        check(batch.Delete(to_slice(inputs_key)), "written");
        check(batch.Put(to_slice(source_key), source), "written");
        check(batch.Put(to_slice(position_key), encode(position_)), "written");
        check(database_->Write(write_options_, &batch), "written");
    }

    /// RocksDB has only the next write to this database do something about it.
    void bound_memtables() {
        const std::size_t used = memtables_->memory_usage();
        const std::size_t most = memtables_->buffer_size();
        if (most > 0 && used > most) flush(used > most + most / 2);
    }

    /// Gives the space of wholly expired files back at once; the range tombstone has made them invisible already.
    void drop_files_below(bytes_view key) {
        const rocksdb::Slice begin = to_slice(first_data_key);
        const rocksdb::Slice end = to_slice(key);
        check(rocksdb::DeleteFilesInRange(database_.get(), database_->DefaultColumnFamily(), &begin, &end, false),
              "written");
    }

    std::string store_;
    std::string label_; ///< of the store, for messages
    std::filesystem::path folder_;
    std::shared_ptr<rocksdb_background> background_ = std::make_shared<rocksdb_background>();
    std::unique_ptr<rocksdb::DB> database_;
    std::shared_ptr<rocksdb::WriteBufferManager> memtables_; ///< of all stores of the application
    rocksdb::WriteOptions write_options_;
    rocksdb::PinnableSlice found_;
    store_position position_;
    bool empty_ = true;
};

} // namespace

std::unique_ptr<backing> open_rocksdb_backing(const std::filesystem::path& directory, const store_identity& identity,
                                              store_memory& memory) {
    return std::make_unique<rocksdb_backing>(directory / identity.name, identity, memory.of_rocksdb());
}

} // namespace streams::inline v0
