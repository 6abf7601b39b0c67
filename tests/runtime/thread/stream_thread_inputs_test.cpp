#include "catch.hpp"
#include "faults/faulty_clients.hpp"
#include "runtime/topologies.hpp"
#include "runtime/world.hpp"
#include "state/disk/corrupt_state_error.hpp"

#include <algorithm>
#include <atomic>

using namespace streams;
using namespace std::chrono_literals;
using kafka::error_class;
using testing_support::call;
using testing_support::count_topology;
using testing_support::eventually;
using testing_support::fault_plan;
using testing_support::patience;
using testing_support::world;

namespace {

/// An application with two tasks on one thread, the first of which finds its store damaged when it is told to.
struct damaged_world : world {
    damaged_world() : world(2) {}
    kafka_streams run(bool persistent = false) {
        const auto find_damage = [this](const auto& r, auto& context) {
            if (r.value == "damage" && context.task().partition == 0 && !found.exchange(true))
                throw corrupt_state_error("counts", "store counts is damaged");
        };
        return world::run(count_topology(persistent, find_damage), config(),
                          std::make_shared<testing_support::faulty_clients>(cluster.clients(), plan, restoring));
    }
    void produce(std::int32_t partition, const std::string& value) {
        cluster.produce("in", std::string("k"), value, {.timestamp = 1, .partition = partition});
    }
    std::atomic<bool> found{false};
    std::shared_ptr<fault_plan> plan = std::make_shared<fault_plan>();
    std::shared_ptr<fault_plan> restoring = std::make_shared<fault_plan>();
};

/// Whether the second task goes on while a call that the first one needs is never answered.
bool goes_on_beside(damaged_world& w, const fault_plan& failing, call at) {
    const auto first = w.committed("in", 0);
    w.produce(0, "damage");
    if (!eventually([&] { return failing.failed(at) > 2; })) return false;
    for (const auto before = std::max<std::int64_t>(w.committed("in", 1), 0); w.committed("in", 1) < before + 3;) {
        const int failed = failing.failed(at);
        const auto records = std::max<std::int64_t>(w.committed("in", 1), 0);
        w.produce(1, "v");
        if (!eventually([&] { return w.committed("in", 1) == records + 1; })) return false;
        if (!eventually([&] { return failing.failed(at) > failed; })) return false;
    }
    return w.committed("in", 0) == first;
}

} // namespace

TEST_CASE("a task that has to be located anew holds up no other of its thread while that is not answered") {
    damaged_world w;
    w.found = true;
    {
        auto app = w.run(true);
        for (const std::int32_t partition : {0, 1}) w.produce(partition, "v");
        REQUIRE(eventually([&] { return w.committed("in", 0) == 1 && w.committed("in", 1) == 1; }));
    }
    // The store of the first task stands before the beginning of its changelog then.
    w.cluster.produce("app-counts-changelog", std::string("k"), std::string("v"), {.timestamp = 1, .partition = 0});
    w.cluster.delete_records({"app-counts-changelog", 0}, 2);
    w.plan->pass(call::committed);
    w.plan->fail(call::committed, {error_class::retriable, "no coordinator"}, 1'000'000);
    auto app = w.run(true);
    CHECK(goes_on_beside(w, *w.plan, call::committed));
    CHECK(app.close(patience));
}

TEST_CASE("a task whose changelog does not say where it ends holds up no other of its thread") {
    damaged_world w;
    auto app = w.run();
    REQUIRE(app.wait_for(application_state::running, patience));
    w.restoring->fail(call::bounds, {error_class::retriable, "no leader"}, 1'000'000);
    CHECK(goes_on_beside(w, *w.restoring, call::bounds));
    CHECK(app.close(patience));
}

TEST_CASE("a task that cannot seek yet processes nothing, and holds up no other of its thread") {
    damaged_world w;
    auto app = w.run();
    REQUIRE(app.wait_for(application_state::running, patience));
    w.plan->fail(call::seek, {error_class::retriable, "busy"}, 1'000'000);
    CHECK(goes_on_beside(w, *w.plan, call::seek));
    CHECK(app.close(patience));
}

TEST_CASE("a position that is lost in the poll that takes its partition back ends nothing") {
    world w(2);
    auto plan = std::make_shared<fault_plan>();
    auto config = w.config();
    {
        kafka_streams first = w.run(count_topology(false), config);
        for (const std::int32_t partition : {0, 1})
            w.cluster.produce("in", std::string("k"), std::string("v"), {.timestamp = 1, .partition = partition});
        REQUIRE(eventually([&] { return w.committed("in", 0) == 1 && w.committed("in", 1) == 1; }));
    }
    config.auto_offset_reset = offset_reset::none;
    auto app = w.run(count_topology(false), config,
                     std::make_shared<testing_support::faulty_clients>(w.cluster.clients(), plan));
    REQUIRE(app.wait_for(application_state::running, patience));
    for (const std::int32_t partition : {0, 1}) plan->lose_position_with_rebalance({"in", partition});
    auto other = w.run(count_topology(false), w.config("other"));
    CHECK(other.wait_for(application_state::running, patience));
    CHECK(app.wait_for(application_state::running, patience));
    w.cluster.produce("in", std::string("k"), std::string("v"), {.timestamp = 1, .partition = 0});
    CHECK(eventually([&] { return w.committed("in", 0) == 2; }));
    CHECK(app.error().empty());
}
