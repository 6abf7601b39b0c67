#include "catch.hpp"
#include "faults/faulty_clients.hpp"
#include "kafka/captured_log.hpp"
#include "runtime/messages.hpp"
#include "runtime/topologies.hpp"

#include "src/runtime/topics/internal_topics.hpp"

#include <streams/testing/embedded_cluster.hpp>
#include <streams/topology/topic_source.hpp>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::message_of;
using testing_support::says;

namespace {

streams_config named_app() {
    streams_config config;
    config.application_id = "app";
    return config;
}

topology with_store(store_spec store) {
    topology t;
    t.add_source<std::string, std::string>("source", "in");
    t.add_processor("count", [] { return std::make_unique<testing_support::counting>(); }, {"source"});
    t.add_store(std::move(store), {"count"});
    return t;
}

using settings = std::map<std::string, std::string>;

settings changelog_of(store_spec store, const streams_config& config = named_app()) {
    return plan_internal_topics(with_store(std::move(store)), config, {{"in", 3}}).topics.at(0).config;
}

} // namespace

TEST_CASE("a changelog has Kafka Streams' name, one partition a task, and is compacted") {
    const auto plan = plan_internal_topics(with_store({.name = "counts"}), named_app(), {{"in", 3}});
    REQUIRE(plan.topics.size() == 1);
    CHECK(plan.topics[0].name == "app-counts-changelog");
    CHECK(plan.topics[0].partitions == 3);
    CHECK(plan.topics[0].config == settings{{"cleanup.policy", "compact"}, {"message.timestamp.type", "CreateTime"}});
    CHECK(plan.layout.tasks == std::map<std::int32_t, std::int32_t>{{0, 3}});
}

TEST_CASE("a windowed changelog is kept for the retention of the store and a day") {
    const auto config = changelog_of({.name = "w", .kind = window_kind{.size = 1min, .retention = 1h}});
    CHECK(config.at("cleanup.policy") == "compact,delete");
    CHECK(config.at("retention.ms") == "90000000");
    CHECK(changelog_of({.name = "w", .kind = window_kind{.retain_duplicates = true}}).at("cleanup.policy") == "delete");
}

TEST_CASE("a changelog of what is kept for ever is kept for the longest time") {
    constexpr auto ever = std::chrono::milliseconds::max();
    CHECK(changelog_of({.name = "w", .kind = window_kind{.retention = ever}}).at("retention.ms") ==
          std::to_string(ever.count()));
    CHECK(changelog_of({.name = "v", .kind = versioned_kind{.retention = ever}}).at("min.compaction.lag.ms") ==
          std::to_string(ever.count()));
}

TEST_CASE("a versioned changelog is not compacted before the history and a day have passed") {
    const auto config = changelog_of({.name = "v", .kind = versioned_kind{.retention = 1h}});
    CHECK(config == settings{{"cleanup.policy", "compact"},
                             {"message.timestamp.type", "CreateTime"},
                             {"min.compaction.lag.ms", "90000000"}});
}

TEST_CASE("the store's own topic configuration wins over topic.*, which wins over the defaults") {
    auto config = named_app();
    config.topic = {{"segment.ms", "1"}, {"cleanup.policy", "delete"}};
    const auto found = changelog_of({.name = "s", .changelog_config = {{"segment.ms", "2"}}}, config);
    CHECK(found.at("segment.ms") == "2");
    CHECK(found.at("cleanup.policy") == "delete");
}

TEST_CASE("a store that does not log, or reuses its source, has no changelog of its own") {
    CHECK(plan_internal_topics(with_store({.name = "s", .logging = false}), named_app(), {{"in", 1}}).topics.empty());
    CHECK(
        plan_internal_topics(with_store({.name = "s", .source_topic = "in"}), named_app(), {{"in", 1}}).topics.empty());
}

TEST_CASE("setting up topics makes what is missing, and refuses what has another width") {
    embedded_cluster cluster;
    cluster.create_topic("in", 3);
    const auto admin = cluster.clients()->make_admin("admin");
    topic_layout layout;
    const auto set_up = [&] { return set_up_topics(with_store({.name = "counts"}), named_app(), *admin, 1s, layout); };
    CHECK(set_up().ok());
    CHECK(cluster.partitions("app-counts-changelog") == 3);
    CHECK(set_up().ok());
    CHECK(layout.partitions.at("in") == 3);
    cluster.remove_topic("app-counts-changelog");
    cluster.create_topic("app-counts-changelog", 2);
    const auto message = message_of([&] { static_cast<void>(set_up()); });
    CHECK(says(message, "app-counts-changelog has 2 partitions, but the inputs ask for 3"));
}

TEST_CASE("a topic that a pattern has found, and that not all brokers know, is asked for again") {
    embedded_cluster cluster;
    cluster.create_topic("p1");
    const auto admin = cluster.clients()->make_admin("admin");
    topology declared;
    declared.add_node({.kind = node_kind::source,
                       .name = "source",
                       .make = [] { return make_node<topic_source<std::string, std::string>>(); },
                       .pattern = "p[0-9]"});
    topic_layout layout;
    const auto set_up = [&](std::vector<std::string> found) {
        return set_up_topics(declared.with_topics(found, "app"), named_app(), *admin, 1s, layout);
    };
    const auto answer = set_up({"p1", "p2"});
    CHECK(answer.kind() == kafka::error_class::retriable);
    CHECK(says(answer.reason(), "topic p2"));
    CHECK(set_up({"p1"}).ok());
}

TEST_CASE(
    "how long changelogs keep what is in them is learnt from the cluster, of input topics that are changelogs too") {
    embedded_cluster cluster;
    cluster.create_topic("in", 1,
                         {{"cleanup.policy", "compact,delete"}, {"retention.ms", "9"}, {"delete.retention.ms", "8"}});
    cluster.create_topic("app-made-changelog", 1, {{"cleanup.policy", "compact"}, {"delete.retention.ms", "7"}});
    auto what = with_store({.name = "made"});
    what.add_store({.name = "new"}, {"count"});
    what.add_store({.name = "table", .source_topic = "in"}, {"count"});
    const auto plan = std::make_shared<testing_support::fault_plan>();
    const auto admin = testing_support::faulty_clients(cluster.clients(), plan).make_admin("admin");
    topic_layout layout;
    const tests::captured_log log;

    REQUIRE(set_up_topics(what, named_app(), *admin, 1s, layout).ok());
    CHECK(layout.changelogs ==
          std::map<std::string, changelog_limits>{{"app-made-changelog", {.delete_retention = 7ms}},
                                                  {"app-new-changelog", {.delete_retention = 24h}},
                                                  {"in", {.retention = 9ms, .delete_retention = 8ms}}});
    CHECK(plan->made(testing_support::call::describe_configs) == 1);
    CHECK(log.lines().empty());
    layout.partitions["in"] = 1;
    const std::vector<topic_partition> group{{"in", 0}};
    CHECK(grown(layout, what, named_app(), group).changelogs == layout.changelogs);

    plan->fail(testing_support::call::describe_configs, {kafka::error_class::fatal, "DESCRIBE_CONFIGS is not granted"});
    REQUIRE(set_up_topics(what, named_app(), *admin, 1s, layout).ok());
    CHECK(layout.changelogs.at("app-made-changelog") == changelog_limits{.delete_retention = 24h});
    REQUIRE(log.lines().size() == 1);
    CHECK(says(log.lines()[0], "DESCRIBE_CONFIGS is not granted"));
}
