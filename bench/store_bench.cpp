// A windowed count per key on a store's bytes: get, add one, put; a commit every 50,000 updates. 100,000 keys of 16
// bytes, drawn by Zipf's law with s = 0.99; windows of one minute, stream time moves one window in 500,000 updates.
// `hash_map` is the limit: the same on nothing but a hash map. Times are to be read as ratios to it, within one run.

#include "bench/rocksdb_context.hpp"
#include "state/managed_store.hpp"
#include "state/state_thread.hpp"

#include <streams/core/big_endian.hpp>
#include <streams/core/config.hpp>
#include <streams/state/key_value_store.hpp>
#include <streams/state/window_store.hpp>

#include <absl/container/flat_hash_map.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

namespace {

using streams::bytes_view;

constexpr std::size_t key_count = 100'000;
constexpr std::size_t draws = 1 << 20;
constexpr std::int64_t commit_every = 50'000;
constexpr std::int64_t updates_per_window = 500'000;
constexpr std::int64_t window_ms = 60'000;

using key_bytes = std::array<char, 16>;
using count_bytes = std::array<std::byte, 16>; // timestamp, count

bytes_view view(const key_bytes& key) { return bytes_view(std::string_view(key.data(), key.size())); }

/// Keys in the order they arrive.
const std::vector<key_bytes>& arrivals() {
    static const std::vector<key_bytes> drawn = [] {
        std::vector<double> cumulative(key_count);
        double sum = 0;
        for (std::size_t rank = 0; rank < key_count; ++rank)
            cumulative[rank] = sum += 1 / std::pow(static_cast<double>(rank + 1), 0.99);
        std::mt19937_64 random(42);
        std::vector<std::uint64_t> names(key_count);
        for (auto& name : names) name = random();
        std::uniform_real_distribution<double> uniform(0, sum);
        std::vector<key_bytes> keys(draws);
        for (auto& key : keys) {
            const auto at =
                std::lower_bound(cumulative.begin(), cumulative.end(), uniform(random)) - cumulative.begin();
            std::array<char, 17> text{};
            std::snprintf(text.data(), text.size(), "%016llx",
                          static_cast<unsigned long long>(names[static_cast<std::size_t>(at)]));
            std::copy_n(text.begin(), key.size(), key.begin());
        }
        return keys;
    }();
    return drawn;
}

/// A changelog that only counts.
class counting_sink final : public streams::changelog_sink {
public:
    void append(bytes_view key, std::optional<bytes_view> value, std::int64_t, const streams::headers*) override {
        benchmark::DoNotOptimize(key.data());
        benchmark::DoNotOptimize(value ? value->data() : nullptr);
        ++records;
    }
    std::int64_t records = 0;
};

class store_folder {
public:
    store_folder() : path_(std::filesystem::temp_directory_path() / "streams-store-bench") {
        std::filesystem::remove_all(path_);
    }
    ~store_folder() { std::filesystem::remove_all(path_); }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

count_bytes increased(std::optional<bytes_view> before, std::int64_t timestamp) {
    const std::int64_t count = before ? streams::load_big_endian<std::int64_t>(before->data() + 8) : 0;
    count_bytes after;
    streams::store_big_endian(after.data(), timestamp);
    streams::store_big_endian(after.data() + 8, count + 1);
    return after;
}

void windowed_count(benchmark::State& state, bool persistent) {
    streams::prepare_state_thread();
    const auto& keys = arrivals();
    const store_folder folder;
    counting_sink changelog;
    streams::headers headers;
    streams::record_context current{{}, 0, &headers};
    streams::memory_budget budget(streams::memory_limits_of({}));
    streams::store_memory memory(budget);
    const auto managed = streams::make_store(
        {.name = "counts",
         .kind =
             streams::window_kind{.size = std::chrono::milliseconds(window_ms), .retention = std::chrono::minutes(10)},
         .persistent = persistent,
         .caching = false},
        {.directory = folder.path(), .current = current, .memory = memory, .changelog = &changelog});
    auto& store = dynamic_cast<streams::window_store&>(managed->store());
    std::int64_t done = 0;
    for (auto _ : state) {
        const auto key = view(keys[static_cast<std::size_t>(done) & (draws - 1)]);
        const std::int64_t start = done / updates_per_window * window_ms;
        current.timestamp = start + 1;
        const count_bytes after = increased(store.fetch(key, start), current.timestamp);
        store.put(key, bytes_view(after.data(), after.size()), start);
        if (++done % commit_every == 0) {
            managed->flush();
            managed->committed(changelog.records - 1);
        }
    }
    state.SetItemsProcessed(state.iterations());
    state.counters["logged"] = benchmark::Counter(static_cast<double>(changelog.records) / static_cast<double>(done));
    state.counters["MB"] = static_cast<double>(managed->memory_bytes()) / 1e6;
    managed->close();
}

void key_value_count(benchmark::State& state, bool persistent) {
    streams::prepare_state_thread();
    const auto& keys = arrivals();
    const store_folder folder;
    counting_sink changelog;
    streams::headers headers;
    streams::record_context current{{}, 0, &headers};
    streams::memory_budget budget(streams::memory_limits_of({}));
    streams::store_memory memory(budget);
    const auto managed = streams::make_store(
        {.name = "counts", .persistent = persistent, .caching = false},
        {.directory = folder.path(), .current = current, .memory = memory, .changelog = &changelog});
    auto& store = dynamic_cast<streams::key_value_store&>(managed->store());
    std::int64_t done = 0;
    for (auto _ : state) {
        const auto key = view(keys[static_cast<std::size_t>(done) & (draws - 1)]);
        current.timestamp = done;
        const count_bytes after = increased(store.get(key), current.timestamp);
        store.put(key, bytes_view(after.data(), after.size()));
        if (++done % commit_every == 0) {
            managed->flush();
            managed->committed(changelog.records - 1);
        }
    }
    state.SetItemsProcessed(state.iterations());
    managed->close();
}

void hash_map(benchmark::State& state) {
    const auto& keys = arrivals();
    absl::flat_hash_map<std::string, count_bytes> counts;
    std::string composite;
    std::int64_t done = 0;
    for (auto _ : state) {
        const auto key = view(keys[static_cast<std::size_t>(done) & (draws - 1)]);
        const std::int64_t start = done / updates_per_window * window_ms;
        std::array<std::byte, 12> suffix{};
        streams::store_big_endian(suffix.data(), start);
        composite.assign(key.text());
        composite.append(reinterpret_cast<const char*>(suffix.data()), suffix.size());
        auto& count = counts[composite];
        count = increased(bytes_view(count.data(), count.size()), start + 1);
        ++done;
    }
    benchmark::DoNotOptimize(counts.size());
    state.SetItemsProcessed(state.iterations());
}

constexpr std::int64_t updates = 5'000'000;

BENCHMARK(hash_map)->Iterations(updates);
BENCHMARK_CAPTURE(windowed_count, memory, false)->Iterations(updates);
BENCHMARK_CAPTURE(windowed_count, rocksdb, true)->Iterations(updates);
BENCHMARK_CAPTURE(key_value_count, memory, false)->Iterations(updates);
BENCHMARK_CAPTURE(key_value_count, rocksdb, true)->Iterations(updates);

} // namespace
