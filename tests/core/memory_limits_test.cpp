#include "catch.hpp"
#include "src/core/memory_budget.hpp"
#include "src/core/memory_limits.hpp"

#include <streams/core/config.hpp>

#include <rapidcheck.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

using enum streams::memory_role;
using streams::default_memory;
using streams::least_memory;
using streams::memory_budget;
using streams::memory_limits;
using streams::memory_limits_of;
using streams::memory_reservation;
using streams::memory_role;
using streams::streams_config;
using streams::memory::mib;

namespace {

constexpr std::size_t kib = streams::memory::kib;

memory_limits limits_of(std::size_t total, std::int32_t threads = 1) {
    return memory_limits_of({.num_stream_threads = threads, .state_memory_bytes = static_cast<std::int64_t>(total)});
}

/// What the clients of all threads and of global stores, and RocksDB, keep for as long as they live.
std::size_t kept(const memory_limits& limits, std::int32_t threads) {
    const std::size_t of_thread =
        limits[fetch_queues].of_holder + limits[restore_queues].of_holder + limits[send_queues].of_holder;
    return static_cast<std::size_t>(threads) * of_thread + limits[block_cache].of_role + limits[memtables].of_role;
}

} // namespace

TEST_CASE("an application has 256 MB, or a quarter of its container's memory, but never less than it needs") {
    CHECK(default_memory(std::nullopt, 1) == 256 * mib);
    CHECK(default_memory(64'000 * mib, 1) == 256 * mib);
    CHECK(default_memory(512 * mib, 1) == 128 * mib);
    CHECK(default_memory(64 * mib, 1) == 16 * mib);
    CHECK(default_memory(4 * mib, 1) == least_memory(1));
    CHECK(default_memory(64 * mib, 16) == least_memory(16));
    CHECK(memory_limits_of({}).total <= 256 * mib);
}

TEST_CASE("of 256 MB each role has what the table says") {
    const auto limits = limits_of(256 * mib);
    CHECK(limits.total == 256 * mib);
    CHECK(limits[hot_tier].of_role == 64 * mib);
    CHECK(limits[hot_tier].of_holder == 16 * mib);
    CHECK(limits[hot_tier].least == 512 * kib);
    CHECK(limits[unwritten].of_role == 64 * mib);
    CHECK(limits[input_queues].of_holder == 32 * mib);
    CHECK(limits[pending_records].of_role == 64 * mib);
    CHECK(limits[fetch_queues].of_holder == 16 * mib);
    CHECK(limits[restore_queues].of_holder == 32 * mib);
    CHECK(limits[send_queues].of_holder == 32 * mib);
    CHECK(limits[block_cache].of_role == 32 * mib);
    CHECK(limits[memtables].of_role == 32 * mib);
    CHECK(limits[query_copies].of_role == 32 * mib);
}

TEST_CASE("with another total roles have more or less, and threads share what queues have") {
    for (const std::size_t total : {16 * mib, 64 * mib}) {
        const auto limits = limits_of(total);
        CHECK(kept(limits, 1) < total * 3 / 4);
        CHECK(limits[hot_tier].of_role > total / 8);
        CHECK(limits[hot_tier].of_role < total / 4);
        CHECK(limits[send_queues].of_holder >= 2 * mib);
    }
    const auto large = limits_of(4'096 * mib);
    CHECK(large[hot_tier].of_role > 2'048 * mib);
    CHECK(large[hot_tier].of_holder > 512 * mib);
    CHECK(large[block_cache].of_role == 512 * mib);
    CHECK(large[fetch_queues].of_holder == 16 * mib);
    CHECK(limits_of(4'096 * mib, 16)[fetch_queues].of_holder == 16 * mib);
    CHECK(limits_of(256 * mib, 16)[fetch_queues].of_holder == mib);
    CHECK(kept(limits_of(256 * mib, 4), 4) == kept(limits_of(256 * mib), 1));
}

TEST_CASE("what is kept for life fits into every total that is allowed, with as many threads as there may be") {
    CHECK(rc::check([] {
        const auto threads = *rc::gen::inRange(1, 400);
        const auto beyond = *rc::gen::inRange<std::size_t>(0, 6'000 * mib);
        const std::size_t total = least_memory(threads) + beyond;
        const auto limits = limits_of(total, threads);
        RC_ASSERT(kept(limits, threads) + limits[query_copies].of_role + streams::memory::least_fetch_queue <= total);
        for (const auto& each : limits.by_role) RC_ASSERT(each.least <= each.of_holder);
    }));
}

TEST_CASE("with the least memory there is all of it is kept for life, and none is left for stores") {
    const auto limits = limits_of(least_memory(1));
    CHECK(limits[hot_tier].of_role == 0);
    CHECK(limits[hot_tier].least == 0);
    CHECK(limits[unwritten].of_role == 0);
    CHECK(limits[query_copies].of_role == 256 * kib);
    CHECK(kept(limits, 1) + limits[query_copies].of_role + streams::memory::least_fetch_queue == limits.total);
}

TEST_CASE("in a container of 64 MB an application never reserves more than 16, whatever it is asked for") {
    const std::size_t total = default_memory(64 * mib, 1);
    memory_budget budget(limits_of(total));
    std::vector<std::unique_ptr<memory_reservation>> all;
    for (int round = 0; round < 8; ++round)
        for (std::size_t role = 0; role < streams::memory_roles; ++role) {
            all.push_back(std::make_unique<memory_reservation>(budget, static_cast<memory_role>(role)));
            static_cast<void>(all.back()->resize(512 * mib));
            for (const auto& each : all)
                if (each->is_asked()) static_cast<void>(each->resize(0));
            std::size_t sum = 0;
            for (std::size_t at = 0; at < streams::memory_roles; ++at)
                sum += budget.reserved(static_cast<memory_role>(at));
            REQUIRE(sum <= 16 * mib);
        }
}

TEST_CASE("an application has the limits of its configuration") {
    streams_config config{.state_memory_bytes = 256 * mib};
    CHECK(memory_limits_of(config)[uncommitted].of_role == 64 * mib);
    CHECK(memory_limits_of(config)[hot_tier].of_role == 64 * mib);
    config.statestore_uncommitted_max_bytes = -1;
    CHECK(memory_limits_of(config)[uncommitted].of_holder > 1'000'000 * mib);
}

TEST_CASE("each thread that is added has queues of its own, and the updates of all are shared anew") {
    memory_budget budget(limits_of(256 * mib));
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
