#include "catch.hpp"
#include "state/store_under_test.hpp"

using namespace state_test;
using streams::iteration_order;

namespace {
constexpr std::int64_t minute = 60'000;
constexpr std::int64_t latest = std::numeric_limits<std::int64_t>::max();

streams::store_spec spec_of(bool persistent) {
    return {.name = "sessions",
            .kind = streams::session_kind{.retention = std::chrono::minutes(4)},
            .persistent = persistent,
            .caching = false};
}

} // namespace

TEST_CASE("a session store returns the sessions of a key that end and begin in time, by end") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent));
    store.put_session("a", "a1", {10, 20});
    store.put_session("ab", "x", {15, 30});
    store.put_session("a", "a2", {minute, 2 * minute});
    store.commit();
    store.reopen();
    store.put_session("a", "a3", {3 * minute, 4 * minute - 1});
    store.put_session("b", "b1", {0, 20});

    auto& sessions = store.sessions();
    CHECK(text(sessions.fetch(bytes_view("a"), {10, 20})) == "a1");
    CHECK(sessions.fetch(bytes_view("a"), {10, 21}) == std::nullopt);
    const session_rows rows{
        {"a", {10, 20}, "a1"}, {"a", {minute, 2 * minute}, "a2"}, {"a", {3 * minute, 4 * minute - 1}, "a3"}};
    CHECK(read_all(sessions.find(bytes_view("a"), 0, latest, iteration_order::ascending)) == rows);
    CHECK(read_all(sessions.find(bytes_view("a"), 0, latest, iteration_order::descending)) ==
          session_rows(rows.rbegin(), rows.rend()));
    CHECK(read_all(sessions.find(bytes_view("a"), 21, minute, iteration_order::ascending)) == session_rows{rows[1]});
    CHECK(read_all(sessions.find(bytes_view("a"), 20, minute - 1, iteration_order::ascending)) ==
          session_rows{rows[0]});
    CHECK(read_all(sessions.find_range(bytes_view("ab"), std::nullopt, 0, latest, iteration_order::ascending)) ==
          session_rows{{"ab", {15, 30}, "x"}, {"b", {0, 20}, "b1"}});
    CHECK(read_all(sessions.ended(20, 2 * minute)) ==
          session_rows{{"b", {0, 20}, "b1"}, rows[0], {"ab", {15, 30}, "x"}, rows[1]});
}

TEST_CASE("a session that ended before the retention is neither read nor kept") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent));
    store.put_session("a", "old", {0, 1'000});
    store.put_session("a", "new", {4 * minute, 4 * minute + 1'000});
    CHECK(read_all(store.sessions().find(bytes_view("a"), 0, latest, iteration_order::ascending)) ==
          session_rows{{"a", {4 * minute, 4 * minute + 1'000}, "new"}});
    CHECK(store.sessions().fetch(bytes_view("a"), {0, 1'000}) == std::nullopt);
}

TEST_CASE("the changelog of a session store has the session behind the key and the record's time") {
    store_under_test store(spec_of(false));
    store.current.timestamp = 17;
    store.put_session("a", "v", {10, 20});
    store.commit();
    store.put_session("a", std::nullopt, {10, 20});
    store.put_session("a", "w", {10, 30});
    store.commit();
    const auto key = [](std::int64_t end) { return "a" + big_endian(end) + big_endian(std::int64_t{10}); };
    CHECK(store.log.records ==
          std::vector<logged>{{key(20), "v", 17}, {key(20), std::nullopt, 17}, {key(30), "w", 17}});
}

TEST_CASE("a session that is made and deleted between two commits is not in the changelog") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent));
    store.put_session("a", "v", {10, 20});
    store.put_session("a", std::nullopt, {10, 20});
    store.put_session("a", "w", {10, 30});
    store.commit();
    CHECK(store.log.records.size() == 1);
    CHECK(store.sessions().fetch(bytes_view("a"), {10, 20}) == std::nullopt);
}

TEST_CASE("a session store is restored from its changelog") {
    store_under_test store(spec_of(false));
    store.put_session("a", "v", {10, 20});
    store.commit();
    store.put_session("a", "w", {10, 30});
    store.put_session("a", std::nullopt, {10, 20});
    store.commit();
    store.restart();
    CHECK(read_all(store.sessions().find(bytes_view("a"), 0, latest, iteration_order::ascending)) ==
          session_rows{{"a", {10, 30}, "w"}});
}
