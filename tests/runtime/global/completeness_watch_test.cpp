#include "catch.hpp"
#include "faults/faulty_clients.hpp"
#include "runtime/world.hpp"
#include "src/runtime/global/completeness_watch.hpp"

#include <streams/core/manual_clock.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::call;
using testing_support::eventually;
using testing_support::world;
using text = std::string;

namespace {

/// A reader of topic `rows`, of two partitions.
struct reading_world : world {
    reading_world() {
        cluster.create_topic("rows", 2);
        consumer = std::make_unique<testing_support::faulty_consumer>(
            cluster.clients()->make_consumer({.client_id = "reader", .restore = true}), plan);
        const std::vector<std::pair<topic_partition, std::int64_t>> all(starts.begin(), starts.end());
        REQUIRE(consumer->assign(all));
    }
    void write(std::int32_t partition) {
        cluster.produce("rows", text("k"), text("v"), {.timestamp = 1, .partition = partition});
    }
    void read_all() {
        REQUIRE(eventually([&] {
            (void)consumer->poll(1ms, 100);
            const auto ends = cluster.end_offsets("rows");
            return std::ranges::all_of(starts, [&](const auto& each) {
                const auto end = ends[static_cast<std::size_t>(each.first.partition)];
                return consumer->position(each.first).value_or(each.second) == end;
            });
        }));
    }
    /// The time as of which it is known that all of the topic was read, after so many steps of a watch.
    std::optional<std::int64_t> complete_after(int steps) {
        std::optional<std::int64_t> at;
        for (int step = 0; step < steps; ++step)
            for (const auto& each : watch.step(*consumer, starts)) at = each.at;
        return at;
    }

    const std::map<topic_partition, std::int64_t> starts{{{"rows", 0}, 0}, {{"rows", 1}, 0}};
    std::shared_ptr<testing_support::fault_plan> plan = std::make_shared<testing_support::fault_plan>();
    std::unique_ptr<kafka::consumer> consumer;
    manual_clock time{1'000};
    completeness_watch watch{time};
};

} // namespace

TEST_CASE("a topic was complete at the time of the look whose ends are read") {
    reading_world w;
    w.write(0);
    CHECK(w.complete_after(3) == std::nullopt); // no look is due
    w.time.advance(1min);
    w.write(1);
    CHECK(w.complete_after(3) == std::nullopt); // not read
    w.time.advance(5s);
    w.read_all();
    w.write(0); // since
    CHECK(w.complete_after(1) == 61'000);
    CHECK(w.complete_after(3) == std::nullopt);
}

TEST_CASE("a topic is not taken for complete while one of its partitions does not say where it ends") {
    reading_world w;
    w.write(0);
    w.read_all();
    w.plan->fail(call::bounds, {kafka::error_class::retriable, "no leader"});
    w.time.advance(1min);
    CHECK(w.complete_after(3) == std::nullopt);
    w.time.advance(1min);
    CHECK(w.complete_after(3) == 121'000);
}
