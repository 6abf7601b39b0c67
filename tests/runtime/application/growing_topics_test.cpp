#include "catch.hpp"
#include "kafka/captured_log.hpp"
#include "runtime/messages.hpp"
#include "runtime/topologies.hpp"
#include "runtime/world.hpp"

#include <algorithm>
#include <string>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::copy_topology;
using testing_support::count_topology;
using testing_support::eventually;
using testing_support::patience;
using testing_support::says;
using testing_support::world;

namespace {

void produce_to(world& w, const std::string& topic, std::int32_t partition, const std::string& value) {
    w.cluster.produce(topic, std::string("k"), value, {.timestamp = 1, .partition = partition});
}

/// in -> repartition -> out, without a store.
topology repartitioning(std::optional<std::int32_t> partitions) {
    topology t;
    t.add_source<std::string, std::string>("source", "in");
    t.add_repartition_topic({.name = "mine-repartition", .partitions = partitions});
    t.add_sink<std::string, std::string>("to-internal", "mine-repartition", {"source"});
    t.add_source<std::string, std::string>("internal", "mine-repartition");
    t.add_sink<std::string, std::string>("sink", "out", {"internal"});
    return t;
}

topology copy_matching(const std::string& pattern) {
    topology t;
    t.add_node({.kind = node_kind::source,
                .name = "source",
                .make = [] { return make_node<topic_source<std::string, std::string>>(); },
                .pattern = pattern});
    t.add_sink<std::string, std::string>("sink", "out", {"source"});
    return t;
}

/// That looks for topics again and again.
streams_config looking(const world& w, const std::string& instance = "one") {
    auto config = w.config(instance);
    config.consumer["metadata.max.age.ms"] = "50";
    return config;
}

} // namespace

TEST_CASE("a partition that is added to an input is read by a task of its own") {
    world w;
    kafka_streams app = w.run(copy_topology(), w.config());
    produce_to(w, "in", 0, "before");
    CHECK(eventually([&] { return w.out().size() == 1; }));
    w.cluster.create_partitions("in", 3);
    produce_to(w, "in", 2, "of the last");
    produce_to(w, "in", 1, "of the second");
    produce_to(w, "in", 0, "of the first");
    CHECK(eventually([&] { return w.out().size() == 4; }));
    CHECK(eventually([&] { return w.committed("in", 2) == 1; }));
    CHECK(app.wait_for(application_state::running, patience));
}

TEST_CASE("an input with a store that grows ends the application, which names its changelog and the remedy") {
    world w;
    auto config = w.config();
    config.num_stream_threads = 2;
    kafka_streams app = w.run(count_topology(true), config);
    w.produce("a", "x");
    CHECK(eventually([&] { return w.committed() == 1; }));
    w.cluster.create_partitions("in", 2);
    CHECK(app.wait_for(application_state::error, patience));
    CHECK(says(app.error(), "internal topic app-counts-changelog has 1 partition, but the inputs ask for 2"));
    CHECK(says(app.error(), "reset the application"));
    CHECK(app.close(patience));
    CHECK(w.committed() == 1);
}

TEST_CASE("an input of a repartition topic that grows ends the application, unless the topic's width was declared") {
    world w;
    {
        kafka_streams app = w.run(repartitioning(std::nullopt), w.config());
        CHECK(app.wait_for(application_state::running, patience));
        w.cluster.create_partitions("in", 2);
        CHECK(app.wait_for(application_state::error, patience));
        CHECK(says(app.error(), "app-mine-repartition has 1 partition, but the inputs ask for 2"));
    }
    w.cluster.remove_topic("app-mine-repartition");
    kafka_streams app = w.run(repartitioning(1), w.config());
    CHECK(app.wait_for(application_state::running, patience));
    w.cluster.create_partitions("in", 3);
    produce_to(w, "in", 2, "x");
    CHECK(eventually([&] { return w.out().size() == 1; }));
}

TEST_CASE("of two topics that are joined one grows, and the application ends with both names") {
    world w;
    w.cluster.create_topic("other", 1);
    topology t = copy_topology();
    t.add_source<std::string, std::string>("right", "other");
    t.add_sink<std::string, std::string>("right-sink", "out", {"right"});
    t.add_copartition_group({"in", "other"});
    kafka_streams app = w.run(t, w.config());
    CHECK(app.wait_for(application_state::running, patience));
    w.cluster.create_partitions("other", 2);
    CHECK(app.wait_for(application_state::error, patience));
    CHECK(says(app.error(), "in has 1, other has 2"));
}

TEST_CASE("instances that found different topics for a pattern do not process a record twice") {
    world w;
    w.cluster.create_topic("p1", 1);
    kafka_streams one = w.run(copy_matching("p[0-9]"), w.config("one"));
    CHECK(one.wait_for(application_state::running, patience));
    w.cluster.create_topic("p0", 2);
    kafka_streams two = w.run(copy_matching("p[0-9]"), w.config("two"));
    CHECK(two.wait_for(application_state::running, patience));
    CHECK(one.wait_for(application_state::running, patience));
    for (int i = 0; i < 20; ++i) produce_to(w, "p1", 0, std::to_string(i));
    for (const int partition : {0, 1}) produce_to(w, "p0", partition, "last");
    CHECK(eventually([&] { return w.out().size() >= 22; }));
    CHECK(one.close(patience));
    CHECK(two.close(patience));
    CHECK(w.out().size() == 22);
}

TEST_CASE(
    "a topic that is made while the application runs, and matches its pattern, is read by tasks of its own width") {
    const std::int32_t threads = GENERATE(1, 2);
    world w;
    w.cluster.create_topic("p1", 1);
    auto config = looking(w);
    config.num_stream_threads = threads;
    kafka_streams app = w.run(copy_matching("p[0-9]"), config);
    REQUIRE(app.wait_for(application_state::running, patience));
    produce_to(w, "p1", 0, "of the first");
    w.cluster.create_topic("p2", 3);
    for (const int partition : {0, 1, 2}) produce_to(w, "p2", partition, "of the second");
    w.cluster.create_topic("other", 1);
    CHECK(eventually([&] { return w.out().size() == 4; }));
    for (const int partition : {0, 1, 2}) CHECK(eventually([&] { return w.committed("p2", partition) == 1; }));
    produce_to(w, "p1", 0, "and on");
    CHECK(eventually([&] { return w.out().size() == 5; }));
    CHECK(app.wait_for(application_state::running, patience));
}

TEST_CASE("each of several instances follows a topic that is made later, and none reads it twice") {
    world w;
    w.cluster.create_topic("p1", 2);
    kafka_streams one = w.run(copy_matching("p[0-9]"), looking(w, "one"));
    kafka_streams two = w.run(copy_matching("p[0-9]"), looking(w, "two"));
    REQUIRE(one.wait_for(application_state::running, patience));
    REQUIRE(two.wait_for(application_state::running, patience));
    w.cluster.create_topic("p0", 2);
    for (const int partition : {0, 1}) {
        produce_to(w, "p0", partition, "v");
        produce_to(w, "p1", partition, "v");
    }
    for (const int partition : {0, 1}) CHECK(eventually([&] { return w.committed("p0", partition) == 1; }));
    CHECK(eventually([&] { return w.out().size() == 4; }));
    CHECK(one.close(patience));
    CHECK(two.close(patience));
    CHECK(w.out().size() == 4);
}

TEST_CASE("a topic of a pattern that is removed is let go of, and the others are read on") {
    world w;
    w.cluster.create_topic("p1", 1);
    w.cluster.create_topic("p2", 2);
    kafka_streams app = w.run(copy_matching("p[0-9]"), looking(w));
    produce_to(w, "p1", 0, "before");
    produce_to(w, "p2", 1, "before");
    REQUIRE(eventually([&] { return w.out().size() == 2; }));
    w.cluster.remove_topic("p2");
    produce_to(w, "p1", 0, "after");
    CHECK(eventually([&] { return w.out().size() == 3; }));
    w.cluster.create_topic("p2", 1);
    produce_to(w, "p2", 0, "made anew");
    CHECK(eventually([&] { return w.out().size() == 4; }));
    CHECK(app.error().empty());
}

TEST_CASE("an application whose pattern has lost its last topic goes on, and reads the next that it matches") {
    const std::string next = GENERATE("p1", "p2");
    world w;
    w.cluster.create_topic("p1", 1);
    const tests::captured_log log;
    kafka_streams app = w.run(copy_matching("p[0-9]"), looking(w));
    produce_to(w, "p1", 0, "before");
    REQUIRE(eventually([&] { return w.out().size() == 1; }));
    w.cluster.remove_topic("p1");
    const auto noticed = [&] {
        return std::ranges::count_if(log.lines(), [](const auto& line) {
            return says(line, "pattern p[0-9] of source source matches no topic any more");
        });
    };
    CHECK(eventually([&] { return noticed() == 1; }));
    CHECK(app.wait_for(application_state::running, patience));
    w.cluster.create_topic(next, 1);
    produce_to(w, next, 0, "after");
    CHECK(eventually([&] { return w.out().size() == 2; }));
    CHECK(app.wait_for(application_state::running, patience));
    CHECK(noticed() == 1);
    CHECK(app.error().empty());
}

TEST_CASE("a topic that is made later and is wider than a store's changelog ends the application, which says so") {
    world w;
    w.cluster.create_topic("p1", 1);
    topology t;
    t.add_node({.kind = node_kind::source,
                .name = "source",
                .make = [] { return make_node<topic_source<std::string, std::string>>(); },
                .pattern = "p[0-9]"});
    t.add_processor("count", [] { return std::make_unique<testing_support::counting>(); }, {"source"});
    t.add_store({.name = "counts", .kind = key_value_kind{.timestamped = false}, .caching = false}, {"count"});
    kafka_streams app = w.run(t, looking(w));
    REQUIRE(app.wait_for(application_state::running, patience));
    w.cluster.create_topic("p2", 2);
    CHECK(app.wait_for(application_state::error, patience));
    CHECK(says(app.error(), "internal topic app-counts-changelog has 1 partition, but the inputs ask for 2"));
    CHECK(app.close(patience));
}

TEST_CASE(
    "a source topic that is removed under way ends the application with its name, unless a handler says otherwise") {
    world w;
    const bool replaces = GENERATE(false, true);
    kafka_streams app(copy_topology(), w.config(), w.cluster.clients());
    std::string heard;
    if (replaces)
        app.set_uncaught_exception_handler([&](const std::exception& cause) {
            heard = cause.what();
            w.cluster.create_topic("in", 1);
            return thread_exception_response::replace_thread;
        });
    app.start();
    w.produce("k", "before");
    REQUIRE(eventually([&] { return w.committed() == 1; }));
    w.cluster.remove_topic("in");
    if (replaces) {
        REQUIRE(eventually([&] { return w.cluster.partitions("in") == 1; }));
        w.produce("k", "after");
        CHECK(eventually([&] { return w.out().size() == 2; }));
        CHECK(says(heard, "source topic in does not exist"));
        return;
    }
    CHECK(app.wait_for(application_state::error, patience));
    CHECK(says(app.error(), "source topic in does not exist"));
    CHECK(app.close(patience));
}
