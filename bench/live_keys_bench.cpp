// What the number of live keys costs: a count by key in a store on disk, in the memory that an application has by default.
// All keys are counted once, then records of keys that are drawn evenly, or by Zipf's law with s = 0.99, and a commit every
// 50,000. Time is that of the thread for a record of the second part. One case a process says most of memory:
// live_keys_bench --benchmark_filter=evenly/10000000

#include "bench/rocksdb_context.hpp"
#include "src/core/memory_limits.hpp"
#include "state/managed_store.hpp"
#include "state/state_thread.hpp"

#include <streams/core/big_endian.hpp>
#include <streams/core/config.hpp>
#include <streams/state/key_value_store.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

using streams::bytes_view;

constexpr std::int64_t commit_every = 50'000;
constexpr std::int64_t updates = 2'000'000;

using key_bytes = std::array<char, 17>;        ///< 16 hexadecimal digits
using count_bytes = std::array<std::byte, 16>; ///< timestamp, count

/// The keys of neighbours are far apart.
key_bytes key_of(std::uint64_t number) {
    key_bytes key;
    std::snprintf(key.data(), key.size(), "%016llx", static_cast<unsigned long long>(number * 0x9E3779B97F4A7C15ULL));
    return key;
}

/// Ranks from 0 on, the first the most frequent (Gray et al., Quickly generating billion-record synthetic databases).
class zipf {
public:
    explicit zipf(std::uint64_t keys) : keys_(static_cast<double>(keys)) {
        for (std::uint64_t rank = 1; rank <= keys; ++rank) sum_ += 1 / std::pow(static_cast<double>(rank), skew);
        const double two = 1 + std::pow(0.5, skew);
        eta_ = (1 - std::pow(2 / keys_, 1 - skew)) / (1 - two / sum_);
    }
    [[nodiscard]] std::uint64_t operator()(double chance) const {
        const double scaled = chance * sum_;
        if (scaled < 1) return 0;
        if (scaled < 1 + std::pow(0.5, skew)) return 1;
        return static_cast<std::uint64_t>((keys_ - 1) * std::pow(eta_ * chance - eta_ + 1, 1 / (1 - skew)));
    }

private:
    static constexpr double skew = 0.99;
    double keys_;
    double sum_ = 0;
    double eta_;
};

class counting_sink final : public streams::changelog_sink {
public:
    void append(bytes_view, std::optional<bytes_view>, std::int64_t, const streams::headers*) override { ++records; }
    std::int64_t records = 0;
};

double resident_bytes() {
    std::ifstream statm("/proc/self/statm");
    double all = 0;
    double resident = 0;
    statm >> all >> resident;
    return resident * 4'096;
}

double bytes_in(const std::filesystem::path& folder) {
    double sum = 0;
    for (const auto& file : std::filesystem::recursive_directory_iterator(folder))
        if (file.is_regular_file()) sum += static_cast<double>(file.file_size());
    return sum;
}

class counts {
public:
    counts() {
        std::filesystem::remove_all(folder_);
        streams::prepare_state_thread();
        store_ = streams::make_store(
            {.name = "counts", .caching = false},
            {.directory = folder_, .current = current_, .memory = memory_, .changelog = &changelog_});
        store_->restored(std::nullopt);
    }
    ~counts() {
        store_->close();
        store_.reset();
        std::filesystem::remove_all(folder_);
    }
    counts(const counts&) = delete;
    counts& operator=(const counts&) = delete;

    void add(std::uint64_t number) {
        auto& counted = static_cast<streams::key_value_store&>(store_->store());
        const key_bytes key = key_of(number);
        const bytes_view found_by(std::string_view(key.data(), key.size() - 1));
        const auto before = counted.get(found_by);
        const std::int64_t count = before ? streams::load_big_endian<std::int64_t>(before->data() + 8) : 0;
        count_bytes after;
        streams::store_big_endian(after.data(), records_);
        streams::store_big_endian(after.data() + 8, count + 1);
        counted.put(found_by, bytes_view(after.data(), after.size()));
        if (++records_ % commit_every != 0) return;
        store_->flush();
        store_->committed(changelog_.records - 1);
        if (budget_.asks_back()) store_->give_back();
    }
    [[nodiscard]] double on_disk() {
        store_->close();
        return bytes_in(folder_);
    }

private:
    std::filesystem::path folder_ = std::filesystem::temp_directory_path() / "streams-live-keys-bench";
    counting_sink changelog_;
    streams::headers headers_;
    streams::record_context current_{{}, 0, &headers_};
    streams::memory_budget budget_{streams::memory_limits_of({})};
    streams::store_memory memory_{budget_};
    std::unique_ptr<streams::managed_store> store_;
    std::int64_t records_ = 0;
};

template <class Draw>
void count_by_key(benchmark::State& state, Draw draw) {
    const auto keys = static_cast<std::uint64_t>(state.range(0));
    const double before = resident_bytes();
    counts counted;
    for (std::uint64_t key = 0; key < keys; ++key) counted.add(key);
    std::mt19937_64 random(42);
    std::uniform_real_distribution<double> chance(0, 1);
    const auto drawn = draw(keys);
    for (auto _ : state) counted.add(drawn(chance(random)));
    state.SetItemsProcessed(state.iterations());
    const double resident = resident_bytes() - before;
    state.counters["MB"] = resident / 1e6;
    state.counters["memory/key"] = resident / static_cast<double>(keys);
    state.counters["disk/key"] = counted.on_disk() / static_cast<double>(keys);
}

void evenly(benchmark::State& state) {
    count_by_key(state, [](std::uint64_t keys) {
        return [keys](double chance) { return static_cast<std::uint64_t>(chance * static_cast<double>(keys)); };
    });
}
void by_zipf(benchmark::State& state) {
    count_by_key(state, [](std::uint64_t keys) { return zipf(keys); });
}

BENCHMARK(evenly)->Arg(10'000)->Arg(100'000)->Arg(1'000'000)->Arg(10'000'000)->Iterations(updates);
BENCHMARK(by_zipf)->Arg(10'000)->Arg(100'000)->Arg(1'000'000)->Arg(10'000'000)->Iterations(updates);

} // namespace
