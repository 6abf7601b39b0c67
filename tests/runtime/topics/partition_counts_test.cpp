#include "catch.hpp"
#include "runtime/messages.hpp"

#include "src/runtime/topics/partition_counts.hpp"

#include <streams/serde/standard.hpp>
#include <streams/topology/processor_api.hpp>

using namespace streams;
using testing_support::message_of;
using testing_support::says;

namespace {

/// Copies topics to topics: each pair makes a sub-topology.
topology copying(const std::vector<std::pair<std::string, std::string>>& pairs) {
    topology t;
    for (const auto& [from, to] : pairs) {
        t.add_source<std::string, std::string>("from-" + from, from);
        t.add_sink<std::string, std::string>("to-" + to + "-of-" + from, to, {"from-" + from});
    }
    return t;
}

} // namespace

TEST_CASE("a repartition topic has the partitions of the widest input that leads to it, over several steps") {
    topology t = copying({{"narrow", "first-repartition"},
                          {"wide", "first-repartition"},
                          {"first-repartition", "second-repartition"},
                          {"second-repartition", "out"}});
    t.add_repartition_topic({.name = "second-repartition"});
    t.add_repartition_topic({.name = "first-repartition"});
    const auto counts = partition_counts(t, {{"narrow", 2}, {"wide", 6}});
    CHECK(counts.at("first-repartition") == 6);
    CHECK(counts.at("second-repartition") == 6);
}

TEST_CASE("a repartition topic declared with a number keeps it") {
    topology t = copying({{"in", "mine-repartition"}, {"mine-repartition", "out"}});
    t.add_repartition_topic({.name = "mine-repartition", .partitions = 5});
    CHECK(partition_counts(t, {{"in", 2}}).at("mine-repartition") == 5);
}

TEST_CASE("a repartition topic takes the partition count of what it is joined with") {
    topology t = copying({{"stream", "mine-repartition"}, {"mine-repartition", "out"}, {"table", "out"}});
    t.add_repartition_topic({.name = "mine-repartition"});
    t.add_copartition_group({"mine-repartition", "table"});
    CHECK(partition_counts(t, {{"stream", 2}, {"table", 8}}).at("mine-repartition") == 8);
}

TEST_CASE("joined topics of unequal width are refused by their names, with the remedy") {
    topology t = copying({{"left", "out"}, {"right", "out"}});
    t.add_copartition_group({"left", "right"});
    const auto message = message_of([&] { static_cast<void>(partition_counts(t, {{"left", 2}, {"right", 3}})); });
    CHECK(says(message, "left has 2, right has 3"));
    CHECK(says(message, "repartition()"));
}

TEST_CASE("every missing topic is named") {
    const auto message =
        message_of([&] { static_cast<void>(partition_counts(copying({{"a", "out"}, {"b", "out"}}), {})); });
    CHECK(says(message, "source topics a, b do not exist"));
}
