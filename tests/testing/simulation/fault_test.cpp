#include "catch.hpp"
#include "src/testing/simulation/fault.hpp"

#include <algorithm>
#include <random>
#include <set>

using namespace streams;
using simulated::covered_kinds;
using simulated::draw_faults;
using simulated::fault;
using simulated::fault_kind;
using simulated::fault_plan;
using simulated::seam_call;

TEST_CASE("a fault happens at its call, counted from when the one before it has happened") {
    fault_plan plan({{.kind = fault_kind::crash, .at = seam_call::commit, .nth = 2, .after = true},
                     {.kind = fault_kind::delayed, .at = seam_call::poll}});
    CHECK(plan.reached(seam_call::poll, false) == nullptr);
    CHECK(plan.reached(seam_call::commit, true) == nullptr);
    CHECK(plan.reached(seam_call::commit, false) == nullptr);
    const fault* const crash = plan.reached(seam_call::commit, true);
    REQUIRE(crash != nullptr);
    CHECK(crash->kind == fault_kind::crash);
    CHECK_FALSE(plan.exhausted());
    const fault* const delay = plan.reached(seam_call::poll, false);
    REQUIRE(delay != nullptr);
    CHECK(delay->kind == fault_kind::delayed);
    CHECK(plan.exhausted());
    CHECK(plan.happened() == std::map<fault_kind, int>{{fault_kind::crash, 1}, {fault_kind::delayed, 1}});
}

TEST_CASE("two faults together count from the same moment") {
    fault_plan plan({{.kind = fault_kind::crash, .at = seam_call::commit, .with_next = true},
                     {.kind = fault_kind::refused, .at = seam_call::flush}});
    CHECK(plan.reached(seam_call::flush, false) != nullptr);
    CHECK(plan.reached(seam_call::commit, false) != nullptr);
    CHECK(plan.exhausted());
}

TEST_CASE("a fault whose call never comes happens at a poll after a while") {
    fault_plan plan({{.kind = fault_kind::crash, .at = seam_call::abort_transaction}});
    int polls = 0;
    while (polls < 10'000 && plan.reached(seam_call::poll, false) == nullptr) ++polls;
    CHECK(polls > 1000);
    CHECK(plan.exhausted());
}

TEST_CASE("a plan that is stopped has nothing go wrong") {
    fault_plan plan({{.kind = fault_kind::crash, .at = seam_call::poll}});
    plan.stop();
    CHECK(plan.reached(seam_call::poll, false) == nullptr);
    CHECK(plan.happened().empty());
}

TEST_CASE("drawn faults are of the kinds that are covered, and every kind is drawn") {
    std::set<fault_kind> drawn;
    std::mt19937_64 generator(1);
    const auto kinds = covered_kinds(false);
    for (int seed = 0; seed < 200; ++seed)
        for (const fault& each :
             draw_faults(5, kinds, false, {}, [&](std::uint64_t limit) { return generator() % limit; }))
            drawn.insert(each.kind);
    CHECK(std::ranges::equal(drawn, std::set<fault_kind>(kinds.begin(), kinds.end())));
}

TEST_CASE("brokers delete records once in some runs, and in others until a process that died has been replaced") {
    const simulated::fault_times times;
    std::mt19937_64 generator(1);
    std::set<bool> once;
    std::int64_t latest = 0;
    for (int seed = 0; seed < 50; ++seed)
        for (const fault& each : draw_faults(5, {fault_kind::truncated}, true, times,
                                             [&](std::uint64_t limit) { return generator() % limit; })) {
            once.insert(each.length_ms == 0);
            latest = std::max(latest, each.length_ms);
        }
    CHECK(once.size() == 2);
    CHECK(latest > times.session_ms);
}
