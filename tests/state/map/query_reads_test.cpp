#include "catch.hpp"
#include "state/store_under_test.hpp"

#include <streams/state/query/store_question.hpp>

#include <rapidcheck.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <string>
#include <vector>

using namespace state_test;
using streams::isolation_level;
using streams::iteration_order;

// What queries of a store see, beside what its own reads see: uncommitted the same, committed what they would see if all that is
// not committed were taken back.

namespace {

constexpr std::int64_t minute = 60'000;
constexpr std::int64_t latest = std::numeric_limits<std::int64_t>::max();

struct row {
    std::string key;
    std::string value;
    std::int64_t from = 0;
    std::int64_t to = 0;
    friend bool operator==(const row&, const row&) = default;
    friend std::ostream& operator<<(std::ostream& out, const row& r) {
        return out << r.key << '=' << r.value << '[' << r.from << ',' << r.to << ']';
    }
};
using rows = std::vector<row>;

rows rest_of(streams::store_cursor<streams::found_row>& cursor) {
    rows found;
    while (const auto each = cursor.next()) found.push_back({text(each->key), text(each->value), each->from, each->to});
    return found;
}
streams::found_rows open_rows(store_under_test& store, const streams::store_question& question, isolation_level seen) {
    return std::get<streams::found_rows>(*store.managed->ask(question, seen));
}
rows ask(store_under_test& store, const streams::store_question& question, isolation_level seen) {
    const auto* keys = std::get_if<streams::keys_question>(&question);
    if (keys == nullptr) return rest_of(*open_rows(store, question, seen));
    const auto answer = *store.managed->ask(question, seen);
    const auto& values = std::get<streams::found_values>(answer).all;
    rows found;
    for (std::size_t at = 0; at < values.size(); ++at)
        if (values[at]) found.push_back({text(keys->keys[at].view()), text(values[at]->view())});
    return found;
}
std::optional<std::string> ask_value(store_under_test& store, std::string_view key, isolation_level seen) {
    const auto answer = *store.managed->ask(streams::keys_question{{bytes(key)}}, seen);
    const auto& value = std::get<streams::found_values>(answer).all.front();
    return value ? std::optional(text(value->view())) : std::nullopt;
}

rows own(streams::store_range<streams::store_entry> range) {
    rows found;
    for (const auto& each : range) found.push_back({text(each.key), text(each.value)});
    return found;
}
rows own(streams::store_range<streams::window_entry> range) {
    rows found;
    for (const auto& each : range) found.push_back({text(each.key), text(each.value), each.start});
    return found;
}
rows own(streams::store_range<streams::session_entry> range) {
    rows found;
    for (const auto& each : range)
        found.push_back({text(each.key), text(each.value), each.window.start, each.window.end});
    return found;
}

struct operation {
    int kind;
    int key;
    int value;
};
std::ostream& operator<<(std::ostream& out, const operation& op) {
    return out << '(' << op.kind << ' ' << op.key << ' ' << op.value << ')';
}
rc::Gen<std::vector<operation>> operations() {
    return rc::gen::container<std::vector<operation>>(
        rc::gen::construct<operation>(rc::gen::inRange(0, 24), rc::gen::inRange(0, 12), rc::gen::inRange(0, 1'000)));
}

/// Ways to ask a store, each with the read of its own that sees the same.
struct way {
    streams::store_question question;
    std::function<rows(store_under_test&)> own_read;
};

/// A query that is read bit by bit while the store goes on.
struct open_query {
    streams::found_rows cursor;
    rows expected;
    rows seen{};

    void read(std::size_t most) {
        for (; most > 0; --most) {
            const auto each = cursor->next();
            if (!each) return;
            seen.push_back({text(each->key), text(each->value), each->from, each->to});
        }
    }
};

struct queried {
    store_under_test store;
    std::vector<open_query> open{};

    queried(streams::store_spec spec, std::size_t memory) : store(std::move(spec)) {
        store.memory_bytes = memory;
        store.reopen();
    }

    /// Puts have kinds below 15.
    void change(const operation& op, const std::vector<way>& ways) {
        if (op.kind < 17) return;
        if (op.kind < 19) return store.managed->flush();
        if (op.kind == 19 || op.kind == 23) {
            store.commit();
            store.clock.advance(std::chrono::milliseconds(op.value * 2));
        } else if (op.kind == 20) { // what is not drained stays dirty
            store.managed->committed(store.log.last_offset());
        } else {
            std::vector<rows> committed;
            for (const way& each : ways)
                committed.push_back(ask(store, each.question, isolation_level::read_committed));
            store.log.abort_from(committed_records);
            store.managed->rollback();
            for (std::size_t at = 0; at < ways.size(); ++at) RC_ASSERT(committed[at] == ways[at].own_read(store));
        }
        if (op.kind == 19 || op.kind == 20 || op.kind == 23) committed_records = store.log.records.size();
    }
    void look(const operation& op, const std::vector<way>& ways) {
        const way& one = ways[static_cast<std::size_t>(op.value) % ways.size()];
        const rows expected = one.own_read(store);
        RC_ASSERT(ask(store, one.question, isolation_level::read_uncommitted) == expected);
        for (open_query& each : open) each.read(static_cast<std::size_t>(op.value) % 4);
        if (op.value % 8 == 0 && !std::holds_alternative<streams::keys_question>(one.question))
            open.push_back({open_rows(store, one.question, isolation_level::read_uncommitted), expected});
    }
    /// Each has seen what was there when it was opened.
    void finish() {
        for (open_query& each : open) {
            each.read(std::numeric_limits<std::size_t>::max());
            RC_ASSERT(each.seen == each.expected);
        }
    }

    std::size_t committed_records = 0;
};

} // namespace

TEST_CASE("queries of a key-value store see what its own reads see, committed or not, as it was when they were made") {
    const bool persistent = GENERATE(false, true);
    const std::size_t memory = GENERATE(std::size_t{1}, std::size_t{0});
    const bool held = rc::check([&] {
        const auto ops = *operations();
        queried table({.name = "table",
                       .kind = streams::key_value_kind{.timestamped = false},
                       .persistent = persistent,
                       .caching = false},
                      memory);
        using optional_view = std::optional<bytes_view>;
        for (const operation& op : ops) {
            const std::string key(1 + static_cast<std::size_t>(op.key) % 3, static_cast<char>('a' + op.key / 3));
            const std::vector<way> ways{
                {streams::span_question{}, [](auto& store) { return own(store.kv().all()); }},
                {streams::span_question{.order = iteration_order::descending},
                 [](auto& store) { return own(store.kv().all(iteration_order::descending)); }},
                {streams::span_question{.from = bytes("aa"), .to = bytes(key)},
                 [&](auto& store) {
                     return own(store.kv().range(optional_view(bytes_view("aa")), optional_view(bytes_view(key)),
                                                 iteration_order::ascending));
                 }},
                {streams::prefix_question{.prefix = bytes(key)},
                 [&](auto& store) { return own(store.kv().prefix_scan(bytes_view(key))); }},
                {streams::keys_question{{bytes(key), bytes("aa")}},
                 [&](auto& store) {
                     rows found;
                     for (const std::string& each : {key, std::string("aa")})
                         if (const auto value = store.get(each)) found.push_back({each, *value});
                     return found;
                 }},
            };
            if (op.kind < 12)
                table.store.put(key, std::to_string(op.value));
            else if (op.kind < 15)
                table.store.put(key, std::nullopt);
            table.change(op, ways);
            table.look(op, ways);
        }
        table.finish();
    });
    CHECK(held);
}

TEST_CASE("queries of a window store see what its own reads see, committed or not, as it was when they were made") {
    const bool persistent = GENERATE(false, true);
    const bool by_time = GENERATE(false, true);
    const std::size_t memory = GENERATE(std::size_t{1}, std::size_t{0});
    const bool held = rc::check([&] {
        const auto ops = *operations();
        queried windows({.name = "windows",
                         .kind = streams::window_kind{.timestamped = false,
                                                      .size = std::chrono::minutes(1),
                                                      .retention = std::chrono::minutes(4),
                                                      .time_ordered = by_time},
                         .persistent = persistent,
                         .caching = false},
                        memory);
        for (const operation& op : ops) {
            const std::string key(1 + static_cast<std::size_t>(op.key) % 3, static_cast<char>('a' + op.key % 2));
            const std::int64_t start = op.value % 16 * minute / 2 + (op.value / 16) % 3 * minute;
            const auto some = [&](auto& store) {
                return own(store.windows().fetch_range(bytes_view("a"), bytes_view(key), start - minute, start,
                                                       iteration_order::descending));
            };
            const std::vector<way> ways{
                {streams::keys_times_question{.from = 0, .to = latest},
                 [](auto& store) { return own(store.windows().fetch_all(0, latest)); }},
                {streams::keys_times_question{.first = bytes("a"),
                                              .last = bytes(key),
                                              .from = start - minute,
                                              .to = start,
                                              .order = iteration_order::descending},
                 some},
                {streams::key_times_question{.key = bytes(key), .from = 0, .to = latest},
                 [&](auto& store) { return own(store.windows().fetch(bytes_view(key), 0, latest)); }},
                {streams::key_times_question{
                     .key = bytes(key), .from = start - minute, .to = start, .order = iteration_order::descending},
                 [&](auto& store) {
                     return own(
                         store.windows().fetch(bytes_view(key), start - minute, start, iteration_order::descending));
                 }},
            };
            if (op.kind < 15)
                windows.store.put(key, op.kind < 12 ? std::optional(std::to_string(op.value)) : std::nullopt, start);
            windows.change(op, ways);
            windows.look(op, ways);
        }
        windows.finish();
    });
    CHECK(held);
}

TEST_CASE("queries of a session store see what its own reads see, committed or not, as it was when they were made") {
    const bool persistent = GENERATE(false, true);
    const bool by_time = GENERATE(false, true);
    const std::size_t memory = GENERATE(std::size_t{1}, std::size_t{0});
    const bool held = rc::check([&] {
        const auto ops = *operations();
        queried sessions({.name = "sessions",
                          .kind = streams::session_kind{.retention = std::chrono::minutes(4), .time_ordered = by_time},
                          .persistent = persistent,
                          .caching = false},
                         memory);
        for (const operation& op : ops) {
            const std::string key(1 + static_cast<std::size_t>(op.key) % 3, static_cast<char>('a' + op.key % 2));
            const std::int64_t end = op.value % 16 * minute / 2 + (op.value / 16) % 3 * minute;
            const std::vector<way> ways{
                {streams::keys_times_question{.from = 0, .to = latest},
                 [](auto& store) { return own(store.sessions().find_range(std::nullopt, std::nullopt, 0, latest)); }},
                {streams::keys_times_question{.first = bytes("a"), .last = bytes(key), .from = end - minute, .to = end},
                 [&](auto& store) {
                     return own(store.sessions().find_range(bytes_view("a"), bytes_view(key), end - minute, end));
                 }},
                {streams::key_times_question{
                     .key = bytes(key), .from = end - minute, .to = end, .order = iteration_order::descending},
                 [&](auto& store) {
                     return own(store.sessions().find(bytes_view(key), end - minute, end, iteration_order::descending));
                 }},
            };
            if (op.kind < 15)
                sessions.store.put_session(key, op.kind < 12 ? std::optional(std::to_string(op.value)) : std::nullopt,
                                           {std::max<std::int64_t>(0, end - op.value), end});
            sessions.change(op, ways);
            sessions.look(op, ways);
        }
        sessions.finish();
    });
    CHECK(held);
}

TEST_CASE("a query brings nothing into memory") {
    store_under_test store(
        {.name = "table", .kind = streams::key_value_kind{.timestamped = false}, .caching = false, .logging = true});
    for (int key = 0; key < 1'000; ++key) store.put("key" + std::to_string(key), std::string(100, 'v'));
    store.commit();
    store.reopen();
    const auto before = store.managed->memory_bytes();
    for (int key = 0; key < 1'000; ++key)
        CHECK(ask_value(store, "key" + std::to_string(key), isolation_level::read_committed) == std::string(100, 'v'));
    CHECK(ask(store, streams::span_question{}, isolation_level::read_committed).size() == 1'000);
    CHECK(store.managed->memory_bytes() < before + 10'000);
}

TEST_CASE("a store is asked only what its kind answers") {
    store_under_test table({.name = "table", .kind = streams::key_value_kind{.timestamped = false}, .caching = false});
    CHECK_FALSE(table.managed->ask(streams::version_question{bytes("a")}, isolation_level::read_committed));
    store_under_test windows({.name = "windows",
                              .kind = streams::window_kind{.timestamped = false, .retention = std::chrono::minutes(1)},
                              .caching = false});
    CHECK_FALSE(windows.managed->ask(streams::span_question{}, isolation_level::read_committed));
}
