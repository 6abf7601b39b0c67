#include "catch.hpp"
#include "state/store_under_test.hpp"

using namespace state_test;

namespace {
constexpr std::int64_t minute = 60'000;

streams::store_spec spec_of(bool persistent) {
    return {.name = "join",
            .kind = streams::store_kind::window,
            .persistent = persistent,
            .timestamped = false,
            .caching = false,
            .window_size = std::chrono::minutes(1),
            .retention = std::chrono::minutes(4),
            .retain_duplicates = true};
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
