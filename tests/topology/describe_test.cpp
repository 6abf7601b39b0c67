#include "topology/described_topology.hpp"

#include "src/topology/java_order.hpp"

#include "catch.hpp"

#include <fstream>

using namespace streams;

namespace {

/// Texts captured from Kafka Streams, chosen for the orders in which they list children, parents, topics and stores.
std::vector<std::pair<std::string, std::string>> captured_texts() {
    std::ifstream in(STREAMS_SOURCE_DIR "/tests/topology/describe_texts.txt");
    std::vector<std::pair<std::string, std::string>> texts;
    for (std::string line; std::getline(in, line);) {
        if (line.rfind("# ", 0) == 0)
            texts.emplace_back(line, "");
        else if (line != "=====")
            texts.back().second += line + '\n';
    }
    return texts;
}

node_spec source(std::string name, std::vector<std::string> topics) {
    return {.kind = node_kind::source, .name = std::move(name), .topics = std::move(topics)};
}

} // namespace

TEST_CASE("describe gives the text that Kafka Streams gives for the same topology") {
    const auto texts = captured_texts();
    REQUIRE(texts.size() > 15);
    for (const auto& [name, text] : texts) {
        INFO(name);
        CHECK(testing_support::described_topology(text).build().describe() == text);
    }
}

TEST_CASE("describe lists the nodes of a part by the number of nodes below them") {
    topology t;
    t.add_node(source("source", {"in"}));
    t.add_store({.name = "counts"});
    t.add_node({.kind = node_kind::processor, .name = "count", .parents = {"source"}, .stores = {"counts"}});
    t.add_node({.kind = node_kind::sink, .name = "sink", .parents = {"count"}, .topics = {"out"}});
    CHECK(t.describe() == "Topologies:\n"
                          "   Sub-topology: 0\n"
                          "    Source: source (topics: [in])\n"
                          "      --> count\n"
                          "    Processor: count (stores: [counts])\n"
                          "      --> sink\n"
                          "      <-- source\n"
                          "    Sink: sink (topic: out)\n"
                          "      <-- count\n"
                          "\n");
}

TEST_CASE("describe says none where a node has no children, and that a sink chooses its topic") {
    topology t;
    t.add_node(source("idle", {"a"}));
    t.add_node(source("source", {"b"}));
    t.add_node({.kind = node_kind::sink, .name = "sink", .parents = {"source"}, .topic_extractor = true});
    CHECK(t.describe() == "Topologies:\n"
                          "   Sub-topology: 0\n"
                          "    Source: idle (topics: [a])\n"
                          "      --> none\n"
                          "\n"
                          "  Sub-topology: 1\n"
                          "    Source: source (topics: [b])\n"
                          "      --> sink\n"
                          "    Sink: sink (extractor class: a function of the record)\n"
                          "      <-- source\n"
                          "\n");
}

TEST_CASE("names are hashed as Java hashes strings") {
    CHECK(detail::java_hash("") == 0);
    CHECK(detail::java_hash("hello") == 99162322);
    CHECK(detail::java_hash("AaAa") == detail::java_hash("BBBB"));
}

TEST_CASE("a Java hash set lists colliding names in the order of their insertion") {
    const std::vector<std::string> names{"BBBB", "AaAa", "b", "a"};
    CHECK(detail::hash_order(names, detail::filled::one_by_one) == std::vector<std::size_t>{3, 2, 0, 1});
}

TEST_CASE("a Java hash set of twelve names is larger when it was copied than when it was filled") {
    // "a" to "k" hash to 97 to 107; "q" hashes to 113: buckets 1 to 11 and 1 of 16, or 17 of 32.
    const std::vector<std::string> names{"q", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"};
    CHECK(detail::hash_order(names, detail::filled::one_by_one).front() == 0);
    CHECK(detail::hash_order(names, detail::filled::by_copy).front() == 1);
}

TEST_CASE("a Java tree set keeps entries where the comparisons of their arrival led") {
    std::vector<int> weight(8, 1);
    const auto heavier = [&](std::size_t a, std::size_t b) {
        return weight[a] != weight[b] ? weight[a] > weight[b] : a < b;
    };
    detail::tree_set set;
    for (std::size_t item : {3U, 1U, 2U, 0U, 5U, 4U}) set.add(item, heavier);
    CHECK(set.items() == std::vector<std::size_t>{0, 1, 2, 3, 4, 5});
    weight[5] = 7;
    set.add(6, heavier);
    set.add(6, heavier);
    CHECK(set.items() == std::vector<std::size_t>{0, 1, 2, 3, 4, 5, 6});
    weight[7] = 9;
    set.add(7, heavier);
    CHECK(set.items().front() == 7);
}
