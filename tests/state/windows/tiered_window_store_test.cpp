#include "catch.hpp"
#include "state/store_under_test.hpp"

#include <limits>

using namespace state_test;

namespace {
streams::store_spec spec_of(bool persistent) {
    return {.name = "windows",
            .kind = streams::window_kind{.timestamped = false,
                                         .size = std::chrono::minutes(1),
                                         .retention = std::chrono::minutes(4)},
            .persistent = persistent,
            .caching = false};
}
constexpr std::int64_t minute = 60'000;
} // namespace

TEST_CASE("a window store returns the windows of a key by start") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent));
    store.put("a", "a0", 0);
    store.put("a", "a1", 1 * minute);
    store.put("ab", "x", 1 * minute);
    store.put("b", "b1", 1 * minute);
    store.commit();
    store.reopen();
    store.put("a", "a3", 3 * minute);
    store.put("a", "a2", 2 * minute);

    CHECK(store.fetch("a", 0) == "a0");
    CHECK(store.fetch("a", 3 * minute) == "a3");
    CHECK(store.fetch("a", 4 * minute) == std::nullopt);
    CHECK(store.fetch("c", 0) == std::nullopt);
    const window_rows rows{{"a", 0, "a0"}, {"a", minute, "a1"}, {"a", 2 * minute, "a2"}, {"a", 3 * minute, "a3"}};
    auto& windows = store.windows();
    CHECK(read_all(windows.fetch(bytes_view("a"), 0, 10 * minute)) == rows);
    CHECK(read_all(windows.fetch(bytes_view("a"), 1, 2 * minute)) == window_rows(rows.begin() + 1, rows.begin() + 3));
    CHECK(read_all(windows.fetch(bytes_view("a"), 0, 10 * minute, streams::iteration_order::descending)) ==
          window_rows(rows.rbegin(), rows.rend()));
    window_rows all = rows;
    all.push_back({"ab", minute, "x"});
    all.push_back({"b", minute, "b1"});
    CHECK(read_all(windows.fetch_all(0, 10 * minute)) == all);
    CHECK(read_all(windows.fetch_range(bytes_view("a"), bytes_view("ab"), minute, minute)) ==
          window_rows{{"a", minute, "a1"}, {"ab", minute, "x"}});
}

TEST_CASE("windows at the largest time are read, by key and by time") {
    const bool persistent = GENERATE(false, true);
    const bool by_time = GENERATE(false, true);
    constexpr auto largest = std::numeric_limits<std::int64_t>::max();
    constexpr auto smallest = std::numeric_limits<std::int64_t>::min();
    auto spec = spec_of(persistent);
    std::get<streams::window_kind>(spec.kind).time_ordered = by_time;
    store_under_test store(spec);
    store.put("a", "first", largest - 1);
    store.commit();
    store.reopen();
    store.put("a", "last", largest);
    auto& windows = store.windows();
    const window_rows rows{{"a", largest - 1, "first"}, {"a", largest, "last"}};
    CHECK(read_all(windows.fetch(bytes_view("a"), smallest, largest)) == rows);
    CHECK(read_all(windows.fetch_all(smallest, largest)) == rows);
    CHECK(read_all(windows.by_time(smallest, largest)) == rows);
    CHECK(read_all(windows.fetch(bytes_view("a"), largest, smallest)).empty());
    CHECK(read_all(windows.by_time(0, smallest)).empty());
}
