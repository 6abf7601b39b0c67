#include "catch.hpp"
#include "state/store_under_test.hpp"

#include <streams/state/query/query_errors.hpp>
#include <streams/state/query/store_question.hpp>

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <thread>

using namespace state_test;
using namespace std::chrono_literals;
using streams::isolation_level;

namespace {

streams::store_spec table(bool persistent) {
    return {.name = "table",
            .kind = streams::key_value_kind{.timestamped = false},
            .persistent = persistent,
            .caching = false};
}
streams::found_rows all_of(store_under_test& store) {
    return std::get<streams::found_rows>(
        *store.managed->ask(streams::span_question{}, isolation_level::read_uncommitted));
}

} // namespace

TEST_CASE("a range that is read while its store closes says that the store has moved") {
    store_under_test store(table(true));
    store.put("a", "1");
    store.put("b", "2");
    store.commit();
    store.reopen();
    const auto rows = all_of(store);
    CHECK(text(rows->next()->key) == "a");
    store.managed->close();
    CHECK_THROWS_AS(rows->next(), streams::state_store_migrated_error);
    store.managed.reset();
    CHECK_THROWS_WITH(rows->next(), containing("table was closed while its entries were read"));
}

TEST_CASE("a range over a store in memory is read to its end after the store is closed") {
    store_under_test store(table(false));
    store.put("a", "1");
    store.put("b", "2");
    const auto rows = all_of(store);
    store.managed->close();
    store.managed.reset();
    CHECK(text(rows->next()->key) == "a");
    CHECK(text(rows->next()->value) == "2");
    CHECK_FALSE(rows->next());
}

TEST_CASE("what a range has copied counts in the memory budget until it goes, with its store or after it") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(table(persistent));
    constexpr int rows = 100;
    for (int row = 0; row < rows; ++row) store.put("key" + std::to_string(row), std::string(10'000, 'x'));
    const auto copied = [&] { return store.memory->budget.reserved(streams::memory_role::query_copies); };
    CHECK(copied() == 0);
    {
        const auto rows_of_one = all_of(store);
        const auto one = copied();
        CHECK(one > rows * 10'000);
        const auto rows_of_another = all_of(store);
        CHECK(copied() > one);
    }
    CHECK(copied() == 0);
    {
        const auto kept = all_of(store);
        store.managed->close();
        CHECK(copied() > rows * 10'000);
    }
    CHECK(copied() == 0);
}

TEST_CASE("a range of what the disk has copies nothing") {
    store_under_test store(table(true));
    for (int row = 0; row < 100; ++row) store.put("key" + std::to_string(row), std::string(10'000, 'x'));
    store.commit();
    store.reopen();
    const auto rows = all_of(store);
    CHECK(rows->next());
    CHECK(store.memory->budget.reserved(streams::memory_role::query_copies) == 0);
}

TEST_CASE("a range that there is no memory for is refused, and has taken none") {
    const bool persistent = GENERATE(false, true);
    store_under_test store(table(persistent));
    for (int row = 0; row < 100; ++row) store.put("key" + std::to_string(row), std::string(10'000, 'x'));
    const auto copied = [&] { return store.memory->budget.reserved(streams::memory_role::query_copies); };
    std::optional<streams::copied_bytes> others(store.memory->stores.queries());
    others->add(store.memory->budget.use(streams::memory_role::query_copies).limit - 500'000, "another");
    const auto before = copied();
    CHECK_THROWS_AS(all_of(store), streams::query_memory_error);
    CHECK(copied() == before);
    CHECK(text(std::get<streams::found_rows>(*store.managed->ask(streams::span_question{.to = streams::bytes("key1")},
                                                                 isolation_level::read_uncommitted))
                   ->next()
                   ->key) == "key0");
    others.reset();
    CHECK_NOTHROW(all_of(store));
}

TEST_CASE("values, versions and windows that are handed out count in the memory budget") {
    const std::string large(100'000, 'x');
    const auto copied = [](const store_under_test& store) {
        return store.memory->budget.reserved(streams::memory_role::query_copies);
    };
    const auto ask = [](store_under_test& store, const streams::store_question& question) {
        return *store.managed->ask(question, isolation_level::read_uncommitted);
    };
    SECTION("values") {
        store_under_test store(table(false));
        store.put("a", large);
        {
            const auto answer = ask(store, streams::keys_question{{streams::bytes("a"), streams::bytes("b")}});
            CHECK(copied(store) > large.size());
        }
        CHECK(copied(store) == 0);
    }
    SECTION("versions") {
        store_under_test store({.name = "table", .kind = streams::versioned_kind{.retention = 1h}});
        for (const int at : {1, 2}) static_cast<void>(store.versions().put(bytes_view("a"), bytes_view(large), at));
        {
            const auto answer = ask(store, streams::history_question{streams::bytes("a"), 0, 10});
            CHECK(copied(store) > 2 * large.size());
        }
        CHECK(copied(store) == 0);
    }
    SECTION("windows of several keys, which the reader sorts") {
        store_under_test store({.name = "table",
                                .kind = streams::window_kind{.timestamped = false, .size = 1min, .retention = 1h},
                                .caching = false});
        for (const char* key : {"a", "b"}) store.put(key, large, 0);
        store.commit();
        {
            const auto rows =
                std::get<streams::found_rows>(ask(store, streams::keys_times_question{.from = 0, .to = 10}));
            CHECK(text(rows->next()->key) == "a"); // those of the snapshot are gone
            CHECK(copied(store) > 2 * large.size());
        }
        CHECK(copied(store) == 0);
    }
}

TEST_CASE("a range is read on another thread while its store is written, committed, evicted and closed") {
    store_under_test store(table(true));
    store.memory_bytes = 4'000;
    store.reopen();
    constexpr int keys = 500;
    const auto write = [&](int round) {
        for (int key = 0; key < keys; ++key)
            store.put("key" + std::to_string(1'000 + key), "round" + std::to_string(round));
    };
    write(0);
    store.commit();
    store.clock.advance(std::chrono::seconds(10));
    for (int round = 1; round <= 8; ++round) {
        auto rows = all_of(store);
        std::atomic<bool> done{false};
        std::size_t found = 0;
        bool of_one_round = true;
        bool closed = false;
        std::thread reader([&] {
            try {
                while (const auto row = rows->next()) {
                    ++found;
                    of_one_round &= text(row->value) == "round" + std::to_string(round - 1);
                }
            } catch (const streams::state_store_migrated_error&) {
                closed = true;
            }
            rows.reset();
            done = true;
        });
        do {
            write(round);
            store.commit();
            store.clock.advance(std::chrono::seconds(10));
        } while (!done && round < 8);
        if (round == 8) store.managed->close();
        reader.join();
        CHECK(of_one_round);
        CHECK((closed || found == keys));
        CHECK((!closed || round == 8));
    }
}
