// What becomes of the alerts where instances die, the cluster goes away, and answers are lost.

#include "catch.hpp"

#include "possible_fraud/possible_fraud.hpp"

#include <streams/testing/simulation.hpp>

#include <map>
#include <string>

using namespace std::chrono_literals;

TEST_CASE("every card that pays too often is flagged with its last count, whatever goes wrong") {
    streams::testing::simulation simulation([] { return possible_fraud(); },
                                            {.seeds = 20, .config = {.commit_interval = 50ms}});
    simulation.create_topic("possible_fraud", 4);
    std::map<std::string, std::int64_t> expected;
    for (int at = 0; at < 120; ++at) {
        const std::string card = "card-" + std::to_string(at % 10);
        simulation.produce("authorization_attempts", card, payment{card, 10, "shop"}, 1'700'000'100'000 + at);
        expected[card] = at / 10 + 1;
    }
    const auto report = simulation.run([&](const streams::testing::simulated_topics& topics) {
        std::map<std::string, std::int64_t> counts;
        for (const auto& alert : topics.read<std::string, fraud_alert>("possible_fraud"))
            counts[alert.key] = alert.value.count;
        return std::string(counts == expected ? "" : "a card has another count at the end");
    });
    INFO(report.text());
    CHECK(report.failures.empty());
}
