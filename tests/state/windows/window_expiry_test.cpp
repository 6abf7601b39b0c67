#include "catch.hpp"
#include "state/store_under_test.hpp"

using namespace state_test;

namespace {
constexpr std::int64_t minute = 60'000;

// Segments of two minutes: alive while its number is at least (observed - 4 min) / 2 min.
streams::store_spec spec_of(bool persistent, std::chrono::milliseconds retention = std::chrono::minutes(4)) {
    return {.name = "windows",
            .kind = streams::window_kind{.timestamped = false, .size = std::chrono::minutes(1), .retention = retention},
            .persistent = persistent,
            .caching = false};
}

window_rows all_of(store_under_test& store) { return read_all(store.windows().fetch_all(0, 1'000 * minute)); }
} // namespace

TEST_CASE("reads begin one past the newest start less the retention") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent));
    store.put("a", "0", 4 * minute);
    store.put("a", "1", 4 * minute + 1);
    store.put("b", "2", 8 * minute);
    const bool committed = GENERATE(false, true);
    if (committed) store.commit();
    CHECK(store.fetch("a", 4 * minute) == std::nullopt);
    CHECK(store.fetch("a", 4 * minute + 1) == "1");
    CHECK(all_of(store) == window_rows{{"a", 4 * minute + 1, "1"}, {"b", 8 * minute, "2"}});
    CHECK(read_all(store.windows().fetch(bytes_view("a"), 0, 9 * minute)) == window_rows{{"a", 4 * minute + 1, "1"}});
}

TEST_CASE("a put into a segment that expired is not stored, but logged") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent));
    store.put("a", "new", 10 * minute);
    store.current.timestamp = 77;
    store.put("a", "late", 6 * minute - 1);
    store.put("a", "in time", 6 * minute + 1);
    CHECK(all_of(store) == window_rows{{"a", 6 * minute + 1, "in time"}, {"a", 10 * minute, "new"}});
    store.commit();
    CHECK(store.log.records == std::vector<logged>{{window_key("a", 10 * minute), "new", 0},
                                                   {window_key("a", 6 * minute - 1), "late", 77},
                                                   {window_key("a", 6 * minute + 1), "in time", 77}});
    CHECK(all_of(store) == window_rows{{"a", 6 * minute + 1, "in time"}, {"a", 10 * minute, "new"}});
}

TEST_CASE("a segment is at least a minute long, however short the retention") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent, std::chrono::seconds(10)));
    store.put("a", "x", 60'000 + 9'999);
    store.put("a", "late, but its segment is alive", 60'000);
    store.put("a", "late, and its segment is gone", 59'999);
    store.commit();
    store.reopen();
    CHECK(store.log.records.size() == 3);
    CHECK(read_all(store.windows().fetch(bytes_view("a"), 0, 100'000)) ==
          window_rows{{"a", 60'000, "late, but its segment is alive"}, {"a", 69'999, "x"}});
}

TEST_CASE("expired entries leave memory and disk, and do not come back") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent));
    const std::string value(1'000, 'x');
    for (int at = 0; at < 1'000; ++at) store.put("key" + std::to_string(at), value, at % 3);
    store.commit();
    const auto full = store.managed->memory_bytes();
    CHECK(full > 1'000'000);
    store.put("new", "1", 100 * minute);
    store.commit();
    store.clock.advance(std::chrono::minutes(1));
    store.put("new", "2", 100 * minute);
    store.commit();
    CHECK(store.managed->memory_bytes() < full - 900'000);
    CHECK(all_of(store) == window_rows{{"new", 100 * minute, "2"}});
    store.reopen();
    CHECK(all_of(store) == window_rows{{"new", 100 * minute, "2"}});
}

TEST_CASE("a rollback takes the observed time back with the entries") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent));
    store.put("a", "1", minute);
    store.commit();
    store.put("a", "far ahead", 100 * minute);
    store.managed->flush();
    CHECK(store.fetch("a", minute) == std::nullopt);
    store.managed->rollback();
    CHECK(store.fetch("a", minute) == "1");
    CHECK(all_of(store) == window_rows{{"a", minute, "1"}});
}

TEST_CASE("the observed time survives a restart, so that expired windows stay away") {
    store_under_test store(spec_of(true));
    store.put("a", "1", 100 * minute);
    store.commit();
    store.reopen();
    store.put("a", "late", minute);
    CHECK(store.fetch("a", minute) == std::nullopt);
    CHECK(all_of(store) == window_rows{{"a", 100 * minute, "1"}});
}

TEST_CASE("a store whose retention changed is laid out otherwise, and its owner is told") {
    temporary_folder folder;
    changelog log;
    streams::record_context current;
    auto spec = spec_of(true);
    test_memory memory;
    const streams::store_environment environment{folder.path(), current, memory.stores, &log};
    streams::make_store(spec, environment)->close();
    std::get<streams::window_kind>(spec.kind).retention = std::chrono::minutes(40);
    CHECK_THROWS_AS(streams::make_store(spec, environment), streams::corrupt_state_error);
    CHECK_THROWS_WITH(streams::make_store(spec, environment), containing("is laid out as `window, segments of "));
}

TEST_CASE("a commit does not take the time of what is still dirty along") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent));
    store.put("a", "1", minute);
    store.managed->flush();
    store.put("a", "far ahead, and never drained", 100 * minute);
    store.managed->committed(store.log.last_offset());
    store.managed->rollback();
    CHECK(store.fetch("a", minute) == "1");
    store.reopen();
    CHECK(all_of(store) == window_rows{{"a", minute, "1"}});
}
