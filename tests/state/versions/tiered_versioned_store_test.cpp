#include "catch.hpp"
#include "state/disk/rocksdb_backing.hpp"
#include "state/store_under_test.hpp"
#include "state/versions/version_layout.hpp"

#include <streams/serde/standard.hpp>
#include <streams/state/typed_versioned_store.hpp>

#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <random>

using namespace state_test;

namespace {

constexpr std::int64_t second = 1'000;
constexpr std::int64_t retention = 30 * second; // segments of 10 seconds

streams::store_spec spec_of(bool persistent) {
    return {.name = "versions",
            .kind = streams::versioned_kind{.retention = std::chrono::milliseconds(retention)},
            .persistent = persistent,
            .caching = false};
}

streams::version_put put(store_under_test& store, std::string_view key, const std::optional<std::string>& value,
                         std::int64_t at) {
    return store.versions().put(bytes_view(key), view(value), at);
}

struct found_version {
    std::string value;
    std::int64_t from;
    std::optional<std::int64_t> to{};
    friend bool operator==(const found_version&, const found_version&) = default;
};
std::optional<found_version> read(const std::optional<streams::versioned_record>& found) {
    if (!found) return std::nullopt;
    return found_version{text(found->value), found->valid_from, found->valid_to};
}
std::optional<found_version> get(store_under_test& store, std::string_view key) {
    return read(store.versions().get(bytes_view(key)));
}
std::optional<found_version> get(store_under_test& store, std::string_view key, std::int64_t as_of) {
    return read(store.versions().get(bytes_view(key), as_of));
}

} // namespace

TEST_CASE("a version holds from its time to that of the next, in whatever order they come") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent));
    CHECK(put(store, "a", "20", 20 * second).latest());
    CHECK(put(store, "a", "40", 40 * second).latest());
    const auto late = put(store, "a", "30", 30 * second);
    CHECK(late.stored);
    CHECK_FALSE(late.latest());
    CHECK(late.valid_to == 40 * second);
    store.commit();
    store.reopen();

    CHECK(get(store, "a") == found_version{"40", 40 * second});
    CHECK(get(store, "a", 40 * second) == found_version{"40", 40 * second});
    CHECK(get(store, "a", 40 * second - 1) == found_version{"30", 30 * second, 40 * second});
    CHECK(get(store, "a", 30 * second) == found_version{"30", 30 * second, 40 * second});
    CHECK(get(store, "a", 29 * second) == found_version{"20", 20 * second, 30 * second});
    CHECK(get(store, "a", 19 * second) == std::nullopt);
    CHECK(get(store, "b") == std::nullopt);
    CHECK(put(store, "a", "replaced", 30 * second).valid_to == 40 * second);
    CHECK(get(store, "a", 35 * second) == found_version{"replaced", 30 * second, 40 * second});
}

TEST_CASE("a deleted key has no value until the next version") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent));
    put(store, "a", "10", 10 * second);
    CHECK(put(store, "a", std::nullopt, 20 * second).latest());
    CHECK(get(store, "a") == std::nullopt);
    CHECK(get(store, "a", 25 * second) == std::nullopt);
    CHECK(get(store, "a", 15 * second) == found_version{"10", 10 * second, 20 * second});
    CHECK(put(store, "a", "15", 15 * second).valid_to == 20 * second);
    CHECK(put(store, "b", std::nullopt, 20 * second).latest());
    CHECK(put(store, "b", "5", 5 * second).valid_to == 20 * second);
    CHECK(get(store, "b") == std::nullopt);
    CHECK(get(store, "b", 19 * second) == found_version{"5", 5 * second, 20 * second});
}

TEST_CASE("a put older than the history is refused, but logged, and the latest version stays however old it is") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent));
    put(store, "old", "1", 0);
    put(store, "a", "100", 100 * second);
    CHECK_FALSE(put(store, "old", "2", 69 * second).stored);
    CHECK(put(store, "a", "70", 70 * second).stored);
    store.commit();
    CHECK(get(store, "old") == found_version{"1", 0});
    CHECK(get(store, "old", 69 * second) == found_version{"1", 0});
    CHECK(get(store, "a", 69 * second) == std::nullopt);
    CHECK(store.log.records ==
          std::vector<logged>{
              {"old", "1", 0}, {"a", "100", 100 * second}, {"old", "2", 69 * second}, {"a", "70", 70 * second}});
}

TEST_CASE("every put reaches the changelog as it came, deletions with their time") {
    store_under_test store(spec_of(false));
    store.current.timestamp = 7;
    put(store, "a", "1", 10);
    put(store, "a", std::nullopt, 20);
    put(store, "a", "", 15);
    CHECK(store.log.records.empty());
    CHECK(store.managed->uncommitted_bytes() > 0);
    store.commit();
    CHECK(store.log.records == std::vector<logged>{{"a", "1", 10}, {"a", std::nullopt, 20}, {"a", "", 15}});
    store.commit();
    CHECK(store.log.records.size() == 3);
}

TEST_CASE("a rollback takes puts back that were not committed") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent));
    put(store, "a", "1", 10 * second);
    store.commit();
    put(store, "a", "2", 200 * second);
    store.managed->rollback();
    CHECK(get(store, "a") == found_version{"1", 10 * second});
    CHECK(put(store, "a", "0", 5 * second).valid_to == 10 * second);
    store.commit();
    CHECK(store.log.records == std::vector<logged>{{"a", "1", 10 * second}, {"a", "0", 5 * second}});
}

TEST_CASE("after a rollback a versioned store has its changelog say what it has at the times of the puts") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent));
    put(store, "a", "1", 10 * second);
    put(store, "b", "1", 10 * second);
    store.commit();
    put(store, "a", "2", 15 * second);
    put(store, "b", "2", 10 * second);
    put(store, "c", "2", 10 * second);
    store.managed->flush();
    for (int again = 0; again < 2; ++again) { // that may be lost as well
        store.managed->rollback();
        CHECK(store.managed->dirty());
        const auto before = static_cast<std::ptrdiff_t>(store.log.records.size());
        store.managed->flush();
        CHECK(std::vector(store.log.records.begin() + before, store.log.records.end()) ==
              std::vector<logged>{{"a", "1", 15 * second}, {"b", "1", 10 * second}, {"c", std::nullopt, 10 * second}});
    }
    CHECK(get(store, "a") == found_version{"1", 10 * second});
    CHECK(put(store, "a", "2", 12 * second).latest());
    store.commit();
    const auto then = store.log.records.size();
    store.commit();
    CHECK(store.log.records.size() == then);

    store_under_test elsewhere(spec_of(persistent));
    elsewhere.log.records = store.log.records;
    elsewhere.restart();
    for (const auto at : {10 * second, 11 * second}) {
        CHECK(get(elsewhere, "a", at)->value == "1");
        CHECK(get(elsewhere, "b", at)->value == "1");
    }
    CHECK(get(elsewhere, "c") == std::nullopt);
}

TEST_CASE("versions that ended longer ago than the history leave memory and disk") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent));
    const auto key_number = [](int i) { return "key-" + std::to_string(i); };
    for (int i = 0; i < 1'000; ++i) put(store, key_number(i), std::string(1'000, 'x'), 0);
    for (int i = 0; i < 1'000; ++i) put(store, key_number(i), "y", second);
    store.commit();
    const std::size_t before = store.managed->memory_bytes();
    put(store, "now", "1", 100 * second);
    store.commit();
    store.clock.advance(std::chrono::minutes(10));
    put(store, "now", "1", 100 * second);
    store.commit();
    CHECK(store.managed->memory_bytes() < before);
    CHECK(get(store, "key-1") == found_version{"y", second});
}

TEST_CASE("a row on disk that does not decode is damage, and names the store") {
    const bool latest = GENERATE(true, false);
    store_under_test store(spec_of(true));
    put(store, "a", "1", 10 * second);
    put(store, "a", "2", 20 * second);
    store.commit();
    store.managed->close();
    store.managed.reset();
    {
        const auto disk = streams::open_rocksdb_backing(
            store.folder.path(), {"versions", "versioned, segments of 10000 ms", {}}, store.memory->stores);
        bytes key;
        streams::version_layout::key(key, latest ? streams::version_layout::latest : 2, bytes_view("a"));
        const streams::backing_write short_row{key.view(), bytes_view("short")};
        disk->write({&short_row, 1}, std::nullopt, disk->position());
        disk->flush(true);
    }
    store.open();
    try {
        static_cast<void>(get(store, "a", 15 * second));
        FAIL("a damaged row was read");
    } catch (const streams::corrupt_state_error& damage) {
        CHECK(damage.store() == "versions");
        CHECK_THAT(damage.what(), containing("store versions is damaged"));
    }
}

TEST_CASE("a typed view reads and writes versions in types") {
    store_under_test store(spec_of(false));
    streams::typed_versioned_store<std::string, std::int64_t> prices(store.managed->store());
    CHECK(prices.put("a", 5, 10).latest());
    CHECK(prices.put("a", 6, 20).latest());
    CHECK(prices.get("a") == streams::version<std::int64_t>{6, 20});
    CHECK(prices.get("a", 19) == streams::version<std::int64_t>{5, 10, 20});
    CHECK(prices.erase("a", 30).latest());
    CHECK(prices.get("a") == std::nullopt);
}

namespace {

/// The same the obvious way.
struct history {
    std::int64_t observed = -1;
    std::map<std::string, std::map<std::int64_t, std::optional<std::string>>> versions;

    streams::version_put put(const std::string& key, const std::optional<std::string>& value, std::int64_t at) {
        if (at < observed - retention) return {.stored = false};
        observed = std::max(observed, at);
        auto& of = versions[key];
        of[at] = value;
        const auto next = of.upper_bound(at);
        return {true, next == of.end() ? std::nullopt : std::optional(next->first)};
    }
    std::optional<found_version> get(const std::string& key, std::int64_t as_of) {
        auto& of = versions[key];
        const auto next = of.upper_bound(as_of);
        if (next == of.begin()) return std::nullopt;
        const auto at = std::prev(next);
        if (!at->second) return std::nullopt;
        if (next == of.end()) return found_version{*at->second, at->first};
        if (as_of < observed - retention) return std::nullopt;
        return found_version{*at->second, at->first, next->first};
    }
};

} // namespace

TEST_CASE("a versioned store agrees with a plain history, through commits, rollbacks and restarts") {
    CHECK(rc::check("random puts", [](bool persistent, unsigned seed) {
        store_under_test store(spec_of(persistent));
        history now;
        history committed;
        std::mt19937 random(seed);
        std::int64_t time = 0;
        for (int i = 0; i < 200; ++i) {
            time += static_cast<std::int64_t>(random() % (3 * second));
            const std::int64_t at =
                std::max<std::int64_t>(0, time - static_cast<std::int64_t>(random() % (40 * second)));
            const std::string key(1, static_cast<char>('a' + random() % 4));
            const auto value = random() % 4 == 0 ? std::nullopt : std::optional("v" + std::to_string(i));
            const auto expected = now.put(key, value, at);
            const auto done = put(store, key, value, at);
            RC_ASSERT(done.stored == expected.stored);
            RC_ASSERT(done.valid_to == expected.valid_to);
            const std::int64_t as_of =
                std::max<std::int64_t>(0, time - static_cast<std::int64_t>(random() % (45 * second)));
            RC_ASSERT(get(store, key, as_of) == now.get(key, as_of));
            switch (random() % 30) {
            case 0:
            case 1:
                store.commit();
                committed = now;
                break;
            case 2:
                store.managed->rollback();
                now = committed;
                break;
            case 3:
                store.commit();
                committed = now;
                store.reopen();
                break;
            default:
                break;
            }
        }
    }));
}
