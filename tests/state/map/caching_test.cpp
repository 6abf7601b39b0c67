#include "catch.hpp"
#include "state/store_under_test.hpp"

#include <functional>

using namespace state_test;

namespace {

struct forwarded {
    std::string key;
    std::optional<std::string> new_value;
    std::optional<std::string> old_value;
    std::int64_t timestamp;
    streams::headers headers{};

    friend bool operator==(const forwarded&, const forwarded&) = default;
};

class recording_listener final : public streams::flush_listener {
public:
    void flushed(const streams::flushed_entry& entry) override {
        seen.push_back({text(entry.key), text(entry.new_value), text(entry.old_value), entry.timestamp, entry.headers});
        if (on_flush) on_flush(entry);
    }
    std::vector<forwarded> seen;
    std::function<void(const streams::flushed_entry&)> on_flush;
};

streams::store_spec spec_of(bool persistent) {
    return {.name = "table", .kind = streams::key_value_kind{.timestamped = false}, .persistent = persistent};
}
constexpr std::int64_t large = 1 << 20;

} // namespace

TEST_CASE("a store without a cache leaves forwarding to its node") {
    const bool persistent = GENERATE(false, true);
    recording_listener listener;
    store_under_test without_bytes(spec_of(persistent), 0);
    CHECK_FALSE(without_bytes.managed->store().forward_on_flush(listener, false));
    auto spec = spec_of(persistent);
    spec.caching = false;
    store_under_test without_caching(spec, large);
    CHECK_FALSE(without_caching.managed->store().forward_on_flush(listener, false));
    without_caching.put("a", "1");
    without_caching.commit();
    CHECK(listener.seen.empty());
}

TEST_CASE("a cached store forwards the last update of each key at a flush, in the order of the last updates") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent), large);
    recording_listener listener;
    REQUIRE(store.managed->store().forward_on_flush(listener, false));
    streams::headers trace{{"trace", bytes(std::string_view("1"))}};
    store.current.timestamp = 1;
    store.put("a", "1");
    store.put("b", "1");
    store.current = {{}, 2, &trace};
    store.put("a", "2");
    store.current = {{}, 3, &store.no_headers};
    store.put("c", "1");
    CHECK(listener.seen.empty());
    CHECK(store.get("a") == "2");
    store.commit();
    CHECK(listener.seen == std::vector<forwarded>{{"b", "1", std::nullopt, 1},
                                                  {"a", "2", std::nullopt, 2, trace},
                                                  {"c", "1", std::nullopt, 3}});
    CHECK(store.log.records == std::vector<logged>{{"b", "1", 1}, {"a", "2", 2}, {"c", "1", 3}});
    store.commit();
    CHECK(listener.seen.size() == 3);
}

TEST_CASE("the old value of a cached update is the one last flushed, committed or not") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent), large);
    recording_listener listener;
    REQUIRE(store.managed->store().forward_on_flush(listener, true));
    store.put("a", "1");
    store.put("a", "2");
    store.commit();
    store.put("a", "3");
    store.managed->flush();
    store.put("a", "4");
    store.put("a", "5");
    store.managed->flush();
    store.commit();
    CHECK(listener.seen == std::vector<forwarded>{{"a", "2", std::nullopt, 0}, {"a", "3", "2", 0}, {"a", "5", "3", 0}});
    store.put("a", "6");
    store.managed->flush();
    store.managed->rollback();
    store.put("a", "7");
    store.managed->flush();
    CHECK(listener.seen.back() == forwarded{"a", "7", "5", 0});
}

TEST_CASE("what is made and deleted in a cache after a rollback is deleted for whoever had heard of it before") {
    const bool persistent = GENERATE(false, true);
    const bool old_values = GENERATE(false, true);
    store_under_test store(spec_of(persistent), large);
    recording_listener listener;
    REQUIRE(store.managed->store().forward_on_flush(listener, old_values));
    store.put("a", "1");
    store.managed->flush();
    store.managed->rollback();
    store.put("a", "1");
    store.put("a", std::nullopt);
    store.commit();
    CHECK(store.log.compacted(store.log.records.size()).empty());
    CHECK(listener.seen.back() == forwarded{"a", std::nullopt, std::nullopt, 0});
    const auto heard = listener.seen.size();
    store.put("never told", "1");
    store.put("never told", std::nullopt);
    store.put("a", "1");
    store.put("a", std::nullopt);
    store.commit();
    CHECK(listener.seen.size() == heard);
}

TEST_CASE("what is made and deleted in a cache after an aborted transaction tells nobody, as nobody had heard of it") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent), large);
    store.in_transactions = true;
    store.open();
    recording_listener listener;
    REQUIRE(store.managed->store().forward_on_flush(listener, false));
    store.put("a", "1");
    store.managed->flush();
    store.managed->rollback();
    const auto logged_before = store.log.records.size();
    listener.seen.clear();
    for (const char* key : {"a", "b"}) {
        store.put(key, "1");
        store.put(key, std::nullopt);
    }
    store.commit();
    CHECK(listener.seen.empty());
    CHECK(store.log.records.size() == logged_before);
}

TEST_CASE("the old value of a cached update is read from disk where it is not in memory") {
    store_under_test store(spec_of(true), large);
    store.put("a", "1");
    store.put("gone", "1");
    store.commit();
    store.reopen();
    recording_listener listener;
    REQUIRE(store.managed->store().forward_on_flush(listener, true));
    store.put("a", "2");
    store.put("gone", std::nullopt);
    store.put("never", std::nullopt);
    store.commit();
    CHECK(listener.seen == std::vector<forwarded>{{"a", "2", "1", 0}, {"gone", std::nullopt, "1", 0}});
}

TEST_CASE("a key that was absent and is deleted again reaches neither changelog nor downstream") {
    const bool persistent = GENERATE(false, true);
    const bool with_old_values = GENERATE(false, true);
    store_under_test store(spec_of(persistent), large);
    recording_listener listener;
    REQUIRE(store.managed->store().forward_on_flush(listener, with_old_values));
    store.put("a", "1");
    store.put("a", std::nullopt);
    store.put("b", "1");
    store.commit();
    CHECK(store.log.records == std::vector<logged>{{"b", "1", 0}});
    CHECK(listener.seen.size() == 1);
    store.put("b", std::nullopt);
    store.commit();
    CHECK(listener.seen.back() ==
          forwarded{"b", std::nullopt, with_old_values ? std::optional<std::string>("1") : std::nullopt, 0});
    CHECK(store.log.records.back() == logged{"b", std::nullopt, 0});
    CHECK(read_all(store.kv().all()).empty());
}

TEST_CASE("without a cache the deletion of an absent key is logged") {
    const bool persistent = GENERATE(false, true);
    auto spec = spec_of(persistent);
    spec.caching = false;
    store_under_test store(spec, large);
    store.put("a", std::nullopt);
    store.commit();
    CHECK(store.log.records == std::vector<logged>{{"a", std::nullopt, 0}});
}

TEST_CASE("a cache over its bytes flushes everything that is dirty at once") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent), 1'000);
    recording_listener listener;
    REQUIRE(store.managed->store().forward_on_flush(listener, false));
    store.put("a", std::string(400, 'x'));
    store.put("a", std::string(500, 'x'));
    CHECK(listener.seen.empty());
    store.put("b", std::string(500, 'x'));
    CHECK(listener.seen.size() == 2);
    CHECK(store.log.records.size() == 2);
    store.put("a", "small");
    CHECK(listener.seen.size() == 2);
    store.managed->flush();
    CHECK(listener.seen.size() == 3);
}

TEST_CASE("what a listener is told is already in the store, and it may write to other stores") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent), large);
    store_under_test other(spec_of(persistent), large);
    recording_listener listener;
    REQUIRE(store.managed->store().forward_on_flush(listener, true));
    std::vector<std::optional<std::string>> visible;
    listener.on_flush = [&](const streams::flushed_entry& entry) {
        visible.push_back(store.get(entry.key.text()));
        visible.push_back(store.get("absent"));
        CHECK(store.log.records.back().key == entry.key.text());
        other.put(entry.key.text(), "copied");
    };
    store.put("a", "1");
    store.put("b", "2");
    store.commit();
    other.commit();
    CHECK(visible == std::vector<std::optional<std::string>>{"1", std::nullopt, "2", std::nullopt});
    CHECK(read_all(other.kv().all()) == pairs{{"a", "copied"}, {"b", "copied"}});
}

TEST_CASE("what a flush of another store dirties after a store's own flush waits for the next commit") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent));
    store.put("a", "1");
    store.put("b", "1");
    store.managed->flush();
    store.put("a", "2");
    store.managed->committed(store.log.last_offset());
    store.managed->rollback();
    CHECK(store.get("a") == "1");
    store.put("a", "3");
    store.managed->flush();
    store.put("a", "4");
    store.managed->committed(store.log.last_offset());
    CHECK(store.get("a") == "4");
    store.reopen();
    CHECK(read_all(store.kv().all()) == pairs{{"a", "3"}, {"b", "1"}});
}

TEST_CASE("a cached window store tells its listener the store key: key, start and sequence number") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(
        {.name = "windows",
         .kind = streams::window_kind{.size = std::chrono::minutes(1), .retention = std::chrono::minutes(4)},
         .persistent = persistent},
        large);
    recording_listener listener;
    REQUIRE(store.managed->store().forward_on_flush(listener, false));
    store.put("a", timestamped(70'000, "1"), 60'000);
    store.commit();
    CHECK(listener.seen ==
          std::vector<forwarded>{{window_key("a", 60'000), timestamped(70'000, "1"), std::nullopt, 0}});
    CHECK(store.log.records == std::vector<logged>{{window_key("a", 60'000), "1", 70'000}});
}

TEST_CASE("a flush that fails midway can be repeated") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent), large);
    recording_listener listener;
    REQUIRE(store.managed->store().forward_on_flush(listener, false));
    bool failing = true;
    listener.on_flush = [&](const streams::flushed_entry&) {
        if (failing && listener.seen.size() == 2) throw std::runtime_error("downstream");
    };
    for (const char* key : {"a", "b", "c"}) store.put(key, "1");
    REQUIRE_THROWS(store.managed->flush());
    failing = false;
    store.commit();
    CHECK(store.log.records == std::vector<logged>{{"a", "1", 0}, {"b", "1", 0}, {"c", "1", 0}});
    CHECK(listener.seen.size() == 3);
}

TEST_CASE("a cache that shrinks forwards what does not fit any more with the next update, and goes on caching") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent), large);
    recording_listener listener;
    REQUIRE(store.managed->store().forward_on_flush(listener, false));
    for (const char* key : {"a", "b", "c"}) store.put(key, "1");
    store.managed->resize_cache(150);
    CHECK(listener.seen.empty());
    store.put("a", "2");
    CHECK(listener.seen.size() == 3);
    store.put("a", "3");
    CHECK(listener.seen.size() == 3);
    store.managed->resize_cache(large);
    for (int key = 0; key < 100; ++key) store.put(std::to_string(key), "1");
    CHECK(listener.seen.size() == 3);
    store.commit();
    CHECK(listener.seen.size() == 104);
}

TEST_CASE("a store that was opened without a cache gets none") {
    store_under_test store(spec_of(false), 0);
    store.managed->resize_cache(large);
    recording_listener listener;
    CHECK_FALSE(store.managed->store().forward_on_flush(listener, false));
}

TEST_CASE("what was deleted behind the retention stays deleted after a restore") {
    const bool persistent = GENERATE(false, true);
    constexpr std::int64_t second = 1'000;
    SECTION("sessions") {
        store_under_test store({.name = "sessions",
                                .kind = streams::session_kind{.retention = std::chrono::seconds(10)},
                                .persistent = persistent},
                               large);
        recording_listener listener;
        REQUIRE(store.managed->store().forward_on_flush(listener, true));
        store.put_session("a", "1", {second, second});
        store.put_session("b", "1", {30 * second, 30 * second});
        store.commit();
        store.put_session("a", std::nullopt, {second, second}); // merged into one that is newer
        store.put_session("a", "2", {second, 25 * second});
        store.commit();
        const auto sessions_of_a = [&] { return read_all(store.sessions().find(bytes_view("a"), 0, 60 * second)); };
        CHECK(sessions_of_a() == session_rows{{"a", {second, 25 * second}, "2"}});
        store.managed->close();
        store.managed.reset();
        std::filesystem::remove_all(store.folder.path() / "sessions");
        store.open();
        store.catch_up();
        CHECK(sessions_of_a() == session_rows{{"a", {second, 25 * second}, "2"}});
        CHECK(store.sessions().fetch(bytes_view("a"), {second, second}) == std::nullopt);
    }
    SECTION("windows") {
        store_under_test store({.name = "windows",
                                .kind = streams::window_kind{.timestamped = false,
                                                             .size = std::chrono::seconds(1),
                                                             .retention = std::chrono::seconds(10)},
                                .persistent = persistent},
                               large);
        recording_listener listener;
        REQUIRE(store.managed->store().forward_on_flush(listener, true));
        store.put("a", "1", second);
        store.put("b", "1", 30 * second);
        store.commit();
        store.put("a", std::nullopt, second);
        store.commit();
        CHECK(store.fetch("a", second) == std::nullopt);
        store.managed->close();
        store.managed.reset();
        std::filesystem::remove_all(store.folder.path() / "windows");
        store.open();
        store.catch_up();
        CHECK(store.fetch("a", second) == std::nullopt);
        CHECK(store.fetch("b", 30 * second) == "1");
    }
}
