#include "state/stored_prefix.hpp"

#include "catch.hpp"
#include "state/store_under_test.hpp"

#include <streams/serde/standard.hpp>
#include <streams/state/stores.hpp>
#include <streams/state/typed_key_value_store.hpp>
#include <streams/state/typed_session_store.hpp>
#include <streams/state/typed_window_store.hpp>

using namespace state_test;
using std::chrono::minutes;
using streams::aggregation_with_headers;
using streams::headers;
using streams::value_and_timestamp;
using streams::value_timestamp_headers;

namespace {

using row = value_timestamp_headers<std::string>;
using session_value = aggregation_with_headers<std::string>;

const headers traced{{"trace", bytes("4711")}, {"empty", std::nullopt}};

streams::stores::options with_headers(bool persistent) { return {.persistent = persistent, .headers = true}; }

} // namespace

TEST_CASE("a key-value store keeps the headers that a value is put with, and its changelog carries them") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(streams::stores::key_value("rows", with_headers(persistent)));
    streams::typed_key_value_store<std::string, row> rows(store.managed->store());
    headers at_hand{{"of", bytes("the record")}};
    store.current.headers = &at_hand;
    store.current.timestamp = 50;
    rows.put("a", {"one", 42, traced});
    rows.put("b", {"two", 43});
    rows.put("c", {"three", 44, traced});
    CHECK(rows.get("a") == row{"one", 42, traced});
    store.commit();
    rows.erase("c");
    store.commit();
    CHECK(store.log.records == std::vector<logged>{{"a", "one", 42, traced},
                                                   {"b", "two", 43},
                                                   {"c", "three", 44, traced},
                                                   {"c", std::nullopt, 50, at_hand}});

    store_under_test copy(streams::stores::key_value("rows", with_headers(persistent)));
    copy.log = store.log;
    copy.catch_up();
    streams::typed_key_value_store<std::string, row> restored(copy.managed->store());
    CHECK(restored.get("a") == row{"one", 42, traced});
    CHECK(restored.get("b") == row{"two", 43});
    CHECK(restored.get("c") == std::nullopt);
    copy.reopen();
    CHECK(streams::typed_key_value_store<std::string, row>(copy.managed->store()).get("a") == row{"one", 42, traced});
}

TEST_CASE("a window store keeps the headers that a value is put with, and its changelog carries them") {
    const bool persistent = GENERATE(false, true);
    const auto spec = streams::stores::window("windows", minutes(10), minutes(1), with_headers(persistent));
    store_under_test store(spec);
    streams::typed_window_store<std::string, row> windows(store.managed->store());
    store.current.timestamp = 50;
    windows.put("a", {"one", 42, traced}, 0);
    windows.put("a", {"two", 60'001}, 60'000);
    store.commit();
    CHECK(store.log.records ==
          std::vector<logged>{{window_key("a", 0), "one", 42, traced}, {window_key("a", 60'000), "two", 60'001}});

    store_under_test copy(spec);
    copy.log = store.log;
    copy.catch_up();
    streams::typed_window_store<std::string, row> restored(copy.managed->store());
    CHECK(restored.fetch("a", 0) == row{"one", 42, traced});
    CHECK(restored.fetch("a", 60'000) == row{"two", 60'001});
}

TEST_CASE("a session store keeps the headers that a value is put with, and its changelog carries them") {
    const bool persistent = GENERATE(false, true);
    const auto spec = streams::stores::session("sessions", minutes(10), with_headers(persistent));
    store_under_test store(spec);
    streams::typed_session_store<std::string, session_value> sessions(store.managed->store());
    headers at_hand{{"of", bytes("the record")}};
    store.current.headers = &at_hand;
    store.current.timestamp = 50;
    sessions.put({"a", {0, 10}}, {"one", traced});
    store.commit();
    sessions.put({"b", {5, 20}}, {"two", {}});
    sessions.erase({"a", {0, 10}});
    store.commit();
    const std::string key_a = "a" + big_endian(std::int64_t{10}) + big_endian(std::int64_t{0});
    const std::string key_b = "b" + big_endian(std::int64_t{20}) + big_endian(std::int64_t{5});
    CHECK(store.log.records ==
          std::vector<logged>{{key_a, "one", 50, traced}, {key_b, "two", 50}, {key_a, std::nullopt, 50, at_hand}});

    store_under_test copy(spec);
    copy.log = store.log;
    copy.catch_up();
    streams::typed_session_store<std::string, session_value> restored(copy.managed->store());
    CHECK(restored.fetch({"a", {0, 10}}) == std::nullopt);
    CHECK(restored.fetch({"b", {5, 20}}) == session_value{"two", {}});
}

TEST_CASE("a view without headers reads and writes a store that keeps them") {
    store_under_test store(streams::stores::key_value("rows", with_headers(false)));
    streams::typed_key_value_store<std::string, row> rows(store.managed->store());
    streams::typed_key_value_store<std::string, value_and_timestamp<std::string>> plain(store.managed->store());
    rows.put("a", {"one", 42, traced});
    CHECK(plain.get("a") == value_and_timestamp<std::string>{"one", 42});
    plain.put("a", {"two", 43});
    CHECK(rows.get("a") == row{"two", 43});
    for (const auto& [key, value] : plain.all()) CHECK(value == value_and_timestamp<std::string>{"two", 43});
}

TEST_CASE("a view with headers refuses a store that keeps none") {
    store_under_test store({.name = "counts", .persistent = false});
    CHECK_THROWS_WITH((streams::typed_key_value_store<std::string, row>(store.managed->store())),
                      containing("keeps no headers") && containing(".headers = true"));
    store_under_test sessions(streams::stores::session("sessions", minutes(1), with_headers(false)));
    CHECK_THROWS_WITH((streams::typed_session_store<std::string, row>(sessions.managed->store())),
                      containing("aggregation_with_headers"));
}

TEST_CASE("a value that is put without the headers and the timestamp of its store is its caller's mistake") {
    store_under_test rows(streams::stores::key_value("rows", with_headers(false)));
    CHECK_THROWS_WITH(rows.put("a", "\x08"), containing("keeps headers and timestamps"));
    CHECK_THROWS_WITH(rows.put("a", std::string("\0short", 6)), containing("keeps headers and timestamps"));
    store_under_test sessions(streams::stores::session("sessions", minutes(1), with_headers(false)));
    CHECK_THROWS_WITH(sessions.put_session("a", "", {0, 1}), containing("keeps headers, but"));
}

TEST_CASE("stores without room for headers do not promise them") {
    using namespace streams;
    CHECK_THROWS_WITH(stores::versioned_key_value("prices", minutes(1), {.headers = true}), containing(".headers out"));
    CHECK_THROWS_WITH(stores::key_value("last", {.time_to_live = minutes(1), .headers = true}),
                      containing("leave .time_to_live or .headers out"));
    CHECK_FALSE(stores::timers("alarms", {.headers = true}).keeps_headers());
}
