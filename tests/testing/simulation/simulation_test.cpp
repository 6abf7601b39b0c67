#include "catch.hpp"

#include <streams/serde/standard.hpp>
#include <streams/testing/simulation.hpp>
#include <streams/topology/processor_api.hpp>

#include <memory>
#include <set>
#include <string>

using namespace streams;
using namespace std::chrono_literals;
using streams::testing::simulated_topics;
using streams::testing::simulation;

namespace {

class copier final : public processor<std::string, std::string, std::string, std::string> {
public:
    void init(context_type& context) override { context_ = &context; }
    void process(const record_type& r) override { context_->forward(r); }

private:
    context_type* context_ = nullptr;
};

topology copying() {
    topology made;
    made.add_source<std::string, std::string>("read", "in");
    made.add_processor("copy", [] { return std::make_unique<copier>(); }, {"read"});
    made.add_sink<std::string, std::string>("write", "out", {"copy"});
    return made;
}

void produce(simulation& to) {
    to.create_topic("out", 4);
    for (int at = 0; at < 30; ++at)
        to.produce("in", "k" + std::to_string(at), std::to_string(at), 1'700'000'000'000 + at);
}

/// Under exactly once, as often as it should be.
std::string incomplete(const simulated_topics& topics, bool once) {
    std::multiset<std::string> found;
    for (const auto& each : topics.read<std::string, std::string>("out")) found.insert(each.value);
    for (int at = 0; at < 30; ++at)
        if (found.count(std::to_string(at)) < 1 || (once && found.count(std::to_string(at)) > 1))
            return "record " + std::to_string(at) + " is there " + std::to_string(found.count(std::to_string(at))) +
                   " times";
    return "";
}

} // namespace

TEST_CASE("a user's topology is simulated under faults, in both guarantees") {
    for (const auto guarantee : {processing_guarantee::at_least_once, processing_guarantee::exactly_once_v2}) {
        simulation simulated(copying, {.seeds = 5, .config = {.guarantee = guarantee, .commit_interval = 50ms}});
        produce(simulated);
        const bool once = guarantee == processing_guarantee::exactly_once_v2;
        const auto report = simulated.run([&](const simulated_topics& topics) { return incomplete(topics, once); });
        INFO(report.text());
        CHECK(report.passed == 5);
        CHECK(report.failures.empty());
        CHECK_FALSE(report.faults.empty());
    }
}

TEST_CASE("a seed that fails is reported with its number, the reason and the faults that it takes") {
    simulation simulated(copying, {.first_seed = 7, .seeds = 1, .config = {.commit_interval = 50ms}});
    produce(simulated);
    const auto report = simulated.run([](const simulated_topics&) { return std::string("always"); });
    REQUIRE(report.failures.size() == 1);
    CHECK(report.failures[0].seed == 7);
    CHECK(report.failures[0].faults.empty()); // it fails without any
    CHECK(report.text() == "0 passed, 1 failed\nseed 7: always");
}

TEST_CASE("a topic that is not there is named") {
    simulation simulated(copying, {.seeds = 1, .config = {.commit_interval = 50ms}});
    produce(simulated);
    const auto report = simulated.run(
        [](const simulated_topics& topics) { return std::to_string(topics.read_bytes("elsewhere").size()); });
    REQUIRE(report.failures.size() == 1);
    CHECK(report.failures[0].reason == "simulation: topic elsewhere does not exist");
}
