#include <streams/topology/topology.hpp>

#include "catch.hpp"

using namespace streams;

namespace {

node_spec source(std::string name, std::vector<std::string> topics) {
    return {.kind = node_kind::source, .name = std::move(name), .topics = std::move(topics)};
}
node_spec processor(std::string name, std::vector<std::string> parents, std::vector<std::string> stores = {}) {
    return {.kind = node_kind::processor,
            .name = std::move(name),
            .parents = std::move(parents),
            .stores = std::move(stores)};
}
node_spec sink(std::string name, std::vector<std::string> parents, std::vector<std::string> topics) {
    return {
        .kind = node_kind::sink, .name = std::move(name), .parents = std::move(parents), .topics = std::move(topics)};
}

/// The message of the topology_error that adding the node to `t` throws; empty where it throws none.
std::string refusal(topology& t, node_spec spec) {
    try {
        t.add_node(std::move(spec));
    } catch (const topology_error& e) {
        return e.what();
    }
    return "";
}

topology with_source() {
    topology t;
    t.add_node(source("source", {"in"}));
    return t;
}

} // namespace

TEST_CASE("a node name is used once, and both places are said") {
    auto t = with_source();
    CHECK(refusal(t, source("source", {"other"})) ==
          "node source is added twice, for topic in and for topic other; give one of the two another name");
    t.add_node(processor("p", {"source"})).add_node(processor("q", {"p"}));
    CHECK(refusal(t, processor("p", {"source", "q"})) ==
          "node p is added twice, behind source and behind source, q; give one of the two another name");
}

TEST_CASE("names follow Kafka's rule for topics") {
    auto t = with_source();
    for (const auto* name : {"", ".", "..", "a b", "a/b", "\xc3\xa4"}) {
        INFO(name);
        CHECK(refusal(t, processor(name, {"source"})).find("has a name that Kafka does not allow; use 1 to 249") !=
              std::string::npos);
    }
    CHECK(refusal(t, processor(std::string(250, 'x'), {"source"})) != "");
    CHECK(refusal(t, processor(std::string(249, 'x'), {"source"})) == "");
    CHECK(refusal(t, processor("a.Z_0-9", {"source"})) == "");
    CHECK(refusal(t, source("other", {"a topic"})).rfind("topic 'a topic' has a name", 0) == 0);
    CHECK_THROWS_AS(t.add_store({.name = "a store"}), topology_error);
    CHECK_THROWS_AS(t.add_repartition_topic({.name = "a topic"}), topology_error);
}

TEST_CASE("a node follows nodes that are in the topology, other than itself and sinks") {
    auto t = with_source();
    t.add_node(sink("sink", {"source"}, {"out"}));
    CHECK(refusal(t, processor("p", {"sourc"})) ==
          "node p has the parent sourc, which is not in the topology; add parents before their children");
    CHECK(refusal(t, processor("p", {"p"})) ==
          "node p is its own parent: records would go round for ever; give it another parent");
    CHECK(refusal(t, processor("p", {"sink"})) ==
          "node p cannot follow sink sink, which forwards nothing; follow the sink's own parent");
    CHECK(refusal(t, processor("p", {})) == "node p has no parent, so no record would reach it; name at least one");
    CHECK(refusal(t, {.kind = node_kind::source, .name = "s", .parents = {"source"}, .topics = {"x"}}) ==
          "source s cannot follow node source: sources read topics; write to the topic with a sink instead");
}

TEST_CASE("a topic is read by one source") {
    auto t = with_source();
    CHECK(refusal(t, source("again", {"other", "in"})) ==
          "source again cannot read topic in, which source source reads already; read it once and let several nodes "
          "follow that source");
    CHECK(refusal(t, source("twice", {"x", "x"}))
              .rfind("source twice cannot read topic x, which source twice reads", 0) == 0);
    CHECK(refusal(t, source("none", {})) == "source none reads no topic; name at least one");
}

TEST_CASE("a sink writes to one topic, or to those a function chooses") {
    auto t = with_source();
    CHECK(refusal(t, sink("sink", {"source"}, {})) ==
          "sink sink writes to 0 topics; give it exactly one topic, or a function of the record");
    CHECK(refusal(t, sink("sink", {"source"}, {"a", "b"})) != "");
    node_spec both = sink("sink", {"source"}, {"a"});
    both.topic_extractor = true;
    CHECK(refusal(t, both) != "");
    node_spec wrong = processor("p", {"source"});
    wrong.topics = {"a"};
    CHECK(refusal(t, wrong).rfind("processor p names topic a", 0) == 0);
}

TEST_CASE("stores are added before the nodes that use them, and only processors do") {
    auto t = with_source();
    CHECK(refusal(t, processor("p", {"source"}, {"counts"})) ==
          "store counts, which node p uses, is not in the topology; add the store first");
    t.add_store({.name = "counts"});
    CHECK(refusal(t, processor("p", {"source"}, {"counts"})) == "");
    CHECK_THROWS_WITH(t.connect_store("source", "counts"),
                      "store counts cannot be connected to source source; only processors use stores");
    CHECK_THROWS_WITH(t.connect_store("q", "counts"),
                      "store counts cannot be connected to node q, which is not in the topology; add the node first");
    CHECK_THROWS_AS(t.connect_store("p", "count"), topology_error);
}

TEST_CASE("a store added again with the same settings is only connected, with others it is refused") {
    auto t = with_source();
    t.add_node(processor("p", {"source"})).add_node(processor("q", {"source"}));
    t.add_store({.name = "counts"}, {"p"}).add_store({.name = "counts"}, {"q"});
    CHECK(t.stores().size() == 1);
    CHECK(t.find_node("q")->stores == std::vector<std::string>{"counts"});
    CHECK_THROWS_WITH(t.add_store({.name = "counts", .persistent = false}),
                      "store counts is declared twice, for node p and on its own by add_state_store, with different "
                      "settings; use one definition for both, or give one of the two another name");
}

TEST_CASE("the store of an operator is its own, whatever else has its name") {
    const auto declare_twice = [](bool first_shared, bool second_shared) {
        auto t = with_source();
        t.add_node(processor("p", {"source"})).add_node(processor("q", {"source"}));
        first_shared ? t.add_store({.name = "n"}, {"p"}) : t.add_operator_store({.name = "n"}, {"p"});
        second_shared ? t.add_store({.name = "n"}, {"q"}) : t.add_operator_store({.name = "n"}, {"q"});
    };
    for (const auto& [first_shared, second_shared] : {std::pair(false, false), {false, true}, {true, false}})
        CHECK_THROWS_WITH(declare_twice(first_shared, second_shared),
                          "store n is declared twice, for node p and for node q: each would overwrite what the other "
                          "keeps; give one of the two another name");
    CHECK_NOTHROW(declare_twice(true, true));
}

TEST_CASE("a repartition topic is made once, and both places are said") {
    auto t = with_source();
    t.add_repartition_topic({.name = "r-repartition", .partitions = 3, .behind = {"source"}});
    CHECK_THROWS_WITH(
        t.add_repartition_topic({.name = "r-repartition", .partitions = 3}),
        "repartition topic r-repartition is made twice, behind source and on its own: the records of both "
        "would mix; give one of the two another name");
    CHECK(t.is_repartition_topic("r-repartition"));
    CHECK_FALSE(t.is_repartition_topic("in"));
    CHECK_THROWS_AS(t.add_repartition_topic({.name = "s-repartition", .partitions = 0}), topology_error);
}

TEST_CASE("topics that are partitioned alike are read by sources") {
    auto t = with_source();
    t.add_copartition_group({"in"});
    CHECK(t.copartition_groups().size() == 1);
    CHECK_THROWS_AS(t.add_copartition_group({"in", "im"}), topology_error);
}

TEST_CASE("a refused node leaves the topology as it was") {
    auto t = with_source();
    CHECK(refusal(t, source("next", {"new", "in"})) != "");
    CHECK(t.nodes().size() == 1);
    CHECK(refusal(t, source("next", {"new"})) == "");
}

TEST_CASE("a copied topology grows on its own") {
    const auto t = with_source();
    topology copy = t;
    copy.add_node(processor("p", {"source"}));
    CHECK(t.nodes().size() == 1);
    CHECK(copy.nodes().size() == 2);
    topology assigned;
    assigned = copy;
    CHECK(assigned.find_node("p") != nullptr);
    CHECK(assigned.find_node("q") == nullptr);
}

TEST_CASE("an empty topology has no parts to run") {
    CHECK_THROWS_WITH(topology{}.sub_topologies(),
                      "the topology is empty: no source was added to it; add a source, for "
                      "example by streams_builder::stream");
}

TEST_CASE("nodes are in one part where edges or stores connect them, and topics cut") {
    topology t;
    t.add_node(source("left", {"a", "b"})).add_node(source("other", {"c"})).add_node(source("right", {"d"}));
    t.add_store({.name = "shared"});
    t.add_node(processor("p", {"left"}, {"shared"})).add_node(processor("q", {"right"}, {"shared"}));
    t.add_node(sink("to-r", {"q"}, {"r-repartition"})).add_repartition_topic({.name = "r-repartition"});
    t.add_node(source("r", {"r-repartition"})).add_node(sink("out", {"r"}, {"out"}));

    const auto parts = t.sub_topologies();
    REQUIRE(parts.size() == 3);
    CHECK(parts[0].id == 0);
    CHECK(parts[0].nodes == std::vector<std::size_t>{0, 2, 3, 4, 5});
    CHECK(parts[0].source_topics == std::vector<std::string>{"a", "b", "d"});
    CHECK(parts[0].sink_topics == std::vector<std::string>{"r-repartition"});
    CHECK(parts[0].stores == std::vector<std::string>{"shared"});
    CHECK(parts[0].repartition_sources.empty());
    CHECK(parts[1].nodes == std::vector<std::size_t>{1});
    CHECK(parts[2].id == 2);
    CHECK(parts[2].repartition_sources == std::vector<std::string>{"r-repartition"});
    CHECK(parts[2].sink_topics == std::vector<std::string>{"out"});
}

TEST_CASE("a node that joins two parts gives them the number of the first") {
    topology t;
    t.add_node(source("a", {"a"})).add_node(source("b", {"b"})).add_node(source("c", {"c"}));
    t.add_node(processor("p", {"c", "a"}));
    const auto parts = t.sub_topologies();
    REQUIRE(parts.size() == 2);
    CHECK(parts[0].nodes == std::vector<std::size_t>{0, 2, 3});
    CHECK(parts[1].nodes == std::vector<std::size_t>{1});
}

TEST_CASE("the stores of a node come in the order of Java's hash set, in which Kafka Streams flushes them") {
    topology t;
    t.add_node(source("source", {"in"}));
    t.add_store({.name = "b"}).add_store({.name = "a"}).add_node(processor("p", {"source"}, {"b", "a"}));
    CHECK(t.sub_topologies()[0].stores == std::vector<std::string>{"a", "b"});
    CHECK(t.find_node("p")->stores == std::vector<std::string>{"b", "a"});
}
