#include "catch.hpp"
#include "faults/faulty_clients.hpp"
#include "runtime/topologies.hpp"
#include "runtime/world.hpp"

using namespace streams;
using namespace std::chrono_literals;
using testing_support::eventually;
using testing_support::faulty_clients;
using testing_support::world;

TEST_CASE("an input that waits for another one is paused by the bytes that wait, and goes on when they are done") {
    constexpr std::size_t records = 60;
    constexpr std::size_t size = 900'000;
    world w;
    w.cluster.create_topic("other", 1);
    topology t;
    t.add_source<std::string, std::string>("source", "in");
    t.add_source<std::string, std::string>("second", "other");
    t.add_processor("tap",
                    [] { return std::make_unique<testing_support::tapping>(testing_support::tapping::function{}); },
                    {"source", "second"});
    t.add_sink<std::string, std::string>("sink", "out", {"tap"});
    auto config = w.config();
    config.max_task_idle = 1h;
    const auto calls = std::make_shared<testing_support::fault_plan>();
    kafka_streams app = w.run(t, config, std::make_shared<faulty_clients>(w.cluster.clients(), calls));
    for (std::size_t i = 0; i < records; ++i) w.produce("k", std::string(size, 'v'), 1);
    // Far fewer than buffered.records.per.partition, but more bytes than may wait.
    REQUIRE(eventually([&] { return calls->made(testing_support::call::pause) > 0; }));
    CHECK(app.counts().processed == 0);
    w.cluster.produce("other", std::string("k"), std::string("later"), {.timestamp = 2});
    CHECK(eventually([&] { return app.counts().processed == records; }));
}
