#include "catch.hpp"
#include "runtime/topologies.hpp"
#include "runtime/world.hpp"
#include "src/core/memory_limits.hpp"

using namespace streams;
using namespace std::chrono_literals;
using testing_support::count_topology;
using testing_support::eventually;
using testing_support::world;

namespace {

constexpr int keys = 500;

/// An application that commits once an hour, and has processed all there is.
struct seldom_committing {
    explicit seldom_committing(std::int64_t uncommitted_bytes)
        : app(w.run(count_topology(true), [&] {
              auto config = w.config();
              config.commit_interval = 1h;
              config.statestore_uncommitted_max_bytes = uncommitted_bytes;
              return config;
          }())) {
        for (int key = 0; key < keys; ++key) w.produce(std::to_string(key), "x");
        REQUIRE(eventually([&] { return app.counts().processed == keys; }));
    }

    world w;
    kafka_streams app;
};

} // namespace

TEST_CASE("more updates than may be uncommitted bring the commit forward") {
    const seldom_committing limited(1'000);
    CHECK(eventually([&] { return limited.w.committed() > 0; }));
    const seldom_committing unlimited(-1);
    CHECK(unlimited.w.committed() == -1);
}

TEST_CASE("an application says how much memory it has reserved, and for what") {
    const seldom_committing running(-1);
    const auto memory = running.app.counts().memory;
    for (const auto role : {memory_role::uncommitted, memory_role::fetch_queues, memory_role::restore_queues,
                            memory_role::send_queues, memory_role::block_cache, memory_role::memtables}) {
        INFO(to_string(role));
        CHECK(memory.at(role).reserved > 0);
    }
    CHECK(memory.at(memory_role::hot_tier).reserved == 0);
    CHECK(memory.size() == memory_roles);
    for (const auto& [role, use] : memory) CHECK(use.reserved <= use.limit);
}

TEST_CASE("with the least memory there may be an application keeps nothing for later, and counts the same") {
    const auto guarantee = GENERATE(processing_guarantee::at_least_once, processing_guarantee::exactly_once_v2);
    world w(4);
    auto config = w.config();
    config.guarantee = guarantee;
    config.state_memory_bytes = static_cast<std::int64_t>(least_memory(1));
    const kafka_streams app = w.run(count_topology(true), config);
    for (int round = 0; round < 3; ++round)
        for (int key = 0; key < keys; ++key) w.produce(std::to_string(key), "x");
    REQUIRE(eventually([&] { return app.counts().processed == 3 * keys; }));
    CHECK(eventually([&] {
        const auto counts = w.counts();
        return counts.size() == keys && std::ranges::all_of(counts, [](const auto& each) { return each.second == 3; });
    }));
    CHECK(eventually([&] { return app.counts().memory.at(memory_role::hot_tier).reserved == 0; }));
}
