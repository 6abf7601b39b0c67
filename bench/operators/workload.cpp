#include "operators/workload.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>
#include <utility>

namespace operators {

namespace {

constexpr std::size_t keys = 100'000;
constexpr std::size_t chunk = 4'096; // records between two commits
constexpr double zipf_exponent = 0.99;

/// Draws key numbers; rank 1 is the most frequent. Keys are shuffled, so that frequent ones are no neighbours.
class zipf {
public:
    zipf() : cumulated_(keys), key_of_rank_(keys), random_(42) {
        double sum = 0;
        for (std::size_t rank = 0; rank < keys; ++rank) {
            sum += 1.0 / std::pow(static_cast<double>(rank + 1), zipf_exponent);
            cumulated_[rank] = sum;
            key_of_rank_[rank] = static_cast<std::uint32_t>(rank);
        }
        std::shuffle(key_of_rank_.begin(), key_of_rank_.end(), random_);
    }
    [[nodiscard]] std::uint32_t operator()() {
        const double drawn = std::uniform_real_distribution<double>(0, cumulated_.back())(random_);
        const auto at = std::lower_bound(cumulated_.begin(), cumulated_.end(), drawn) - cumulated_.begin();
        return key_of_rank_[static_cast<std::size_t>(at)];
    }

private:
    std::vector<double> cumulated_;
    std::vector<std::uint32_t> key_of_rank_;
    std::mt19937_64 random_;
};

std::string key_text(std::uint32_t key) {
    char text[17];
    std::snprintf(text, sizeof text, "key-%012u", key);
    return text;
}

} // namespace

std::vector<workload> workloads() {
    std::vector<workload> all;
    for (const auto of : {aggregation_workloads, join_workloads, flow_workloads, table_workloads})
        for (workload& each : of()) all.push_back(std::move(each));
    return all;
}

load::load(const workload& of, std::size_t distinct) : of_(&of) {
    zipf draw;
    ring_.reserve(distinct);
    for (std::uint64_t at = 0; at < distinct; ++at) {
        const std::uint32_t key = draw();
        ring_.push_back({key_text(key), of.value(at % of.topics.size(), key, at)});
    }
}

void load::run(running_topology& on, std::size_t records) {
    const std::size_t topics = of_->topics.size();
    for (std::size_t done = 0; done < records; done += chunk) {
        std::vector<std::vector<streams::record_view>> batches(topics);
        for (auto& batch : batches) batch.reserve(chunk / topics + 1);
        for (const std::uint64_t end = next_ + std::min(chunk, records - done); next_ < end; ++next_) {
            const prepared& each = ring_[next_ % ring_.size()];
            const auto timestamp = static_cast<std::int64_t>(next_) * 1'000 / of_->records_per_second;
            batches[next_ % topics].push_back(
                {0, timestamp, streams::bytes_view(each.key), streams::bytes_view(each.value)});
        }
        for (std::size_t at = 0; at < topics; ++at) on.feed(of_->topics[at], std::move(batches[at]));
        on.run();
    }
}

} // namespace operators
