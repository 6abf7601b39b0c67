#include "catch.hpp"
#include "state/store_under_test.hpp"

using namespace state_test;

namespace {
streams::store_spec spec_of(bool persistent) {
    return {.name = "table",
            .kind = streams::key_value_kind{.timestamped = false},
            .persistent = persistent,
            .caching = false};
}
} // namespace

TEST_CASE("a key-value store returns what was put and forgets what was deleted") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent));

    CHECK(store.get("a") == std::nullopt);
    store.put("a", "1");
    store.put("b", "");
    CHECK(store.get("a") == "1");
    CHECK(store.get("b") == "");
    store.commit();
    CHECK(store.get("a") == "1");
    store.put("a", std::nullopt);
    CHECK(store.get("a") == std::nullopt);
    store.commit();
    CHECK(store.get("a") == std::nullopt);
    CHECK(store.managed->store().persistent() == persistent);
}

TEST_CASE("a closed and reopened store has what was committed and nothing else") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent));
    store.put("a", "1");
    store.put("b", "2");
    store.commit();
    store.put("a", "dirty");
    store.reopen();
    CHECK(store.get("a") == "1");
    CHECK(store.get("b") == "2");
    CHECK(store.managed->checkpoint() == (persistent ? std::optional<std::int64_t>(1) : std::nullopt));
}

TEST_CASE("ranges are ordered by key bytes and see uncommitted, committed and stored entries alike") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent));
    for (const char* key : {"b", "d", "a", "c", "\xff"}) store.put(key, "old");
    store.commit();
    store.reopen();
    store.put("c", std::nullopt);
    store.put("d", "committed");
    store.commit();
    store.put("bb", "new");
    store.put("a", "new");

    auto& kv = store.kv();
    const pairs all{{"a", "new"}, {"b", "old"}, {"bb", "new"}, {"d", "committed"}, {"\xff", "old"}};
    CHECK(read_all(kv.all()) == all);
    CHECK(read_all(kv.all(streams::iteration_order::descending)) == pairs(all.rbegin(), all.rend()));
    CHECK(read_all(kv.range(bytes_view("b"), bytes_view("d"))) == pairs(all.begin() + 1, all.begin() + 4));
    CHECK(read_all(kv.range(std::nullopt, bytes_view("b"))) == pairs(all.begin(), all.begin() + 2));
    CHECK(read_all(kv.range(bytes_view("bb"), std::nullopt, streams::iteration_order::descending)) ==
          pairs(all.rbegin(), all.rbegin() + 3));
    CHECK(read_all(kv.range(bytes_view("d"), bytes_view("b"))).empty());
    CHECK(read_all(kv.prefix_scan(bytes_view("b"))) == pairs(all.begin() + 1, all.begin() + 3));
    CHECK(read_all(kv.prefix_scan(bytes_view("\xff"))) == pairs(all.end() - 1, all.end()));
    CHECK(read_all(kv.prefix_scan(bytes_view(""))) == all);
}

TEST_CASE("a rollback leaves no trace of what was written since the last commit") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent));
    store.put("a", "1");
    store.put("b", "2");
    store.commit();
    store.put("a", "drained");
    store.managed->flush();
    store.put("a", "dirty");
    store.put("b", std::nullopt);
    store.put("c", "new");
    store.managed->rollback();
    CHECK(read_all(store.kv().all()) == pairs{{"a", "1"}, {"b", "2"}});
    CHECK(store.get("c") == std::nullopt);
    CHECK(store.get("a") == "1");
}

TEST_CASE("what is made and deleted after a rollback is deleted in the changelog, which had heard of it before") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent));
    store.put("a", "1");
    store.managed->flush();
    store.managed->rollback();
    store.put("a", "1");
    store.put("a", std::nullopt);
    store.commit();
    CHECK(store.log.compacted(store.log.records.size()).empty());
    store.put("b", "1");
    store.managed->flush();
    store.managed->rollback();
    store.put("b", "1");
    store.managed->flush();
    store.put("b", std::nullopt);
    store.commit();
    CHECK(store.log.compacted(store.log.records.size()).empty());
}

TEST_CASE(
    "after a rollback the changelog gets what the store has of the keys that it was told of, until that is committed") {
    const bool persistent = GENERATE(false, true);
    const bool all_on_disk = GENERATE(false, true);
    store_under_test store(spec_of(persistent));
    if (all_on_disk) {
        store.memory_bytes = 1;
        store.open();
    }
    const pairs committed{{"deleted", "1"}, {"kept", "1"}, {"written over", "1"}};
    for (const auto& [key, value] : committed) store.put(key, value);
    store.commit();
    store.clock.advance(std::chrono::minutes(1));
    store.put("written over", "2");
    store.put("deleted", std::nullopt);
    store.put("made", "2");
    store.managed->flush();
    for (int again = 0; again < 2; ++again) { // a correction may be lost as well
        store.managed->rollback();
        CHECK(store.managed->dirty());
        const auto before = store.log.records.size();
        store.current.timestamp = 7;
        store.managed->flush();
        CHECK(std::vector(store.log.records.begin() + static_cast<std::ptrdiff_t>(before), store.log.records.end()) ==
              std::vector<logged>{{"deleted", "1", 7}, {"made", std::nullopt, 7}, {"written over", "1", 7}});
        CHECK_FALSE(store.managed->dirty());
    }
    store.commit();
    const auto then = store.log.records.size();
    store.managed->rollback();
    store.commit();
    CHECK(store.log.records.size() == then);
    CHECK(read_all(store.kv().all()) == committed);
    store.reopen();
    CHECK(read_all(store.kv().all()) == committed);
}

TEST_CASE("what is written again after a rollback reaches the changelog once") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent));
    store.put("a", "1");
    store.put("b", "1");
    store.managed->flush();
    store.managed->rollback();
    store.put("b", "2");
    store.commit();
    CHECK(store.log.records ==
          std::vector<logged>{{"a", "1", 0}, {"b", "1", 0}, {"a", std::nullopt, 0}, {"b", "2", 0}});
}

TEST_CASE("in transactions the changelog is told nothing of what was rolled back") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent));
    store.in_transactions = true;
    store.open();
    store.put("a", "1");
    store.managed->flush();
    store.managed->rollback();
    CHECK_FALSE(store.managed->dirty());
    store.commit();
    CHECK(store.log.records.size() == 1);
}

TEST_CASE("the changelog gets the last value of each key once a flush") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(spec_of(persistent));
    store.current.timestamp = 7;
    store.put("a", "1");
    store.put("b", "1");
    store.current.timestamp = 8;
    store.put("a", "2");
    store.put("c", std::nullopt);
    store.managed->flush();
    CHECK(store.log.records == std::vector<logged>{{"b", "1", 7}, {"a", "2", 8}, {"c", std::nullopt, 8}});
    store.managed->flush();
    CHECK(store.log.records.size() == 3);
}

TEST_CASE("a timestamped store logs the value without its timestamp, which is the record's, and restores it") {
    const bool persistent = GENERATE(false, true);
    auto spec = spec_of(persistent);
    spec.kind = streams::key_value_kind{.timestamped = true};
    store_under_test store(spec);
    store.current.timestamp = 50;
    store.put("a", timestamped(42, "one"));
    store.put("b", timestamped(43, ""));
    store.put("a2", std::nullopt);
    store.commit();
    CHECK(store.log.records == std::vector<logged>{{"a", "one", 42}, {"b", "", 43}, {"a2", std::nullopt, 50}});

    store_under_test copy(spec);
    copy.log = store.log;
    copy.catch_up();
    CHECK(read_all(copy.kv().all()) == pairs{{"a", timestamped(42, "one")}, {"b", timestamped(43, "")}});
}

TEST_CASE("a value without room for its timestamp is its caller's mistake, no trouble with the disk") {
    auto spec = spec_of(false);
    spec.kind = streams::key_value_kind{.timestamped = true};
    store_under_test store(spec);
    try {
        store.put("a", "short");
        FAIL("it was taken");
    } catch (const streams::state_error&) {
        FAIL("taken for trouble with the disk");
    } catch (const streams::streams_error& refused) {
        CHECK_THAT(refused.what(), containing("keeps timestamps"));
    }
}
