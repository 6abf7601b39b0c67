#include <streams/topology/topology.hpp>

#include "catch.hpp"

using namespace streams;

namespace {

node_spec behind(std::string name, std::vector<std::string> parents) {
    return {.kind = node_kind::processor, .name = std::move(name), .parents = std::move(parents)};
}

/// A source `0`, and processors `1`, `2`, ... behind it.
topology chain_of(std::size_t nodes) {
    topology t;
    t.add_node({.kind = node_kind::source, .name = "0", .topics = {"in"}});
    for (std::size_t at = 1; at < nodes; ++at) t.add_node(behind(std::to_string(at), {std::to_string(at - 1)}));
    return t;
}

} // namespace

TEST_CASE("a chain of the greatest length is cut and described") {
    const topology t = chain_of(longest_chain);
    REQUIRE(t.sub_topologies().size() == 1);
    CHECK(t.sub_topologies().front().nodes.size() == longest_chain);
    CHECK_THAT(t.describe(), containing("Processor: 999 (stores: [])\n      --> none\n      <-- 998\n"));
}

TEST_CASE("a longer chain is refused by its longest way") {
    topology t = chain_of(longest_chain);
    CHECK_THROWS_WITH(
        t.add_node(behind("end", {"0", "999"})),
        "node end would end a chain of 1001 nodes, and a topology may chain at most 1000 nodes between two "
        "topics: each record passes them by one call inside of the other, for which a thread's stack has to "
        "suffice; let one node do what several do, or put a repartition in between");
    t.add_node(behind("end", {"0", "998"}));
    CHECK(t.nodes().size() == longest_chain + 1);
}

TEST_CASE("a topology whose paths double at each step is described") {
    topology t;
    t.add_node({.kind = node_kind::source, .name = "m0", .topics = {"in"}});
    for (int step = 0; step < 100; ++step) {
        const std::string parent = "m" + std::to_string(step);
        const std::string left = "l" + std::to_string(step);
        const std::string right = "r" + std::to_string(step);
        t.add_node(behind(left, {parent})).add_node(behind(right, {parent}));
        t.add_node(behind("m" + std::to_string(step + 1), {left, right}));
    }
    CHECK_THAT(t.describe(), containing("Processor: m100 (stores: [])\n      --> none\n      <-- l99, r99\n"));
}
