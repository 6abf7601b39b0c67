// What compression costs and saves on disk: a million rows written in sorted batches, as stores write them, in the order of a
// hash; then 100,000 random reads of rows that memory has no room for. `disk` is bytes on disk to bytes of rows.

#include "bench/rocksdb_context.hpp"
#include "src/core/memory_budget.hpp"
#include "state/state_thread.hpp"

#include <streams/core/big_endian.hpp>
#include <streams/core/config.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

namespace {

using streams::bytes_view;

constexpr std::uint32_t rows = 1'000'000;
constexpr std::uint32_t rows_of_batch = 20'000;
constexpr std::uint32_t reads = 100'000;

enum class kind { counts, json };

std::string key_of(std::uint32_t row) {
    char text[18];
    std::snprintf(text, sizeof text, "\1%016llx", row * 0x9E3779B97F4A7C15ULL);
    return {text, 17};
}

std::string value_of(std::uint32_t row, kind of) {
    if (of == kind::counts) {
        streams::bytes value;
        streams::append_big_endian(value, std::int64_t{1'700'000'000'000} + row);
        streams::append_big_endian(value, static_cast<std::int64_t>(row % 1'000));
        return std::string(value.text());
    }
    const auto number = std::to_string(row * 2'654'435'761U);
    return R"({"order":")" + number + R"(","customer":"customer )" + std::to_string(row % 5'000) +
           R"(","status":"shipped","currency":"EUR","amount":)" + number.substr(0, 4) +
           R"(.50,"lines":[{"item":"item )" + number.substr(0, 3) + R"(","quantity":2},{"item":"item )" +
           number.substr(1, 3) + R"(","quantity":1}]})";
}

std::uintmax_t bytes_in(const std::filesystem::path& folder) {
    std::uintmax_t sum = 0;
    for (const auto& file : std::filesystem::recursive_directory_iterator(folder))
        if (file.path().extension() == ".sst") sum += file.file_size();
    return sum;
}

void write_and_read(benchmark::State& state, kind of, const std::string& compression) {
    streams::prepare_state_thread();
    const auto folder = std::filesystem::temp_directory_path() / "streams-disk-bench";
    std::filesystem::remove_all(folder);
    {
        streams::memory_budget budget(streams::memory_limits_of({}));
        streams::store_memory memory(budget, [&](std::string_view) {
            return streams::rocksdb_settings{.options = {{"compression", compression}}};
        });
        const auto disk = streams::open_rocksdb_backing(folder, {"rows", "key-value", "key-value", ""}, memory);
        std::uint64_t content = 0;
        double written_in = 0;
        double read_in = 0;
        for (auto _ : state) {
            const auto begin = std::chrono::steady_clock::now();
            for (std::uint32_t first = 0; first < rows; first += rows_of_batch) {
                std::vector<std::pair<std::string, std::string>> batch;
                for (std::uint32_t row = first; row < first + rows_of_batch; ++row)
                    batch.emplace_back(key_of(row), value_of(row, of));
                std::ranges::sort(batch);
                std::vector<streams::backing_write> writes;
                for (const auto& [key, value] : batch) {
                    writes.push_back({bytes_view(std::string_view(key)), bytes_view(std::string_view(value))});
                    content += key.size() + value.size();
                }
                disk->write(writes, std::nullopt, {.offset = first});
            }
            disk->flush(true);
            const auto written = std::chrono::steady_clock::now();
            std::mt19937 random(1);
            streams::bytes found;
            for (std::uint32_t at = 0; at < reads; ++at)
                benchmark::DoNotOptimize(disk->get(
                    bytes_view(std::string_view(key_of(static_cast<std::uint32_t>(random() % rows)))), found));
            written_in += std::chrono::duration<double>(written - begin).count();
            read_in += std::chrono::duration<double>(std::chrono::steady_clock::now() - written).count();
        }
        state.counters["written_per_s"] = rows / written_in;
        state.counters["read_per_s"] = reads / read_in;
        state.counters["disk"] = static_cast<double>(bytes_in(folder)) / static_cast<double>(content);
    }
    std::filesystem::remove_all(folder);
}

#define COMPRESSED(kind_of_rows, name)                                                                                 \
    BENCHMARK_CAPTURE(write_and_read, kind_of_rows##_##name, kind::kind_of_rows, #name)                                \
        ->Iterations(1)                                                                                                \
        ->MeasureProcessCPUTime()                                                                                      \
        ->Unit(benchmark::kMillisecond)

COMPRESSED(counts, kNoCompression);
COMPRESSED(counts, kLZ4Compression);
COMPRESSED(counts, kZSTD);
COMPRESSED(json, kNoCompression);
COMPRESSED(json, kLZ4Compression);
COMPRESSED(json, kZSTD);

} // namespace
