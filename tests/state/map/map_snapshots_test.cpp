#include "catch.hpp"
#include "state/store_under_test.hpp"

#include <streams/state/query/query_errors.hpp>
#include <streams/state/query/store_question.hpp>

#include <atomic>
#include <optional>
#include <thread>

using namespace state_test;
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
