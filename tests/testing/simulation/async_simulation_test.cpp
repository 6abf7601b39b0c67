// map_values_async under faults: the other service answers from threads of its own, after virtual times that a seed draws,
// sometimes too late, with an exception or never.

#include "catch.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/simulation.hpp>

#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using streams::testing::simulated_topics;
using streams::testing::simulation;

namespace {

constexpr auto timeout = 50ms;
constexpr int records = 60;
constexpr int keys = 6;

/// Answers with the value and a mark.
class unsteady_service {
public:
    explicit unsteady_service(execution& time) : time_(&time) {}

    void operator()(const std::string& value, completion<std::string> answer) const {
        const auto drawn = time_->random_bits() % 40;
        if (drawn == 0) throw std::runtime_error("refused");
        if (drawn == 1) return; // dropped
        if (drawn < 10) return answer.set_value(value + "!");
        const auto span = drawn == 10 ? 2 * timeout : std::chrono::milliseconds(drawn);
        time_
            ->start_thread("service",
                           [time = time_, span, fails = drawn == 11, value, answer = std::move(answer)] {
                               time->sleep(span);
                               if (fails) return answer.set_exception(std::runtime_error("failed"));
                               answer.set_value(value + "!");
                           })
            ->detach();
    }

private:
    execution* time_;
};

/// Two calls for each record, in two sub-topologies, behind a store and before one.
topology calling_twice(execution& time, ordering order) {
    const async_options how{
        .max_in_flight = 8, .ordering = order, .timeout = timeout, .retry = {.times = 6, .backoff = 5ms}};
    const auto join = [](const std::string& all, const std::string& more) { return all + ' ' + more; };
    streams_builder builder;
    builder.stream<std::string, std::string>("in")
        .map_values_async(unsteady_service(time), how)
        .repartition(repartitioned{.name = "between"})
        .group_by_key()
        .reduce(join, materialized{.name = "all", .caching = false})
        .to_stream()
        .map_values_async(unsteady_service(time), how)
        .to("out");
    return builder.build();
}

/// The lists of one key that are told at the end.
std::vector<std::string> told(const simulated_topics& topics, const std::string& key) {
    std::vector<std::string> values;
    for (const auto& each : topics.read<std::string, std::string>("out"))
        if (each.key == key) values.push_back(each.value);
    return values;
}

/// Each record once, and in the order of its key.
std::string differs(const simulated_topics& topics) {
    for (int key = 0; key < keys; ++key) {
        std::string all;
        std::vector<std::string> expected;
        for (int at = key; at < records; at += keys) {
            all += (all.empty() ? "" : " ") + std::to_string(at) + '!';
            expected.push_back(all + '!');
        }
        if (const auto found = told(topics, std::to_string(key)); found != expected)
            return concat("key ", key, " has ", found.size(), " lists, the last of them ",
                          found.empty() ? "none" : found.back());
    }
    return {};
}

/// `ordered`: the last list of a key has all of its records.
std::string lacks(const simulated_topics& topics, bool ordered) {
    for (int key = 0; key < keys; ++key) {
        const auto found = told(topics, std::to_string(key));
        std::string lists;
        for (const auto& each : found) lists = concat(ordered ? "" : lists, ' ', each);
        for (int at = key; at < records; at += keys)
            if (lists.find(concat(' ', at, '!')) == std::string::npos)
                return concat("record ", at, " is not in the lists of its key: ", lists);
    }
    return {};
}

void run(processing_guarantee guarantee, ordering order, std::uint64_t seeds) {
    execution* time = nullptr;
    simulation simulated(
        [&](execution& virtual_time) {
            time = &virtual_time;
            return calling_twice(virtual_time, order);
        },
        {.seeds = seeds, .config = {.guarantee = guarantee, .commit_interval = 50ms}, .longest_gap = 10ms});
    simulated.create_topic("out", 4);
    for (int at = 0; at < records; ++at)
        simulated.produce("in", std::to_string(at % keys), std::to_string(at), 1'700'000'000'000 + at);
    const auto report = simulated.run([&](const simulated_topics& topics) {
        time->sleep(1s); // the last answers of the service
        return guarantee == processing_guarantee::exactly_once_v2 ? differs(topics)
                                                                  : lacks(topics, order != ordering::unordered);
    });
    INFO(report.text());
    CHECK(report.passed == seeds);
    CHECK(report.failures.empty());
}

} // namespace

TEST_CASE("what is called for counts once in the order of its key under exactly once, whatever goes wrong") {
    run(processing_guarantee::exactly_once_v2, ordering::per_key, 8);
    run(processing_guarantee::exactly_once_v2, ordering::per_partition, 8);
}

TEST_CASE("what is called for is never lost under at least once, whatever goes wrong") {
    run(processing_guarantee::at_least_once, ordering::per_key, 8);
    run(processing_guarantee::at_least_once, ordering::unordered, 8);
}
