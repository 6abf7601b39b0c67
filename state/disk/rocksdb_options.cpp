#include "state/disk/rocksdb_options.hpp"

#include "state/disk/rocksdb_log.hpp"

#include <streams/core/error.hpp>

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/statistics.h>
#include <rocksdb/table.h>
#include <rocksdb/write_buffer_manager.h>

#include <algorithm>
#include <utility>

namespace streams::inline v0 {
namespace {

rocksdb::CompressionType compression() {
    const auto supported = rocksdb::GetSupportedCompressions();
    return std::ranges::find(supported, rocksdb::kLZ4Compression) != supported.end() ? rocksdb::kLZ4Compression
                                                                                     : rocksdb::kNoCompression;
}

/// Those of the library. The pointers may be null: they are then RocksDB's own.
rocksdb::Options options_for_stores(std::shared_ptr<rocksdb::Cache> block_cache,
                                    std::shared_ptr<rocksdb::WriteBufferManager> memtables) {
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = std::move(block_cache);
    // Else they are kept beside it for each file that is open, by the size of the state.
    table.cache_index_and_filter_blocks = true;
    table.cache_index_and_filter_blocks_with_high_priority = true;
    // Whole, they are larger than a part of the cache: each read would read them anew.
    table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
    table.partition_filters = true;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    table.format_version = 5;

    rocksdb::Options options;
    options.create_if_missing = true;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    options.write_buffer_manager = std::move(memtables);
    options.write_buffer_size = memory::write_buffer;
    options.arena_block_size = memory::memtable_step;
    options.max_write_buffer_number = 3;
    options.compression = compression();
    options.max_open_files = 500;
    options.table_cache_numshardbits = 2;
    options.info_log = make_rocksdb_log();
    options.max_manifest_file_size = memory::manifest;
    return options;
}

[[noreturn]] void refuse(std::string_view store, const std::string& name, const std::string& value,
                         std::string_view why, std::string_view remedy) {
    throw config_error(concat("rocksdb_config says ", name, "=", value, " of store ", store, ", ", why, "; ", remedy));
}

const rocksdb::BlockBasedTableOptions* table_of(const rocksdb::Options& options) {
    return options.table_factory ? options.table_factory->GetOptions<rocksdb::BlockBasedTableOptions>() : nullptr;
}

bool is_supported(rocksdb::CompressionType type) {
    const auto supported = rocksdb::GetSupportedCompressions();
    return type == rocksdb::kDisableCompressionOption || std::ranges::find(supported, type) != supported.end();
}

/// Why `changed` is no option of a store any more; empty: it is one.
std::string_view forbidden(const rocksdb::Options& base, const rocksdb::Options& changed) {
    if (changed.comparator != base.comparator) return "but the order of rows is the library's own";
    if (changed.merge_operator || changed.compaction_filter || changed.compaction_filter_factory)
        return "which may change rows, but those are the library's own";
    if (changed.compaction_style == rocksdb::kCompactionStyleFIFO) return "which deletes rows that are still needed";
    const auto* table = table_of(changed);
    if (table == nullptr || table->block_cache != table_of(base)->block_cache || table->no_block_cache ||
        changed.write_buffer_manager != base.write_buffer_manager || changed.row_cache)
        return "but what RocksDB caches is of the memory of the whole application (state.memory.bytes)";
    if (!is_supported(changed.compression) || !is_supported(changed.bottommost_compression))
        return "which the RocksDB that is linked was built without";
    return {};
}

rocksdb::Options with_settings(std::string_view store, const rocksdb::Options& base, const rocksdb_settings& settings) {
    rocksdb::Options options = base;
    for (const auto& [name, value] : settings.options) {
        rocksdb::Options changed;
        const auto status =
            rocksdb::GetOptionsFromString(rocksdb::ConfigOptions(), options, concat(name, "=", value), &changed);
        if (!status.ok())
            refuse(store, name, value, concat("which RocksDB refuses: ", status.ToString()), "correct or remove it");
        if (const auto why = forbidden(base, changed); !why.empty()) refuse(store, name, value, why, "remove it");
        options = std::move(changed);
    }
    return options;
}

} // namespace

rocksdb_options::rocksdb_options(memory_budget& budget, rocksdb_config_setter setter)
    : memory_(budget), setter_(std::move(setter)) {}

rocksdb::Options rocksdb_options::of(const std::string& store) {
    auto options = options_for_stores(memory_.block_cache, memory_.memtables);
    if (!setter_) return options;
    const rocksdb_settings settings = setter_(store);
    options = with_settings(store, options, settings);
    if (!settings.statistics) return options;
    const std::lock_guard lock(mutex_);
    auto& counted = statistics_[store];
    if (!counted) counted = rocksdb::CreateDBStatistics();
    options.statistics = counted;
    return options;
}

bool rocksdb_options::are_tuned(const std::string& store) const { return setter_ && !setter_(store).options.empty(); }

std::map<std::string, rocksdb_counts> rocksdb_options::counts() const {
    std::map<std::string, rocksdb_counts> all;
    const std::lock_guard lock(mutex_);
    for (const auto& [store, statistics] : statistics_)
        for (const auto& [ticker, name] : rocksdb::TickersNameMap)
            all[store][name] = statistics->getTickerCount(ticker);
    return all;
}

void check_rocksdb_settings(std::string_view store, const rocksdb_settings& settings) {
    static_cast<void>(with_settings(store, options_for_stores(nullptr, nullptr), settings));
}

} // namespace streams::inline v0
