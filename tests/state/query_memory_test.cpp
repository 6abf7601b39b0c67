#include "catch.hpp"
#include "state/query_memory.hpp"
#include "state/test_memory.hpp"

#include <streams/state/query/query_errors.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

using namespace streams;
using memory::mib;

namespace {

constexpr std::size_t most = 32 * mib; ///< that queries have of 256 MB

/// An application with 256 MB.
struct application {
    [[nodiscard]] std::size_t reserved() const { return budget.reserved(memory_role::query_copies); }

    memory_budget budget{memory_limits_of({.state_memory_bytes = 256 * mib})};
    std::optional<store_memory> stores{std::in_place, budget};
};

} // namespace

TEST_CASE("what queries have copied is reserved until the last of it goes, on whatever thread") {
    application app;
    {
        copied_bytes one(app.stores->queries());
        one.add(10 * mib, "table");
        CHECK(app.reserved() >= 10 * mib);
        CHECK(app.reserved() <= 12 * mib);
        copied_bytes handed_over(std::move(one));
        CHECK(app.reserved() >= 10 * mib);
        std::thread([other = std::move(handed_over)]() mutable { other.add(mib, "table"); }).join();
    }
    CHECK(app.reserved() == 0);
}

TEST_CASE("a query that has to copy more than there is room for is refused, and the others keep what they have") {
    application app;
    copied_bytes large(app.stores->queries());
    large.add(28 * mib, "table");
    {
        copied_bytes refused(app.stores->queries());
        std::size_t copied = 0;
        CHECK_THROWS_AS(
            [&] {
                for (; copied < most; copied += 1'000) refused.add(1'000, "rows");
            }(),
            query_memory_error);
        CHECK(copied <= 4 * mib);
        CHECK(app.reserved() <= most);
        CHECK_THROWS_WITH(refused.add(mib, "rows"),
                          containing("a query of store rows would copy ") && containing("raise state.memory.bytes"));
    }
    copied_bytes small(app.stores->queries());
    CHECK_NOTHROW(small.add(mib / 4, "rows"));
}

TEST_CASE("many small answers that wait take what they hold, and not a step of the budget each") {
    application app;
    std::vector<copied_bytes> answers;
    for (int answer = 0; answer < 10'000; ++answer) {
        answers.emplace_back(app.stores->queries());
        answers.back().add(100, "table");
    }
    CHECK(app.reserved() >= 1'000'000);
    CHECK(app.reserved() <= 2 * mib);
}

TEST_CASE("copies of tasks are handed out where there is no room, and are counted as far as there is") {
    application app;
    copied_bytes of_task(app.stores->queries());
    CHECK_NOTHROW(of_task.add_anyway(2 * most));
    CHECK(app.reserved() == most);
    copied_bytes of_query(app.stores->queries());
    CHECK_THROWS_AS(of_query.add(1'000, "table"), query_memory_error);
}

TEST_CASE("copies outlive their application") {
    application app;
    copied_bytes kept(app.stores->queries());
    kept.add(mib, "table");
    app.stores.reset();
    CHECK(app.reserved() == 0);
    CHECK_NOTHROW(kept.add(most, "table"));
}
