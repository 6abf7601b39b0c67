// A global table whose disk takes no more for a while.

#include "catch.hpp"
#include "runtime/messages.hpp"
#include "simulation/simulated_world.hpp"
#include "src/testing/simulation/simulated_disk.hpp"

#include <streams/dsl/streams_builder.hpp>

#include <memory>
#include <optional>
#include <string>

using namespace streams;
using namespace std::chrono_literals;
using simulated::disk_call;
using simulation::simulated_world;
using text = std::string;

namespace {

/// An application with a global table on a disk that can be full.
class looking_up {
public:
    explicit looking_up(simulated_world& world) : looking_up(world, disk_call::write, false) {}
    /// `full_at_first`: when the application starts, which has a row to read then.
    looking_up(simulated_world& world, disk_call refused, bool full_at_first)
        : full(full_at_first), world_(world), refused_call_(refused) {
        world_.cluster.create_topic("rows");
        if (full) world_.cluster.produce("rows", text("row"), text("old"));
        streams_builder builder;
        const auto rows = builder.global_table<text, text>("rows", materialized{.name = "rows"});
        builder.stream<text, text>("in")
            .join(
                rows, [](const text& value) { return value; }, [](const text&, const text& row) { return row; })
            .to("out");
        auto config = world_.config("one");
        config.task_timeout = 1min;
        app = std::make_unique<kafka_streams>(builder.build(), config, world_.cluster.clients(), &world_.scheduler,
                                              disk_.get());
        app->start();
        if (full) return;
        REQUIRE(app->wait_for(application_state::running, 1min));
        world_.scheduler.sleep(5s); // so that the next commit writes
    }
    /// A row that the disk refuses.
    void put_on_full_disk(const text& value) {
        full = true;
        refused_ = 0;
        world_.cluster.produce("rows", text("row"), value);
        REQUIRE(world_.eventually([&] { return refused_ > 0; }));
    }
    [[nodiscard]] text found() {
        const auto before = world_.written();
        world_.produce(0, "row");
        REQUIRE(world_.eventually([&] { return world_.written() > before; }));
        return world_.cluster.read<text, text>("out").back().value;
    }

    bool full;

private:
    simulated_world& world_;
    const disk_call refused_call_;
    int refused_ = 0;
    simulated::simulated_disk content_;
    std::unique_ptr<state_disk> disk_ = content_.mounted(
        [this](disk_call asked, bool after) -> std::optional<text> {
            if (!full || after || asked != refused_call_) return std::nullopt;
            ++refused_;
            return "no space is left";
        },
        std::make_shared<bool>(true));

public:
    std::unique_ptr<kafka_streams> app;
};

} // namespace

TEST_CASE("a disk that is full for a while ends no application with a global table, which is read meanwhile") {
    simulation::simulate(
        [](simulated_world& w) {
            looking_up t(w);
            for (const text value : {"first", "second"}) {
                t.put_on_full_disk(value);
                w.scheduler.sleep(50s);
                CHECK(t.found() == value);
                t.full = false;
                w.scheduler.sleep(10s);
                CHECK(t.app->error().empty());
            }
            CHECK(t.app->close(1min));
        },
        1);
}

TEST_CASE("a disk that is full while a global table is opened or filled ends no application") {
    const auto refused = GENERATE(disk_call::open, disk_call::write);
    simulation::simulate(
        [&](simulated_world& w) {
            looking_up t(w, refused, true);
            w.scheduler.sleep(50s);
            CHECK(t.app->error().empty());
            t.full = false;
            CHECK(t.app->wait_for(application_state::running, 1min));
            CHECK(t.found() == "old");
            CHECK(t.app->close(1min));
        },
        1);
}

TEST_CASE("a disk that stays full ends an application with a global table once task.timeout.ms is over") {
    simulation::simulate(
        [](simulated_world& w) {
            looking_up t(w);
            t.put_on_full_disk("never written");
            CHECK(t.app->wait_for(application_state::error, 5min));
            for (const char* part : {"no space is left", "tried again for 60000 ms (task.timeout.ms)"})
                CHECK(testing_support::says(t.app->error(), part));
        },
        1);
}
