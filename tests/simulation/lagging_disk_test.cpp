// A disk that is given restored rows faster than it puts them in order.

#include "catch.hpp"
#include "simulation/simulated_world.hpp"
#include "src/testing/simulation/simulated_disk.hpp"

#include <streams/dsl/streams_builder.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

using namespace streams;
using namespace std::chrono_literals;
using simulation::simulate;
using simulation::simulated_world;
using text = std::string;

namespace {

/// A disk that lags for as long as it is told to.
class lagging_disk {
public:
    bool lags = true;
    int asked = 0;

    [[nodiscard]] state_disk* get() const noexcept { return mounted_.get(); }

private:
    simulated::simulated_disk content_;
    std::unique_ptr<state_disk> mounted_ = content_.mounted(
        [this](simulated::disk_call call, bool) -> std::optional<text> {
            if (call != simulated::disk_call::merge) return std::nullopt;
            ++asked;
            return lags ? std::optional<text>("it merges") : std::nullopt;
        },
        std::make_shared<bool>(true));
};

} // namespace

TEST_CASE("a restore rests as long as the disk lags, is left meanwhile, and goes on then") {
    simulate(
        [](simulated_world& w) {
            {
                const auto before = w.healthy(w.config("before"));
                for (int row = 0; row < 3; ++row) w.produce(0);
                REQUIRE(w.eventually([&] { return w.committed(0) == 3; }));
                REQUIRE(before->close(1min));
            }
            lagging_disk disk;
            std::int64_t rows = 0;
            const auto start = [&](const text& name) {
                auto app = std::make_unique<kafka_streams>(testing_support::count_topology(true), w.config(name),
                                                           w.cluster.clients(), &w.scheduler, disk.get());
                app->set_restore_listener(
                    {.on_batch_restored = [&](const restore_progress&, std::int64_t more) { rows += more; }});
                app->start();
                return app;
            };
            const auto left = start("one");
            REQUIRE(w.eventually([&] { return disk.asked > 100; }));
            CHECK(rows == 0);
            CHECK(left->close(1s));

            const auto app = start("one");
            disk.asked = 0;
            REQUIRE(w.eventually([&] { return disk.asked > 0; }));
            disk.lags = false;
            CHECK(app->wait_for(application_state::running, 1min));
            CHECK(rows > 0);
            CHECK(app->close(1min));
        },
        1);
}

TEST_CASE("a global table is filled once the disk does not lag any more") {
    simulate(
        [](simulated_world& w) {
            w.cluster.create_topic("rows");
            w.cluster.produce("rows", text("row"), text("value"));
            streams_builder builder;
            const auto rows = builder.global_table<text, text>("rows", materialized{.name = "rows"});
            builder.stream<text, text>("in")
                .join(
                    rows, [](const text& value) { return value; }, [](const text&, const text& row) { return row; })
                .to("out");
            lagging_disk disk;
            kafka_streams app(builder.build(), w.config("one"), w.cluster.clients(), &w.scheduler, disk.get());
            app.start();
            REQUIRE(w.eventually([&] { return disk.asked > 100; }));
            CHECK(app.state() != application_state::running);
            disk.lags = false;
            CHECK(app.wait_for(application_state::running, 1min));
            w.produce(0, "row");
            CHECK(w.eventually([&] { return w.written() == 1; }));
            CHECK(app.close(1min));
        },
        1);
}
