#include "catch.hpp"
#include "src/core/memory_limits.hpp"

#include <streams/core/config.hpp>

using enum streams::memory_role;
using streams::memory::mib;

TEST_CASE("an application has the limits of its configuration") {
    streams::streams_config config;
    config.num_stream_threads = 4;
    const auto limits = streams::memory_limits_of(config);
    CHECK(limits[uncommitted].of_role == 64 * mib);
    CHECK(limits[uncommitted].of_holder == 16 * mib);
    CHECK(limits[input_queues].of_role == 4 * 32 * mib);
    CHECK(limits[hot_tier].of_role == 64 * mib);
    CHECK(streams::memory_limits_of(config, true)[uncommitted].of_holder == 64 * mib / 5);
    config.statestore_uncommitted_max_bytes = -1;
    CHECK(streams::memory_limits_of(config)[uncommitted].of_holder > 1'000'000 * mib);
}
