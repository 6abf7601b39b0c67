#include "catch.hpp"
#include "runtime/topologies.hpp"
#include "runtime/world.hpp"

using namespace streams;
using namespace std::chrono_literals;
using testing_support::copy_topology;
using testing_support::eventually;
using testing_support::patience;
using testing_support::world;

TEST_CASE("an application says how far the stream times of its tasks lie apart") {
    world w(3);
    const auto produce = [&](std::int32_t partition, std::int64_t timestamp) {
        w.cluster.produce("in", std::string("k"), std::string("v"), {.timestamp = timestamp, .partition = partition});
    };
    auto config = w.config();
    config.num_stream_threads = GENERATE(1, 2);
    kafka_streams app = w.run(copy_topology(), config);
    REQUIRE(app.wait_for(application_state::running, patience));
    CHECK(app.counts().stream_time_spread.empty());

    const auto spread = [&] {
        const auto all = app.counts().stream_time_spread;
        return all.contains(0) ? all.at(0) : -1ms;
    };
    produce(0, 5000);
    CHECK(eventually([&] { return spread() == 0ms; }));
    produce(1, 1000);
    CHECK(eventually([&] { return spread() == 4000ms; }));
    produce(1, 7000);
    CHECK(eventually([&] { return spread() == 2000ms; }));
    produce(1, 2000); // out of order: stream time stays
    produce(2, 6000);
    produce(0, 6500);
    CHECK(eventually([&] { return spread() == 1000ms; }));
    REQUIRE(app.close(patience));
}

TEST_CASE("a task that moved to another instance counts there only") {
    world w(2);
    kafka_streams first = w.run(copy_topology(), w.config("one"));
    for (const std::int32_t partition : {0, 1})
        w.cluster.produce("in", std::string("k"), std::string("v"),
                          {.timestamp = 1000 + partition, .partition = partition});
    CHECK(eventually([&] {
        return first.counts().stream_time_spread == std::map<std::int32_t, std::chrono::milliseconds>{{0, 1ms}};
    }));
    kafka_streams second = w.run(copy_topology(), w.config("two"));
    REQUIRE(second.wait_for(application_state::running, patience));
    w.cluster.produce("in", std::string("k"), std::string("v"), {.timestamp = 9000, .partition = 0});
    w.cluster.produce("in", std::string("k"), std::string("v"), {.timestamp = 9000, .partition = 1});
    const std::map<std::int32_t, std::chrono::milliseconds> alone{{0, 0ms}};
    CHECK(eventually(
        [&] { return first.counts().stream_time_spread == alone && second.counts().stream_time_spread == alone; }));
}
