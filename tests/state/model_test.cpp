#include "catch.hpp"
#include "state/store_under_test.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <tuple>

using namespace state_test;

// Random operations on a store beside an ordered map that does the same the obvious way.

namespace {

constexpr std::int64_t minute = 60'000;
using content = std::map<std::string, std::string>;

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

/// A store and what it must hold: now, as last drained, and as last committed.
struct modelled {
    store_under_test store;
    content now{};
    content drained{};
    content committed{};
    std::size_t committed_records = 0;

    modelled(streams::store_spec spec, std::size_t memory) : store(std::move(spec)) {
        store.memory_bytes = memory;
        store.in_transactions = true;
        store.reopen();
    }

    void flush() {
        store.managed->flush();
        drained = now;
    }
    /// Without a flush before, what was put since the last one stays dirty.
    void commit() {
        store.managed->committed(store.log.last_offset());
        committed = drained;
        committed_records = store.log.records.size();
    }
    /// What was drained without a commit belongs to an aborted transaction.
    void abort() {
        store.log.abort_from(committed_records);
        now = drained = committed;
    }
    void change_state(const operation& op) {
        switch (op.kind) {
        case 17:
        case 18:
            return flush();
        case 19:
            flush();
            commit();
            store.clock.advance(std::chrono::milliseconds(op.value * 2));
            return;
        case 20:
            return commit();
        case 21:
            store.managed->rollback();
            return abort();
        case 22:
            abort();
            return store.reopen();
        default:
            flush();
            commit();
            return store.restart();
        }
    }
};

} // namespace

TEST_CASE("a key-value store behaves as an ordered map under puts, commits, rollbacks and restarts") {
    const bool persistent = GENERATE(false, true);
    const bool sized = GENERATE(false, true);
    const std::size_t memory = GENERATE(std::size_t{1}, std::size_t{0});
    const bool held = rc::check([&] {
        const auto ops = *operations();
        modelled model({.name = "table",
                        .kind = streams::key_value_kind{.timestamped = false, .sized_prefix = sized},
                        .persistent = persistent,
                        .caching = false},
                       memory);
        for (const operation& op : ops) {
            const std::string head(1 + static_cast<std::size_t>(op.key) % 3, static_cast<char>('a' + op.key / 3));
            const std::string prefix = sized ? big_endian(static_cast<std::uint32_t>(head.size())) + head : head;
            const std::string key = sized ? prefix + std::string(static_cast<std::size_t>(op.value) % 3, 'p') : prefix;
            if (op.kind < 12) {
                const std::string value(static_cast<std::size_t>(op.value) % 40,
                                        static_cast<char>('0' + op.value % 10));
                model.store.put(key, value);
                model.now[key] = value;
            } else if (op.kind < 15) {
                model.store.put(key, std::nullopt);
                model.now.erase(key);
            } else if (op.kind < 17) {
                const auto found = model.now.find(key);
                RC_ASSERT(model.store.get(key) ==
                          (found == model.now.end() ? std::nullopt : std::optional(found->second)));
            } else {
                model.change_state(op);
            }
            if (op.value % 4 == 0) {
                pairs below;
                std::ranges::copy_if(model.now, std::back_inserter(below),
                                     [&](const auto& each) { return each.first.starts_with(prefix); });
                RC_ASSERT(read_all(model.store.kv().prefix_scan(bytes_view(prefix))) == below);
            }
            // Not always, since the first ordered read changes how entries are kept.
            if (op.value % 16 == 1)
                RC_ASSERT(read_all(model.store.kv().all()) == pairs(model.now.begin(), model.now.end()));
        }
        RC_ASSERT(read_all(model.store.kv().all(streams::iteration_order::descending)) ==
                  pairs(model.now.rbegin(), model.now.rend()));
    });
    CHECK(held);
}

TEST_CASE("a window store behaves as an ordered map that forgets old starts") {
    const bool persistent = GENERATE(false, true);
    const bool by_time = GENERATE(false, true);
    const std::size_t memory = GENERATE(std::size_t{1}, std::size_t{0});
    const bool held = rc::check([&] {
        const auto ops = *operations();
        modelled model({.name = "windows",
                        .kind = streams::window_kind{.timestamped = false,
                                                     .size = std::chrono::minutes(1),
                                                     .retention = std::chrono::minutes(4),
                                                     .time_ordered = by_time},
                        .persistent = persistent,
                        .caching = false},
                       memory);
        // The observed time is the newest start of all puts that were not rolled back.
        std::int64_t observed = -1;
        std::int64_t drained_observed = -1;
        std::int64_t committed_observed = -1;
        for (const operation& op : ops) {
            const std::string key(1 + static_cast<std::size_t>(op.key) % 3, static_cast<char>('a' + op.key % 2));
            const std::int64_t start = op.value % 16 * minute / 2 + (op.value / 16) % 3 * minute;
            if (op.kind < 15) {
                observed = std::max(observed, start);
                const auto value = op.kind < 12 ? std::optional(std::to_string(op.value)) : std::nullopt;
                model.store.put(key, value, start);
                if (start / (2 * minute) < std::max<std::int64_t>(0, (observed - 4 * minute) / (2 * minute))) continue;
                if (value)
                    model.now[window_key(key, start)] = *value;
                else
                    model.now.erase(window_key(key, start));
            } else if (op.kind < 17) {
                const auto found = model.now.find(window_key(key, start));
                const bool readable = start > observed - 4 * minute && found != model.now.end();
                RC_ASSERT(model.store.fetch(key, start) == (readable ? std::optional(found->second) : std::nullopt));
            } else {
                if (op.kind != 20 && op.kind != 21 && op.kind != 22) drained_observed = observed;
                if (op.kind == 19 || op.kind == 20 || op.kind == 23) committed_observed = drained_observed;
                model.change_state(op);
                if (op.kind == 21 || op.kind == 22) observed = drained_observed = committed_observed;
            }
            window_rows expected;
            for (const auto& [map_key, value] : model.now) {
                const bytes_view view(map_key);
                const auto at = streams::load_big_endian<std::int64_t>(view.data() + view.size() - 12);
                if (at > observed - 4 * minute)
                    expected.push_back({text(view.subview(0, view.size() - 12)), at, value});
            }
            std::sort(expected.begin(), expected.end(), [](const window_row& a, const window_row& b) {
                return std::tie(a.key, a.start) < std::tie(b.key, b.start);
            });
            RC_ASSERT(read_all(model.store.windows().fetch_all(0, 100 * minute)) == expected);
            window_rows of_key;
            for (const window_row& row : expected)
                if (row.key == key && row.start >= start - minute && row.start <= start) of_key.push_back(row);
            RC_ASSERT(read_all(model.store.windows().fetch(bytes_view(key), start - minute, start)) == of_key);
            std::sort(expected.begin(), expected.end(), [](const window_row& a, const window_row& b) {
                return std::tie(a.start, a.key) < std::tie(b.start, b.key);
            });
            RC_ASSERT(read_all(model.store.windows().by_time(0, 100 * minute)) == expected);
        }
    });
    CHECK(held);
}

TEST_CASE("a session store behaves as an ordered map that forgets old ends") {
    const bool persistent = GENERATE(false, true);
    const bool by_time = GENERATE(false, true);
    const std::size_t memory = GENERATE(std::size_t{1}, std::size_t{0});
    const bool held = rc::check([&] {
        const auto ops = *operations();
        modelled model({.name = "sessions",
                        .kind = streams::session_kind{.retention = std::chrono::minutes(4), .time_ordered = by_time},
                        .persistent = persistent,
                        .caching = false},
                       memory);
        const auto map_key = [](const std::string& key, streams::window session) {
            return key + big_endian(session.end) + big_endian(session.start);
        };
        std::int64_t observed = -1;
        std::int64_t drained_observed = -1;
        std::int64_t committed_observed = -1;
        for (const operation& op : ops) {
            const std::string key(1 + static_cast<std::size_t>(op.key) % 3, static_cast<char>('a' + op.key % 2));
            const std::int64_t end = op.value % 16 * minute / 2 + (op.value / 16) % 3 * minute;
            const streams::window session{std::max<std::int64_t>(0, end - op.value), end};
            if (op.kind < 15) {
                observed = std::max(observed, end);
                const auto value = op.kind < 12 ? std::optional(std::to_string(op.value)) : std::nullopt;
                model.store.put_session(key, value, session);
                if (end / (2 * minute) < std::max<std::int64_t>(0, (observed - 4 * minute) / (2 * minute))) continue;
                if (value)
                    model.now[map_key(key, session)] = *value;
                else
                    model.now.erase(map_key(key, session));
            } else if (op.kind >= 17) {
                if (op.kind != 20 && op.kind != 21 && op.kind != 22) drained_observed = observed;
                if (op.kind == 19 || op.kind == 20 || op.kind == 23) committed_observed = drained_observed;
                model.change_state(op);
                if (op.kind == 21 || op.kind == 22) observed = drained_observed = committed_observed;
            }
            session_rows expected;
            session_rows of_key;
            for (const auto& [stored, value] : model.now) {
                const bytes_view view(stored);
                const std::size_t size = view.size() - 16;
                const streams::window at{streams::load_big_endian<std::int64_t>(view.data() + size + 8),
                                         streams::load_big_endian<std::int64_t>(view.data() + size)};
                if (at.end <= observed - 4 * minute) continue;
                expected.push_back({text(view.subview(0, size)), at, value});
            }
            const auto by_key = [](const session_row& a, const session_row& b) {
                return std::tie(a.key, a.window.end, a.window.start) < std::tie(b.key, b.window.end, b.window.start);
            };
            std::sort(expected.begin(), expected.end(), by_key);
            for (const session_row& row : expected)
                if (row.key == key && row.window.end >= end - minute && row.window.start <= end) of_key.push_back(row);
            constexpr std::int64_t latest = std::numeric_limits<std::int64_t>::max();
            auto& sessions = model.store.sessions();
            RC_ASSERT(read_all(sessions.find(bytes_view(key), end - minute, end)) == of_key);
            RC_ASSERT(read_all(sessions.find_range(std::nullopt, std::nullopt, 0, latest)) == expected);
            std::sort(expected.begin(), expected.end(), [](const session_row& a, const session_row& b) {
                return std::tie(a.window.end, a.window.start, a.key) < std::tie(b.window.end, b.window.start, b.key);
            });
            RC_ASSERT(read_all(sessions.ended(0, latest)) == expected);
        }
    });
    CHECK(held);
}
