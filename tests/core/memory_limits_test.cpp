#include "catch.hpp"
#include "src/core/memory_budget.hpp"
#include "src/core/memory_limits.hpp"

#include <streams/core/config.hpp>

using enum streams::memory_role;
using streams::memory_budget;
using streams::memory_limits_of;
using streams::memory_reservation;
using streams::memory::mib;

TEST_CASE("an application has the limits of its configuration") {
    streams::streams_config config;
    CHECK(memory_limits_of(config)[uncommitted].of_role == 64 * mib);
    CHECK(memory_limits_of(config)[hot_tier].of_role == 64 * mib);
    config.statestore_uncommitted_max_bytes = -1;
    CHECK(memory_limits_of(config)[uncommitted].of_holder > 1'000'000 * mib);
}

TEST_CASE("each thread that is added has queues of its own, and the updates of all are shared anew") {
    memory_budget budget(memory_limits_of({}));
    memory_reservation sent(budget, send_queues);
    memory_reservation updates(budget, uncommitted);
    CHECK(sent.resize(32 * mib) == 32 * mib);
    CHECK(updates.resize(64 * mib) == 64 * mib);
    memory_reservation sent_by_added(budget, send_queues);
    memory_reservation updates_of_added(budget, uncommitted);
    CHECK(sent_by_added.resize(32 * mib) == 32 * mib);
    CHECK(updates_of_added.resize(64 * mib) == 0);
    CHECK(updates.is_asked());
    CHECK(updates.resize(64 * mib) == 32 * mib);
    CHECK(updates_of_added.resize(64 * mib) == 32 * mib);
}
