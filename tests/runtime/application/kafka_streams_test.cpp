#include "catch.hpp"
#include "runtime/messages.hpp"
#include "runtime/topologies.hpp"
#include "runtime/world.hpp"

#include "src/runtime/commit/commit_metadata.hpp"

#include <atomic>
#include <mutex>
#include <thread>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::copy_topology;
using testing_support::count_topology;
using testing_support::eventually;
using testing_support::message_of;
using testing_support::patience;
using testing_support::says;
using testing_support::world;

TEST_CASE("an application copies records from a topic to another, and stops when it is closed") {
    world w;
    w.produce("a", "x");
    kafka_streams app = w.run(copy_topology(), w.config());
    CHECK(app.wait_for(application_state::running, patience));
    w.produce("b", "y");
    CHECK(eventually([&] { return w.out().size() == 2; }));
    CHECK(w.out() == std::vector<std::string>{"x", "y"});
    CHECK(app.counts().processed == 2);
    CHECK(app.counts().sent == 2);
    CHECK(app.close(patience));
    CHECK(app.state() == application_state::not_running);
    CHECK(w.committed() == 2);
    CHECK(w.cluster.members("app") == 0);
}

TEST_CASE("an application that starts again goes on where it was, with the state it had") {
    const bool persistent = GENERATE(true, false);
    world w;
    for (int i = 0; i < 3; ++i) w.produce("a", "x");
    {
        kafka_streams app = w.run(count_topology(persistent), w.config());
        CHECK(eventually([&] { return w.counts()["a"] == 3; }));
    }
    w.produce("a", "x");
    kafka_streams app = w.run(count_topology(persistent), w.config());
    CHECK(eventually([&] { return w.out().size() == 4; }));
    CHECK(w.out() == std::vector<std::string>{"1", "2", "3", "4"});
}

TEST_CASE("state that is gone is rebuilt from the changelog, and the listener is told") {
    world w;
    for (int i = 0; i < 3; ++i) w.produce("a", "x");
    {
        kafka_streams app = w.run(count_topology(true), w.config("first"));
        CHECK(eventually([&] { return w.counts()["a"] == 3; }));
    }
    std::atomic<std::int64_t> begun{-1};
    std::atomic<std::int64_t> rows{-1};
    kafka_streams app(count_topology(true), w.config("second"), w.cluster.clients());
    app.set_restore_listener({
        .on_restore_start =
            [&](const restore_progress& now) {
                if (now.changelog.topic == "app-counts-changelog" && now.store == "counts") begun = now.begin;
            },
        .on_restore_end = [&](const restore_progress& now) { rows = now.rows; },
    });
    app.start();
    w.produce("a", "x");
    CHECK(eventually([&] { return w.counts()["a"] == 4; }));
    CHECK(begun == 0);
    CHECK(rows >= 1);
}

TEST_CASE("two instances share the partitions, and one takes over what the other leaves") {
    world w(4);
    const auto produce_all = [&] {
        for (int key = 0; key < 20; ++key) w.produce("k" + std::to_string(key), "x");
    };
    produce_all();
    kafka_streams one = w.run(count_topology(true), w.config("one"));
    CHECK(eventually([&] { return one.counts().processed == 20; }));
    {
        kafka_streams two = w.run(count_topology(true), w.config("two"));
        CHECK(two.wait_for(application_state::running, patience));
        CHECK(one.wait_for(application_state::running, patience));
        produce_all();
        CHECK(eventually([&] { return one.counts().processed + two.counts().processed == 40; }));
        CHECK(two.counts().processed > 0);
        CHECK(one.counts().processed > 20);
    }
    produce_all();
    CHECK(eventually([&] { return w.out().size() == 60; }));
    for (const auto& [key, count] : w.counts()) CHECK(count == 3);
}

TEST_CASE("several stream threads share the partitions of one instance") {
    world w(4);
    auto config = w.config();
    config.num_stream_threads = 3;
    config.group_instance_id = "static";
    kafka_streams app = w.run(count_topology(true), config);
    CHECK(app.wait_for(application_state::running, patience));
    for (int i = 0; i < 2; ++i)
        for (int key = 0; key < 50; ++key) w.produce("k" + std::to_string(key), "x");
    CHECK(eventually([&] { return w.out().size() == 100; }));
    for (const auto& [key, count] : w.counts()) CHECK(count == 2);
}

TEST_CASE("an instance that comes back to its place with another input reads it") {
    world w;
    w.cluster.create_topic("more", 1);
    auto config = w.config();
    config.group_instance_id = "static";
    {
        kafka_streams app = w.run(copy_topology(), config);
        REQUIRE(app.wait_for(application_state::running, patience));
        REQUIRE(app.close(patience));
    }
    topology both;
    both.add_source<std::string, std::string>("source", "in");
    both.add_source<std::string, std::string>("another", "more");
    both.add_sink<std::string, std::string>("sink", "out", {"source", "another"});
    kafka_streams app = w.run(both, config);
    w.cluster.produce("more", std::string("k"), std::string("v"), {});
    CHECK(eventually([&] { return w.out().size() == 1; }));
}

TEST_CASE("a missing source topic is an error at start, by its name and with the remedy") {
    world w;
    w.cluster.remove_topic("in");
    const auto message = message_of([&] { w.run(copy_topology(), w.config()); });
    CHECK(says(message, "source topic in does not exist"));
    CHECK(says(message, "create it"));
}

TEST_CASE("a missing output topic is an error at start too, by its name and with the remedy") {
    world w;
    w.cluster.remove_topic("out");
    const auto message = message_of([&] { w.run(copy_topology(), w.config()); });
    CHECK(says(message, "output topic out does not exist"));
    CHECK(says(message, "create it"));
}

TEST_CASE("a topic that a sink chooses for each record need not exist at start") {
    world w;
    topology t;
    t.add_source<std::string, std::string>("source", "in");
    t.add_sink<std::string, std::string>("sink", [](const record<std::string, std::string>& r) { return r.value; },
                                         {"source"});
    kafka_streams app = w.run(t, w.config());
    CHECK(app.wait_for(application_state::running, patience));
}

TEST_CASE("an internal topic whose name is too long for Kafka is refused when the application is made") {
    world w;
    topology t = copy_topology();
    t.add_store({.name = std::string(240, 's'), .caching = false}, {"tap"});
    const auto message = message_of([&] { kafka_streams(t, w.config(), w.cluster.clients()); });
    CHECK(says(message, "has a name of 254 characters, and Kafka allows 249"));
    CHECK(says(message, "a shorter name"));
    topology repartitioned;
    repartitioned.add_source<std::string, std::string>("source", "in");
    repartitioned.add_repartition_topic({.name = std::string(236, 'r') + "-repartition"});
    CHECK(
        says(message_of([&] { kafka_streams(repartitioned, w.config(), w.cluster.clients()); }), "of 252 characters"));
}

TEST_CASE("a record that does not decode stops the application, and nothing is committed past it") {
    world w;
    topology numbers;
    numbers.add_source<std::string, std::int64_t>("source", "in");
    numbers.add_sink<std::string, std::int64_t>("sink", "out", {"source"});
    w.cluster.produce("in", std::string("a"), std::int64_t{1});
    w.cluster.produce("in", std::string("a"), std::string("no number"));
    w.cluster.produce("in", std::string("a"), std::int64_t{3});
    {
        kafka_streams app = w.run(numbers, w.config());
        CHECK(app.wait_for(application_state::error, patience));
        CHECK(says(app.error(), "topic in partition 0 offset 1"));
        CHECK(w.committed() <= 1);
    }
    auto lenient = w.config();
    lenient.on_deserialization_error = resume_on_error{};
    kafka_streams app = w.run(numbers, lenient);
    CHECK(eventually([&] { return app.counts().processed >= 3; }));
    CHECK(eventually([&] { return w.committed() == 3; }));
    CHECK(app.counts().dropped == std::map<drop_reason, std::uint64_t>{{drop_reason::deserialization, 1}});
}

TEST_CASE("a thread that fails stops the others, which commit") {
    world w(2);
    auto config = w.config();
    config.num_stream_threads = 2;
    config.commit_interval = 1h;
    kafka_streams app = w.run(copy_topology([](const auto& r, auto&) {
                                  if (r.value == "bad") throw std::runtime_error("cannot go on");
                              }),
                              config);
    CHECK(app.wait_for(application_state::running, patience));
    w.cluster.produce("in", std::string("k"), std::string("good"), {.partition = 1});
    CHECK(eventually([&] { return w.out().size() == 1; }));
    w.cluster.produce("in", std::string("k"), std::string("bad"), {.partition = 0});
    CHECK(app.wait_for(application_state::error, patience));
    CHECK(says(app.error(), "cannot go on"));
    CHECK(w.committed("in", 1) == 1);
    CHECK(w.committed("in", 0) <= 0);
}

TEST_CASE("code slower than the poll interval loses its tasks and joins again, and nothing is lost") {
    world w(1, {.max_poll_interval = 1s});
    auto config = w.config();
    config.max_poll_interval = 1s;
    std::atomic<int> slow{1};
    kafka_streams app = w.run(count_topology(true,
                                             [&](const auto& r, auto&) {
                                                 if (r.key == "slow" && slow.fetch_sub(1) == 1)
                                                     std::this_thread::sleep_for(2500ms);
                                             }),
                              config);
    w.produce("slow", "x");
    w.produce("b", "x");
    // Another member's call is what makes a group look at the time.
    kafka_streams other = w.run(count_topology(true), w.config("other"));
    CHECK(eventually([&] { return w.counts()["b"] >= 1 && w.counts()["slow"] >= 1; }));
    CHECK(app.state() != application_state::error);
    CHECK(eventually([&] { return w.committed() == 2; }));
}

TEST_CASE("commits carry Kafka Streams' metadata") {
    world w;
    w.produce("a", "x", 1234);
    kafka_streams app = w.run(copy_topology(), w.config());
    CHECK(eventually([&] { return w.committed() == 1; }));
    CHECK(decode_commit_metadata(w.cluster.committed("app").at({"in", 0}).metadata).partition_time == 1234);
}

TEST_CASE("a repartition topic is made with the partitions of its input, and purged once it is committed") {
    world w(3);
    topology what;
    what.add_source<std::string, std::string>("source", "in");
    what.add_repartition_topic({.name = "by-value-repartition"});
    what.add_sink<std::string, std::string>("to-internal", "by-value-repartition", {"source"});
    what.add_source<std::string, std::string>("internal", "by-value-repartition");
    what.add_sink<std::string, std::string>("sink", "out", {"internal"});
    auto config = w.config();
    config.repartition_purge_interval = 1ms;
    kafka_streams app = w.run(what, config);
    CHECK(w.cluster.partitions("app-by-value-repartition") == 3);
    for (int i = 0; i < 30; ++i) w.produce("k" + std::to_string(i), "x");
    CHECK(eventually([&] { return w.out().size() == 30; }));
    CHECK(eventually([&] {
        w.produce("again", "x");
        std::this_thread::sleep_for(20ms);
        const auto begins = w.cluster.begin_offsets("app-by-value-repartition");
        return begins[0] + begins[1] + begins[2] >= 30;
    }));
}

TEST_CASE("a state folder in use by another instance is refused") {
    world w;
    kafka_streams one = w.run(count_topology(true), w.config("same"));
    const auto message = message_of([&] { w.run(count_topology(true), w.config("same")); });
    CHECK(says(message, "is in use by another instance"));
}

TEST_CASE("the listener hears of every state, and an application cannot be started twice") {
    world w;
    std::mutex mutex;
    std::vector<application_state> heard;
    kafka_streams app(copy_topology(), w.config(), w.cluster.clients());
    app.set_state_listener([&](application_state now, application_state) {
        const std::lock_guard lock(mutex);
        heard.push_back(now);
    });
    app.start();
    CHECK_THROWS_AS(app.start(), streams_error);
    CHECK(app.wait_for(application_state::running, patience));
    app.close();
    using enum application_state;
    CHECK(heard == std::vector{rebalancing, running, pending_shutdown, not_running});
}

TEST_CASE("the state on disk can be removed before the start and after the end, and comes back from the changelog") {
    world w;
    for (int i = 0; i < 3; ++i) w.produce("a", "x");
    kafka_streams first = w.run(count_topology(true), w.config());
    CHECK(eventually([&] { return w.committed() == 3; }));
    CHECK(says(message_of([&] { first.clean_up(); }), "close it first"));
    kafka_streams second(count_topology(true), w.config(), w.cluster.clients());
    CHECK(says(message_of([&] { second.clean_up(); }), "in use by another instance"));
    first.close();
    const auto state = w.config().state_dir / "app" / "0_0";
    CHECK(std::filesystem::exists(state));
    second.clean_up();
    CHECK_FALSE(std::filesystem::exists(state));
    second.start();
    w.produce("a", "x");
    CHECK(eventually([&] { return w.counts()["a"] == 4; }));
    second.close();
    second.clean_up();
    CHECK_FALSE(std::filesystem::exists(state));
}

TEST_CASE("an instance removes the state of a task that another one has had for a while") {
    world w(2);
    auto config = w.config("one");
    config.state_cleanup_delay = 50ms;
    for (int key = 0; key < 20; ++key) w.produce("k" + std::to_string(key), "x");
    kafka_streams one = w.run(count_topology(true), config);
    const auto folders = [&] {
        return std::pair(std::filesystem::exists(config.state_dir / "app" / "0_0"),
                         std::filesystem::exists(config.state_dir / "app" / "0_1"));
    };
    CHECK(eventually([&] { return folders() == std::pair(true, true); }));
    kafka_streams two = w.run(count_topology(true), w.config("two"));
    CHECK(eventually([&] { return folders() == std::pair(true, false) || folders() == std::pair(false, true); }));
    CHECK(eventually([&] { return one.state() == application_state::running; }));
}

TEST_CASE("limits of an embedded cluster that have no end expel no member") {
    world w(1, {.session_timeout = std::chrono::milliseconds::max(),
                .max_poll_interval = std::chrono::milliseconds::max()});
    kafka_streams app = w.run(testing_support::copy_topology(), w.config());
    w.produce("k", "v");
    CHECK(eventually([&] { return w.committed() == 1; }));
}
