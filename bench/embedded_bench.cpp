// The embedded cluster: what a record costs to append and to poll, in memory and in a folder.

#include "src/kafka/client.hpp"

#include <streams/testing/embedded_cluster.hpp>

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace {

using namespace streams;

constexpr std::int32_t partitions = 4;

/// A cluster with one topic; in a folder that goes with it, or in memory.
class cluster_under_test {
public:
    explicit cluster_under_test(bool in_folder) : folder_(in_folder ? make_folder() : std::filesystem::path{}) {
        cluster_.emplace(embedded_cluster_options{.folder = folder_});
        cluster_->create_topic("t", partitions, {{"retention.bytes", "67108864"}});
        producer_ = cluster_->clients()->make_producer({.client_id = "bench"});
        topic_ = producer_->open("t");
    }
    ~cluster_under_test() {
        producer_.reset();
        cluster_.reset();
        if (!folder_.empty()) std::filesystem::remove_all(folder_);
    }

    void append(std::int64_t number) {
        const auto key = static_cast<std::uint32_t>(number % 10'000);
        (void)producer_->append({.topic = topic_,
                                 .key = bytes_view(reinterpret_cast<const std::byte*>(&key), sizeof key),
                                 .value = bytes_view(std::string_view(value_)),
                                 .timestamp = number});
    }
    embedded_cluster& cluster() { return *cluster_; }

private:
    static std::filesystem::path make_folder() {
        auto pattern = (std::filesystem::temp_directory_path() / "streams-bench-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) std::abort();
        return pattern;
    }

    std::filesystem::path folder_;
    std::optional<embedded_cluster> cluster_;
    std::unique_ptr<kafka::producer> producer_;
    std::int32_t topic_ = 0;
    std::string value_ = std::string(100, 'v');
};

void append(benchmark::State& state) {
    cluster_under_test under(state.range(0) != 0);
    std::int64_t number = 0;
    for (auto _ : state) under.append(number++);
    state.SetItemsProcessed(state.iterations());
}

void poll(benchmark::State& state) {
    cluster_under_test under(state.range(0) != 0);
    constexpr std::int64_t records = 200'000;
    for (std::int64_t at = 0; at < records; ++at) under.append(at);
    std::vector<std::pair<topic_partition, std::int64_t>> start;
    for (std::int32_t at = 0; at < partitions; ++at) start.push_back({{"t", at}, 0});
    std::int64_t read = 0;
    for (auto _ : state) {
        const auto reader = under.cluster().clients()->make_consumer({.client_id = "bench"});
        (void)reader->assign(start);
        for (std::int64_t now = 0; now < records;)
            for (const auto& batch : reader->poll(kafka::milliseconds(0), 1000).batches)
                for (const auto& one : batch.records()) {
                    benchmark::DoNotOptimize(one.key->data());
                    ++now;
                    ++read;
                }
    }
    state.SetItemsProcessed(read);
}

BENCHMARK(append)->ArgName("folder")->Arg(0)->Arg(1);
BENCHMARK(poll)->ArgName("folder")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

} // namespace
