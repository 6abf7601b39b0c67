#include "catch.hpp"
#include "runtime/messages.hpp"
#include "runtime/topologies.hpp"
#include "runtime/world.hpp"

#include "src/runtime/thread/start_positions.hpp"

using namespace streams;
using namespace std::chrono_literals;
using testing_support::copy_topology;
using testing_support::eventually;
using testing_support::message_of;
using testing_support::says;
using testing_support::world;

namespace {

start_positions positions_of(const world& w, const streams_config& config, const topology& what) {
    auto consumer = w.cluster.clients()->make_consumer({.client_id = "c", .group_id = "app"});
    const std::vector<topic_partition> partitions{{"in", 0}};
    const stop_source stop(machine(), "a test");
    return find_start_positions(*consumer, what, config, {machine(), stop, config.task_timeout}, partitions);
}

} // namespace

TEST_CASE("without a committed offset a source begins where auto.offset.reset says") {
    world w;
    for (int i = 0; i < 3; ++i) w.produce("k", "x");
    w.cluster.delete_records({"in", 0}, 1);
    auto config = w.config();
    CHECK(positions_of(w, config, copy_topology()).positions.at(0).second == 1);
    config.auto_offset_reset = offset_reset::latest;
    CHECK(positions_of(w, config, copy_topology()).positions.at(0).second == 3);
    config.auto_offset_reset = offset_reset::none;
    CHECK(says(message_of([&] { static_cast<void>(positions_of(w, config, copy_topology())); }),
               "no committed offset for in-0"));
}

TEST_CASE("a source's own reset wins over the configured one, and repartition topics begin at their start") {
    topology what;
    what.add_source<std::string, std::string>(offset_reset::latest, "source", "in");
    what.add_repartition_topic({.name = "x-repartition"});
    what.add_sink<std::string, std::string>("to", "x-repartition", {"source"});
    what.add_source<std::string, std::string>("internal", "x-repartition");
    streams_config config;
    config.application_id = "app";
    CHECK(reset_of(what, config, "in") == offset_reset::latest);
    config.auto_offset_reset = offset_reset::latest;
    CHECK(reset_of(what, config, "app-x-repartition") == offset_reset::earliest);
}

TEST_CASE("a committed offset is where a source goes on") {
    world w;
    for (int i = 0; i < 3; ++i) w.produce("k", "x");
    {
        kafka_streams app = w.run(copy_topology(), w.config());
        CHECK(eventually([&] { return w.committed() == 3; }));
    }
    const auto found = positions_of(w, w.config(), copy_topology());
    CHECK(found.positions.at(0).second == 3);
    CHECK(found.committed.at(0).offset == 3);
}

TEST_CASE(
    "where the committed offset was deleted, auto.offset.reset says where to go on, and none ends the application") {
    for (const auto reset : {offset_reset::earliest, offset_reset::latest, offset_reset::none}) {
        world w;
        auto config = w.config();
        config.auto_offset_reset = reset;
        for (int i = 0; i < 10; ++i) w.produce("k", "old");
        {
            auto first = w.config();
            kafka_streams app = w.run(copy_topology(), first);
            REQUIRE(eventually([&] { return w.committed() == 10; }));
        }
        for (int i = 0; i < 20; ++i) w.produce("k", "deleted or kept");
        w.cluster.delete_records({"in", 0}, 25);
        kafka_streams app = w.run(copy_topology(), config);
        if (reset == offset_reset::none) {
            CHECK(eventually([&] { return app.state() == application_state::error; }));
            CHECK(says(app.error(), "in-0"));
            CHECK(says(app.error(), "auto.offset.reset is none"));
            continue;
        }
        REQUIRE(app.wait_for(application_state::running, testing_support::patience));
        if (reset == offset_reset::earliest) {
            CHECK(eventually([&] { return w.committed() == 30; }));
            CHECK(w.out().size() == 10 + 5);
        } else {
            // Whatever is written before the position is found to be out of range is passed over too.
            CHECK(eventually([&] {
                w.produce("k", "new");
                return w.out().size() > 10;
            }));
            for (std::size_t at = 10; at < w.out().size(); ++at) CHECK(w.out()[at] == "new");
        }
    }
}
