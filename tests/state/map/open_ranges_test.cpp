#include "catch.hpp"
#include "state/store_under_test.hpp"

#include <rapidcheck.h>

#include <functional>
#include <list>
#include <ostream>

using namespace state_test;

// Ranges that are read while the store is read and written. A range hands out what was there when it was made, or at the
// last commit since, unless it was deleted meanwhile; values are the newest.

namespace {

constexpr std::int64_t minute = 60'000;

struct medium {
    bool persistent;
    std::size_t memory_bytes; ///< 0: the default
};
auto every_medium() { return Catch::Generators::values({medium{false, 0}, medium{true, 1}, medium{true, 0}}); }

streams::store_spec key_values(bool persistent) {
    return {.name = "table",
            .kind = streams::key_value_kind{.timestamped = false},
            .persistent = persistent,
            .caching = false};
}
streams::store_spec windows_of(bool persistent, std::chrono::milliseconds retention = std::chrono::hours(1)) {
    return {.name = "windows",
            .kind = streams::window_kind{.timestamped = false, .size = std::chrono::minutes(1), .retention = retention},
            .persistent = persistent,
            .caching = false};
}

std::vector<std::string> keys_of(const pairs& entries) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : entries) keys.push_back(key);
    return keys;
}

} // namespace

TEST_CASE("puts behind and ahead of a range leave it the entries that were there when it was made") {
    const bool persistent = GENERATE(false, true);
    const bool committed = GENERATE(false, true);
    const int count = GENERATE(1, 4, 33, 61, 62, 1'000);
    store_under_test store(key_values(persistent));
    std::vector<std::string> expected;
    for (int i = 0; i < count; ++i) {
        expected.push_back("k" + std::to_string(10'000 + i));
        store.put(expected.back(), "a value longer than what lies inside of an entry");
    }
    if (committed) store.commit();
    pairs read;
    for (const auto& each : store.kv().all()) {
        read.emplace_back(text(each.key), text(each.value));
        for (const char* prefix : {"a", "k", "z"}) store.put(prefix + text(each.key), text(each.value));
        CHECK(text(each.key) == read.back().first);
    }
    CHECK(keys_of(read) == expected);
    CHECK(read_all(store.kv().all()).size() == 4 * expected.size());
}

TEST_CASE("what a range stands on may be deleted, and used until the range goes on") {
    const bool persistent = GENERATE(false, true);
    const bool committed = GENERATE(false, true);
    const auto direction = GENERATE(streams::iteration_order::ascending, streams::iteration_order::descending);
    store_under_test store(key_values(persistent));
    pairs expected;
    for (int i = 0; i < 200; ++i) {
        expected.emplace_back("k" + std::to_string(1'000 + i), "a value longer than what lies inside of an entry");
        store.put(expected.back().first, expected.back().second);
    }
    if (committed) store.commit();
    if (direction == streams::iteration_order::descending) std::ranges::reverse(expected);
    pairs read;
    for (const auto& each : store.kv().all(direction)) {
        store.kv().put(each.key, std::nullopt);
        read.emplace_back(text(each.key), text(each.value));
    }
    CHECK(read == expected);
    CHECK(read_all(store.kv().all()).empty());
}

TEST_CASE("an entry that is deleted ahead of a range is not handed out, and one that is put again is") {
    const bool persistent = GENERATE(false, true);
    const bool committed = GENERATE(false, true);
    store_under_test store(key_values(persistent));
    for (const char* key : {"a", "b", "c", "d"}) store.put(key, "old");
    if (committed) store.commit();
    const auto range = store.kv().all();
    auto at = range.begin();
    store.put("b", std::nullopt);
    store.put("c", std::nullopt);
    store.put("c", "new");
    store.put("e", "new");
    store.put("e", std::nullopt);
    store.put("e", "newer");
    pairs read;
    for (; at != range.end(); ++at) read.emplace_back(text(at->key), text(at->value));
    CHECK(read == pairs{{"a", "old"}, {"c", "new"}, {"d", "old"}});
}

TEST_CASE("a range of windows survives reads that load older ones from disk") {
    store_under_test store(windows_of(true));
    const auto value = [](std::int64_t start) { return "a value of more than 24 bytes at " + std::to_string(start); };
    for (std::int64_t start = 0; start < 50; ++start) store.put("k", value(start), start);
    store.commit();
    store.reopen();
    for (std::int64_t start = 100; start < 104; ++start) store.put("k", value(start), start);
    std::int64_t older = 0;
    window_rows read;
    for (const auto& each : store.windows().fetch(bytes_view(std::string_view("k")), 100, 200)) {
        for (const std::int64_t end = older + 10; older < end; ++older) CHECK(store.fetch("k", older) == value(older));
        read.push_back({text(each.key), each.start, text(each.value)});
    }
    CHECK(read ==
          window_rows{{"k", 100, value(100)}, {"k", 101, value(101)}, {"k", 102, value(102)}, {"k", 103, value(103)}});
}

TEST_CASE("a range goes on over commits that write to disk and evict") {
    store_under_test store(key_values(true));
    store.memory_bytes = 1;
    store.reopen();
    std::vector<std::string> expected;
    for (int i = 0; i < 100; ++i) store.put(expected.emplace_back("k" + std::to_string(1'000 + i)), "old");
    store.commit();
    store.put("k1050", "new");
    pairs read;
    for (const auto& each : store.kv().all()) {
        read.emplace_back(text(each.key), text(each.value));
        store.commit();
        store.clock.advance(std::chrono::seconds(2));
    }
    CHECK(keys_of(read) == expected);
    CHECK(read[50].second == "new");
}

TEST_CASE("a range ends when its store is closed") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(key_values(persistent));
    store.put("a", "1");
    store.put("b", "2");
    store.commit();
    const auto range = store.kv().all();
    auto at = range.begin();
    CHECK(text(at->key) == "a");
    store.managed->close();
    ++at;
    CHECK((at == range.end()));
    store.managed.reset();
    CHECK((at == range.end()));
}

namespace {

using content = std::map<std::string, std::string>;
using row = std::pair<std::string, std::string>;

struct operation {
    int kind;
    int key;
    int value;
};

std::ostream& operator<<(std::ostream& out, const operation& op) {
    return out << '(' << op.kind << ' ' << op.key << ' ' << op.value << ')';
}

/// A range that is being read, and the keys it may hand out.
struct watched_range {
    std::function<std::optional<row>()> next;
    std::function<bool(const std::string&)> covers;
    bool descending = false;
    content there{};
    std::optional<std::string> last{};
};

/// Steps through a range; `row_of` makes an entry's place in the order and its value.
template <class Entry, class RowOf>
std::function<std::optional<row>()> steps(streams::store_range<Entry> range, RowOf row_of) {
    return [range, row_of, at = typename streams::store_range<Entry>::iterator(),
            begun = false]() mutable -> std::optional<row> {
        if (begun)
            ++at;
        else
            at = range.begin();
        begun = true;
        if (at == range.end()) return std::nullopt;
        return row_of(*at);
    };
}

/// A store whose ranges are checked at each step against an ordered map.
class watched_store {
public:
    watched_store(streams::store_spec spec, std::size_t memory) : store(std::move(spec)) {
        store.memory_bytes = memory;
        store.reopen();
    }

    void put(const std::string& key, std::optional<std::string> value) {
        if (value)
            now_[key] = *value;
        else
            now_.erase(key);
    }
    [[nodiscard]] std::optional<std::string> value_of(const std::string& key) const {
        const auto found = now_.find(key);
        return found == now_.end() ? std::nullopt : std::optional(found->second);
    }
    void open(watched_range range) {
        range.there = now_;
        ranges_.push_back(std::move(range));
    }
    /// Flush, commit, rollback, and what is done to ranges.
    void change(const operation& op) {
        switch (op.kind % 8) {
        case 0:
            store.managed->flush(), drained_ = now_;
            return;
        case 1:
            store.commit();
            committed_ = drained_ = now_;
            store.clock.advance(std::chrono::milliseconds(op.value * 2));
            return newest_is_shown();
        case 2:
            store.managed->committed(store.log.last_offset());
            committed_ = drained_;
            return newest_is_shown();
        case 3:
            store.managed->rollback();
            now_ = drained_ = committed_;
            return newest_is_shown();
        default:
            if (ranges_.empty()) return;
            const auto at = std::next(ranges_.begin(), op.key % static_cast<int>(ranges_.size()));
            for (int count = op.value % 4 + 1; count > 0; --count)
                if (!step(*at)) return ranges_.erase(at), void();
            if (op.value % 8 == 0) ranges_.erase(at);
        }
    }
    void finish() {
        for (watched_range& each : ranges_)
            while (step(each)) {}
    }

    store_under_test store;

private:
    void newest_is_shown() {
        for (watched_range& each : ranges_) each.there = now_;
    }
    [[nodiscard]] std::optional<row> expected(const watched_range& of) const {
        const auto comes = [&](const row& each) {
            return of.covers(each.first) && of.there.contains(each.first) &&
                   (!of.last || (of.descending ? each.first < *of.last : *of.last < each.first));
        };
        if (of.descending) {
            const auto found = std::find_if(now_.rbegin(), now_.rend(), comes);
            return found == now_.rend() ? std::nullopt : std::optional<row>(*found);
        }
        const auto found = std::find_if(now_.begin(), now_.end(), comes);
        return found == now_.end() ? std::nullopt : std::optional<row>(*found);
    }
    bool step(watched_range& of) {
        const auto wanted = expected(of);
        const auto read = of.next();
        RC_ASSERT(read == wanted);
        if (read) of.last = read->first;
        return read.has_value();
    }

    content now_;
    content drained_;
    content committed_;
    std::list<watched_range> ranges_;
};

rc::Gen<std::vector<operation>> operations() {
    return rc::gen::scale(3, rc::gen::container<std::vector<operation>>(rc::gen::construct<operation>(
                                 rc::gen::inRange(0, 32), rc::gen::inRange(0, 24), rc::gen::inRange(0, 1'000))));
}

std::string value_for(const operation& op) {
    return std::string(static_cast<std::size_t>(op.value) % 60, static_cast<char>('0' + op.value % 10));
}

streams::iteration_order order_of(const operation& op) {
    return op.value % 2 ? streams::iteration_order::descending : streams::iteration_order::ascending;
}

} // namespace

TEST_CASE("ranges of a key-value store hold under random reads, writes, commits and rollbacks") {
    const medium on = GENERATE(every_medium());
    auto spec = key_values(on.persistent);
    const bool sized = GENERATE(false, true);
    const bool expires = !sized && GENERATE(false, true);
    spec.kind = streams::key_value_kind{.timestamped = expires,
                                        .time_to_live = expires ? std::chrono::hours(1) : std::chrono::hours(0),
                                        .sized_prefix = sized};
    const bool held = rc::check([&] {
        const auto ops = *operations();
        watched_store watched(spec, on.memory_bytes);
        store_under_test& store = watched.store;
        const auto row_of = [](const streams::store_entry& each) { return row(text(each.key), text(each.value)); };
        for (const operation& op : ops) {
            const std::string head(1 + static_cast<std::size_t>(op.key) % 2, static_cast<char>('a' + op.key / 8));
            const std::string prefix = sized ? big_endian(static_cast<std::uint32_t>(head.size())) + head : head;
            const std::string key = prefix + std::string(1, static_cast<char>('a' + op.value % 26));
            if (op.kind < 8) {
                const auto value = expires ? timestamped(op.value, value_for(op)) : value_for(op);
                store.put(key, value);
                watched.put(key, value);
            } else if (op.kind < 13) {
                store.put(key, std::nullopt);
                watched.put(key, std::nullopt);
            } else if (op.kind < 15) {
                RC_ASSERT(store.get(key) == watched.value_of(key));
            } else if (op.kind < 18) {
                const auto direction = order_of(op);
                watched.open({steps(store.kv().range(bytes_view(prefix), std::nullopt, direction), row_of),
                              [=](const std::string& each) { return each >= prefix; },
                              direction == streams::iteration_order::descending});
            } else if (op.kind < 20) {
                watched.open({steps(store.kv().prefix_scan(bytes_view(prefix)), row_of),
                              [=](const std::string& each) { return each.starts_with(prefix); }});
            } else {
                watched.change(op);
            }
        }
        watched.finish();
    });
    CHECK(held);
}

TEST_CASE("ranges of a key's windows hold under random reads, writes, commits and rollbacks") {
    const medium on = GENERATE(every_medium());
    auto spec = windows_of(on.persistent);
    std::get<streams::window_kind>(spec.kind).time_ordered = GENERATE(false, true);
    const bool held = rc::check([&] {
        const auto ops = *operations();
        watched_store watched(spec, on.memory_bytes);
        store_under_test& store = watched.store;
        // What begins later than the newest start is not among a range's; so there is a newest from the beginning.
        store.put("k", "newest", 50 * minute);
        watched.put("k" + big_endian(50 * minute), "newest");
        watched.change({1, 0, 0});
        for (const operation& op : ops) {
            const std::string key(1 + static_cast<std::size_t>(op.key) % 2, 'k');
            const std::int64_t start = op.value % 50 * minute;
            if (op.kind < 13) {
                const auto value = op.kind < 8 ? std::optional(value_for(op)) : std::nullopt;
                store.put(key, value, start);
                watched.put(key + big_endian(start), value);
            } else if (op.kind < 15) {
                RC_ASSERT(store.fetch(key, start) == watched.value_of(key + big_endian(start)));
            } else if (op.kind < 20) {
                const std::int64_t to = op.key % 3 ? start : 100 * minute;
                const auto direction = order_of(op);
                watched.open({steps(store.windows().fetch(bytes_view(key), 10 * minute, to, direction),
                                    [](const streams::window_entry& each) {
                                        return row(text(each.key) + big_endian(each.start), text(each.value));
                                    }),
                              [=](const std::string& each) {
                                  return each.size() == key.size() + 8 && each.starts_with(key) &&
                                         each.substr(key.size()) >= big_endian(10 * minute) &&
                                         each.substr(key.size()) <= big_endian(to);
                              },
                              direction == streams::iteration_order::descending});
            } else {
                watched.change(op);
            }
        }
        watched.finish();
    });
    CHECK(held);
}

TEST_CASE("ranges of a key's sessions hold under random reads, writes, commits and rollbacks") {
    const medium on = GENERATE(every_medium());
    const bool held = rc::check([&] {
        const auto ops = *operations();
        watched_store watched({.name = "sessions",
                               .kind = streams::session_kind{.retention = std::chrono::hours(1)},
                               .persistent = on.persistent,
                               .caching = false},
                              on.memory_bytes);
        store_under_test& store = watched.store;
        const auto place = [](const std::string& key, streams::window at) {
            return key + big_endian(at.end) + big_endian(at.start);
        };
        // What comes later than the newest end is not among a range's; so there is a newest from the beginning.
        const streams::window newest{50 * minute, 50 * minute};
        store.put_session("k", "newest", newest);
        watched.put(place("k", newest), "newest");
        watched.change({1, 0, 0});
        for (const operation& op : ops) {
            const std::string key(1 + static_cast<std::size_t>(op.key) % 2, 'k');
            const streams::window at{op.key * 1'000, op.key * 1'000 + op.value % 20 * minute};
            if (op.kind < 13) {
                const auto value = op.kind < 8 ? std::optional(value_for(op)) : std::nullopt;
                store.put_session(key, value, at);
                watched.put(place(key, at), value);
            } else if (op.kind < 15) {
                RC_ASSERT(text(store.sessions().fetch(bytes_view(key), at)) == watched.value_of(place(key, at)));
            } else if (op.kind < 20) {
                const auto direction = order_of(op);
                watched.open(
                    {steps(store.sessions().find(bytes_view(key), 0, 100 * minute, direction),
                           [=](const streams::session_entry& each) {
                               return row(place(text(each.key), each.window), text(each.value));
                           }),
                     [=](const std::string& each) { return each.size() == key.size() + 16 && each.starts_with(key); },
                     direction == streams::iteration_order::descending});
            } else {
                watched.change(op);
            }
        }
        watched.finish();
    });
    CHECK(held);
}

TEST_CASE("ranges of windows and sessions survive the expiry of what they stand on") {
    const bool persistent = GENERATE(false, true);
    const bool by_time = GENERATE(false, true);
    const auto direction = GENERATE(streams::iteration_order::ascending, streams::iteration_order::descending);
    auto spec = windows_of(persistent, std::chrono::minutes(4));
    std::get<streams::window_kind>(spec.kind).time_ordered = by_time;
    store_under_test store(spec);
    for (int i = 0; i < 4; ++i) store.put("k", "old", i * minute);
    store.commit();
    store.clock.advance(std::chrono::seconds(2));
    const auto range = store.windows().fetch(bytes_view(std::string_view("k")), 0, 10 * minute, direction);
    auto at = range.begin();
    CHECK((at != range.end()));
    store.put("k", "new", 100 * minute);
    store.commit();
    store.clock.advance(std::chrono::seconds(2));
    store.commit();
    CHECK(text(at->value) == "old");
    int left = 0;
    for (++at; at != range.end(); ++at) ++left;
    CHECK(left == 0);
}
