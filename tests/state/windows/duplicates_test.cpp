#include "catch.hpp"
#include "state/store_under_test.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <random>

using namespace state_test;

namespace {
constexpr std::int64_t minute = 60'000;

streams::store_spec spec_of(bool persistent) {
    return {.name = "join",
            .kind = streams::window_kind{.timestamped = false,
                                         .size = std::chrono::minutes(1),
                                         .retention = std::chrono::minutes(4),
                                         .retain_duplicates = true},
            .persistent = persistent,
            .caching = false};
}
} // namespace

TEST_CASE("a store that retains duplicates keeps every value of a key and start, in the order of their puts") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent));
    store.put("a", "1", 5);
    store.put("a", "2", 5);
    store.put("b", "x", 5);
    store.commit();
    store.put("a", "1", 5);
    store.put("a", "0", 4);
    const window_rows rows{{"a", 4, "0"}, {"a", 5, "1"}, {"a", 5, "2"}, {"a", 5, "1"}};
    CHECK(read_all(store.windows().fetch(bytes_view("a"), 0, 10)) == rows);
    store.commit();
    store.reopen();
    CHECK(read_all(store.windows().fetch(bytes_view("a"), 0, 10)) == rows);
}

TEST_CASE("the changelog of duplicates numbers every put, with the record's time and headers") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent));
    streams::headers headers{{"trace", bytes(std::string_view("7"))}};
    store.current = {{}, 11, &headers};
    store.put("a", "1", 5);
    store.current = {{}, 12, &store.no_headers};
    store.put("a", std::nullopt, 5);
    store.put("b", "2", 6);
    store.put("b", "ahead", 100 * minute);
    store.put("b", "expired", 6);
    store.commit();
    CHECK(store.log.records == std::vector<logged>{{window_key("a", 5, 1), "1", 11, headers},
                                                   {window_key("a", 5, 2), std::nullopt, 12},
                                                   {window_key("b", 6, 3), "2", 12},
                                                   {window_key("b", 100 * minute, 4), "ahead", 12},
                                                   {window_key("b", 6, 5), "expired", 12}});
}

TEST_CASE("numbers of duplicates go on after a restart, from disk or from the changelog") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent));
    store.put("a", "1", 5);
    store.put("a", "2", 5);
    store.commit();
    store.reopen();
    store.put("a", "3", 5);
    store.commit();
    CHECK(store.log.records.back().key == window_key("a", 5, 3));
    CHECK(read_all(store.windows().fetch(bytes_view("a"), 5, 5)) ==
          window_rows{{"a", 5, "1"}, {"a", 5, "2"}, {"a", 5, "3"}});
}

TEST_CASE("nulls move time only where that is asked for") {
    const bool moves = GENERATE(false, true);
    auto spec = spec_of(false);
    std::get<streams::window_kind>(spec.kind).nulls_move_time = moves;
    store_under_test store(spec);
    store.put("a", "1", 5);
    store.put("a", std::nullopt, 5 + 4 * minute);
    CHECK(read_all(store.windows().fetch(bytes_view("a"), 0, 10)).empty() == moves);
}

TEST_CASE("duplicates out of order are found by time, then in the order of their puts, whatever leaves memory") {
    const bool persistent = GENERATE(false, true);
    const std::size_t memory = GENERATE(std::size_t{1}, std::size_t{0});
    const bool held = rc::check([&](unsigned seed) {
        store_under_test store(spec_of(persistent));
        store.memory_bytes = memory;
        store.reopen();
        std::mt19937 random(seed);
        std::map<std::string, std::vector<window_row>> now;
        auto committed = now;
        std::int64_t time = 0;
        std::int64_t observed = -1;
        std::int64_t committed_time = -1;
        for (int i = 0; i < 120; ++i) {
            time += static_cast<std::int64_t>(random() % (minute / 4));
            const std::int64_t start =
                std::max<std::int64_t>(0, time - static_cast<std::int64_t>(random() % 4) * (minute / 2));
            const std::string key = random() % 2 ? "a" : "ab";
            store.put(key, std::to_string(i), start);
            observed = std::max(observed, start);
            now[key].push_back({key, start, std::to_string(i)});

            const std::int64_t from =
                std::max<std::int64_t>(0, time - static_cast<std::int64_t>(random() % (5 * minute)));
            const std::int64_t to = from + static_cast<std::int64_t>(random() % (3 * minute));
            std::vector<window_row> expected;
            for (const window_row& row : now[key])
                if (row.start >= std::max(from, observed - 4 * minute + 1) && row.start <= to) expected.push_back(row);
            std::stable_sort(expected.begin(), expected.end(),
                             [](const window_row& a, const window_row& b) { return a.start < b.start; });
            RC_ASSERT(read_all(store.windows().fetch(bytes_view(key), from, to)) == expected);

            const auto event = random() % 20;
            if (event < 3) {
                store.commit();
                store.clock.advance(std::chrono::seconds(2));
                committed = now;
                committed_time = observed;
                if (event == 0) store.reopen();
            } else if (event == 3) {
                store.managed->rollback();
                now = committed;
                observed = committed_time;
            }
        }
    });
    CHECK(held);
}
