// What becomes of the alerts where instances die, the cluster goes away, and answers are lost.

#include "catch.hpp"

#include "possible_fraud/possible_fraud.hpp"

#include <streams/testing/simulation.hpp>

#include <map>
#include <string>

using namespace std::chrono_literals;

namespace {

/// Runs 20 seeds, and has `wrong` compare the last count of each card with the number of its payments.
template <class Wrong>
streams::testing::simulation_report simulate(streams::processing_guarantee guarantee, Wrong wrong) {
    streams::testing::simulation simulation([] { return possible_fraud(); },
                                            {.seeds = 20, .config = {.guarantee = guarantee, .commit_interval = 50ms}});
    simulation.create_topic("possible_fraud", 4);
    std::map<std::string, std::int64_t> expected;
    for (int at = 0; at < 120; ++at) {
        const std::string card = "card-" + std::to_string(at % 10);
        simulation.produce("authorization_attempts", card, payment{card, 10, "shop"}, 1'700'000'100'000 + at);
        expected[card] = at / 10 + 1;
    }
    return simulation.run([&](const streams::testing::simulated_topics& topics) {
        std::map<std::string, std::int64_t> counts;
        for (const auto& alert : topics.read<std::string, fraud_alert>("possible_fraud"))
            counts[alert.key] = alert.value.count;
        for (const auto& [card, payments] : expected)
            if (wrong(counts[card], payments))
                return card + " has count " + std::to_string(counts[card]) + " at the end";
        return std::string();
    });
}

} // namespace

TEST_CASE("every card that pays too often is flagged with its last count, whatever goes wrong") {
    const auto report = simulate(streams::processing_guarantee::exactly_once_v2,
                                 [](std::int64_t count, std::int64_t payments) { return count != payments; });
    INFO(report.text());
    CHECK(report.failures.empty());
}

TEST_CASE("at least once a payment may be counted twice after a crash, and none is missed") {
    const auto report = simulate(streams::processing_guarantee::at_least_once,
                                 [](std::int64_t count, std::int64_t payments) { return count < payments; });
    INFO(report.text());
    CHECK(report.failures.empty());
}
