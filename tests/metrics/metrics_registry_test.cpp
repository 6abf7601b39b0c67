#include "catch.hpp"

#include "src/metrics/metrics_registry.hpp"

#include <vector>

using namespace streams;

namespace {

class counting_threads final : public metric_source {
public:
    counting_threads(metrics_registry& registry, int threads) : threads_(threads), registered_(registry, *this) {}
    void read(metric_list& list) const override { list.add(metric_id::client_alive_threads, {"app"}, threads_); }

private:
    int threads_;
    registered_source registered_;
};

std::vector<double> values_in(const metrics_registry& registry) {
    metric_list list(registry.level(), 0);
    registry.read(list);
    std::vector<double> values;
    for (const metric& each : list.take()) values.push_back(std::get<double>(each.value));
    return values;
}

} // namespace

TEST_CASE("a registry reads its sources for as long as they live") {
    metrics_registry registry(recording_level::info, {});
    CHECK(values_in(registry).empty());
    const counting_threads one(registry, 1);
    {
        const counting_threads two(registry, 2);
        const counting_threads three(registry, 3);
        CHECK(values_in(registry) == std::vector<double>{1, 2, 3});
    }
    CHECK(values_in(registry) == std::vector<double>{1});
}
