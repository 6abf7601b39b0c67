// Restoring a store: 3 million changelog rows of 1 million keys, 16 bytes and 100 bytes, in batches of 1,000, as a consumer
// hands them over, until all is on the disk. Rows a second are `items_per_second`, by the clock; CPU is that of all threads,
// RocksDB's among them.

#include "bench/rocksdb_context.hpp"
#include "state/managed_store.hpp"
#include "state/state_thread.hpp"

#include <streams/core/big_endian.hpp>
#include <streams/core/config.hpp>
#include <streams/state/store_spec.hpp>

#include <benchmark/benchmark.h>

#include <cstdio>
#include <filesystem>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace {

constexpr std::size_t key_count = 1'000'000;
constexpr std::size_t row_count = 3'000'000;
constexpr std::size_t batch_rows = 1'000;
constexpr std::int64_t window_ms = 60'000;

struct changelog {
    std::string content; ///< keys and values, one record after the other, as a consumer has them
    std::vector<streams::record_view> records;
};

/// Of keys of a window store, which end in the window's start and a number, where there are windows.
changelog make_changelog(bool windowed) {
    changelog made;
    std::mt19937_64 random(42);
    std::vector<std::string> keys(key_count);
    for (std::string& key : keys) {
        char text[17];
        std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(random()));
        key.assign(text, 16);
        if (windowed) key.append(12, '\0');
    }
    const std::string value(100, 'v');
    made.content.reserve(row_count * (keys.front().size() + value.size()));
    made.records.reserve(row_count);
    for (std::size_t row = 0; row < row_count; ++row) {
        std::string& key = keys[windowed ? row % key_count : random() % key_count];
        if (windowed) // a window lasts for a tenth of the keys
            streams::store_big_endian(reinterpret_cast<std::byte*>(key.data()) + 16,
                                      static_cast<std::int64_t>(row % key_count / (key_count / 10)) * window_ms);
        const std::string_view content(made.content.data() + made.content.size(), key.size() + value.size());
        made.content.append(key).append(value);
        made.records.push_back({.offset = static_cast<std::int64_t>(row),
                                .timestamp = static_cast<std::int64_t>(row),
                                .key = streams::bytes_view(content.substr(0, key.size())),
                                .value = streams::bytes_view(content.substr(key.size()))});
    }
    return made;
}

const changelog& rows(bool windowed) {
    static const changelog plain = make_changelog(false);
    static const changelog windows = make_changelog(true);
    return windowed ? windows : plain;
}

void bulk_restore(benchmark::State& state, const streams::store_spec& spec) {
    streams::prepare_state_thread();
    const auto& from = rows(spec.as<streams::window_kind>() != nullptr);
    const auto folder = std::filesystem::temp_directory_path() / "streams-restore-bench";
    const streams::record_context current{};
    for (auto _ : state) {
        state.PauseTiming();
        std::filesystem::remove_all(folder);
        streams::memory_budget budget(streams::memory_limits_of({}));
        streams::store_memory memory(budget);
        const auto store = streams::make_store(
            spec, {.directory = folder, .current = current, .memory = memory, .changelog = nullptr});
        state.ResumeTiming();
        const std::span<const streams::record_view> records(from.records);
        for (std::size_t at = 0; at < records.size(); at += batch_rows)
            store->restore(records.subspan(at, std::min(batch_rows, records.size() - at)));
        store->restored(static_cast<std::int64_t>(row_count) - 1);
        state.PauseTiming();
        state.counters["MB"] = static_cast<double>(store->memory_bytes()) / 1e6;
        store->close();
        state.ResumeTiming();
    }
    std::filesystem::remove_all(folder);
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(row_count));
}

const streams::store_spec key_value{
    .name = "rows", .kind = streams::key_value_kind{.timestamped = true}, .caching = false};
const streams::store_spec windowed{
    .name = "rows",
    .kind = streams::window_kind{.size = std::chrono::milliseconds(window_ms), .retention = std::chrono::hours(1)},
    .caching = false};
const streams::store_spec in_memory{
    .name = "rows", .kind = streams::key_value_kind{.timestamped = true}, .persistent = false, .caching = false};

BENCHMARK_CAPTURE(bulk_restore, key_value, key_value)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->MeasureProcessCPUTime();
BENCHMARK_CAPTURE(bulk_restore, windows, windowed)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->MeasureProcessCPUTime();
BENCHMARK_CAPTURE(bulk_restore, memory, in_memory)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->MeasureProcessCPUTime();

} // namespace
