#include "catch.hpp"
#include "runtime/topologies.hpp"
#include "runtime/world.hpp"

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
    const auto reserved = running.app.counts().memory;
    for (const auto role : {memory_role::uncommitted, memory_role::input_queues, memory_role::fetch_queues,
                            memory_role::send_queues, memory_role::block_cache, memory_role::memtables}) {
        INFO(to_string(role));
        CHECK(reserved.contains(role));
    }
    CHECK_FALSE(reserved.contains(memory_role::hot_tier));
}
