// Records that the cluster refuses, and that the production exception handler drops: however many they are, all else goes on.

#include "catch.hpp"
#include "simulation/simulated_world.hpp"

#include <streams/topology/topology.hpp>

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>

using namespace streams;
using namespace std::chrono_literals;
using simulation::simulated_world;

namespace {

const std::string too_large(2000, 'x');

/// An application that copies `in` to a topic that takes no large records.
class copying {
public:
    copying(simulated_world& world, processing_guarantee guarantee) : world_(world) {
        world_.cluster.create_topic("narrow", 1, {{"max.message.bytes", "1000"}});
        topology copy;
        copy.add_source<std::string, std::string>("source", "in");
        copy.add_sink<std::string, std::string>("sink", "narrow", {"source"});
        auto config = world_.config("one");
        config.guarantee = guarantee;
        config.task_timeout = 5min;
        config.on_production_error = resume_on_error{};
        app = std::make_unique<kafka_streams>(std::move(copy), config, world_.cluster.clients(), &world_.scheduler);
    }
    /// Until all of partition 0 is committed, or the application has ended.
    [[nodiscard]] bool done(std::int64_t records) {
        return world_.eventually([&] { return world_.committed(0) == records || !app->error().empty(); }) &&
               app->error().empty();
    }
    [[nodiscard]] std::size_t copied() const {
        return world_.cluster.read<std::string, std::string>("narrow", isolation_level::read_committed).size();
    }

private:
    simulated_world& world_;

public:
    std::unique_ptr<kafka_streams> app;
};

} // namespace

TEST_CASE("records that the handler drops do not end the application, however many they are") {
    const auto guarantee = GENERATE(processing_guarantee::at_least_once, processing_guarantee::exactly_once_v2);
    simulation::simulate(
        [&](simulated_world& w) {
            constexpr int records = 320;
            copying t(w, guarantee);
            for (int record = 0; record < records; ++record) w.produce(0, record % 80 == 40 ? "small" : too_large);
            t.app->start();
            CHECK(t.done(records));
            CHECK(t.app->error().empty());
            CHECK((guarantee == processing_guarantee::exactly_once_v2 ? t.copied() == 4 : t.copied() >= 4));
            CHECK(t.app->counts().dropped[drop_reason::production] == records - 4);
            CHECK(t.app->close(1min));
        },
        1);
}

TEST_CASE("exactly once, what was passed over is committed before the next record that may be refused is sent") {
    simulation::simulate(
        [&](simulated_world& w) {
            constexpr int records = 20;
            copying t(w, processing_guarantee::exactly_once_v2);
            for (int record = 0; record < records; ++record) w.produce(0, too_large);
            t.app->start();
            std::set<std::int64_t> seen;
            CHECK(w.eventually([&] {
                seen.insert(w.committed(0));
                return w.committed(0) == records;
            }));
            CHECK(seen.size() > records / 2);
            CHECK(t.app->close(1min));
        },
        1);
}
