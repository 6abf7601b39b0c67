#include "catch.hpp"
#include "faults/faulty_clients.hpp"
#include "runtime/world.hpp"

#include "src/runtime/thread/lost_positions.hpp"

#include <streams/core/manual_clock.hpp>

using namespace streams;
using namespace std::chrono_literals;
using kafka::error_class;
using testing_support::call;
using testing_support::world;

namespace {

/// A consumer that reads both partitions of `in`, whose calls follow a plan.
struct reading_world : world {
    reading_world() : world(2) {
        for (int i = 0; i < 3; ++i) cluster.produce("in", std::string("k"), std::string("v"), {.partition = 1});
        const std::vector<std::pair<topic_partition, std::int64_t>> both{{{"in", 0}, 0}, {{"in", 1}, 0}};
        REQUIRE(consumer.assign(both).ok());
    }
    void lose(std::int32_t partition) {
        const retry attempts({time, stop, 60s}, "look");
        lost.add({{"in", partition}, offset_reset::latest, attempts}, attempts);
    }
    auto step() { return lost.step(consumer, time, never); }

    manual_clock time;
    stop_source stop{time, "a test"};
    std::shared_ptr<testing_support::fault_plan> plan = std::make_shared<testing_support::fault_plan>();
    testing_support::faulty_consumer consumer{cluster.clients()->make_consumer({.client_id = "c"}), plan};
    lost_positions lost;
};

using offsets = std::vector<std::pair<topic_partition, std::int64_t>>;

} // namespace

TEST_CASE("a lost position is set to the end of its log, and one whose log does not answer holds up no other") {
    reading_world w;
    w.plan->fail(call::bounds, {error_class::retriable, "no leader"});
    w.lose(0);
    w.lose(1);
    CHECK(w.step() == offsets{{{"in", 1}, 3}});
    CHECK(w.step().empty());
    w.time.advance(std::chrono::milliseconds(w.lost.next() - w.time.steady_ms()));
    CHECK(w.step() == offsets{{{"in", 0}, 0}});
    CHECK(w.lost.next() == never);
}

TEST_CASE("a seek that fails is made again without another question about the log") {
    reading_world w;
    w.plan->fail(call::seek, {error_class::retriable, "busy"});
    w.lose(1);
    CHECK(w.step().empty());
    w.time.advance(1s);
    CHECK(w.step() == offsets{{{"in", 1}, 3}});
    CHECK(w.plan->made(call::bounds) == 1);
    CHECK(w.plan->made(call::seek) == 2);
}

TEST_CASE("a position that is lost twice is set once, and one that is forgotten is not set") {
    reading_world w;
    w.lose(1);
    w.lose(1);
    w.lose(0);
    w.lost.forget(std::vector<topic_partition>{{"in", 0}});
    CHECK(w.step() == offsets{{{"in", 1}, 3}});
    CHECK(w.plan->made(call::seek) == 1);
}
