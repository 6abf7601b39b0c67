#include "catch.hpp"
#include "runtime/temporary_folder.hpp"
#include "runtime/topologies.hpp"
#include "src/runtime/stores/task_stores.hpp"
#include "state/test_memory.hpp"

#include <streams/core/manual_clock.hpp>
#include <streams/state/key_value_store.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

using namespace streams;
using text = std::string;

namespace {

topology two_stores() {
    topology t;
    t.add_source<text, text>("source", "in");
    t.add_processor("first", [] { return std::make_unique<testing_support::counting>(); }, {"source"});
    t.add_processor("second", [] { return std::make_unique<testing_support::counting>(); }, {"first"});
    t.add_store({.name = "later", .kind = key_value_kind{.timestamped = false}, .caching = false}, {"second"});
    t.add_store({.name = "counts", .kind = key_value_kind{.timestamped = false}, .caching = false}, {"first"});
    return t;
}

struct opened_stores {
    explicit opened_stores(state_directory& states, task_id id = {0, 0}, state_test::test_memory* shared = nullptr) {
        auto folder = states.try_lock(id);
        REQUIRE(folder);
        stores = std::make_unique<task_stores>(id, what, what.sub_topologies(), "app",
                                               store_opening{.time = time,
                                                             .memory = shared ? shared->stores : own_memory.stores,
                                                             .directory = states.task_folder(id)});
        stores->hold(std::move(folder));
        for (task_store& each : stores->all()) each.store->restored(std::nullopt);
        stores->at_hand().headers = &no_headers;
    }
    void put(const text& key, const text& value) {
        dynamic_cast<key_value_store&>(*stores->find("counts"))
            .put(bytes_view{std::string_view(key)}, bytes_view{std::string_view(value)});
    }
    text get(const text& key) {
        const auto found =
            dynamic_cast<key_value_store&>(*stores->find("counts")).get(bytes_view{std::string_view(key)});
        return found ? text(found->text()) : "nothing";
    }
    void commit() {
        stores->flush();
        stores->drain_last();
        stores->committed([](const task_store&) { return std::optional<std::int64_t>(0); });
    }

    /// So many rows, on disk.
    void fill(int rows) {
        for (int row = 0; row < rows; ++row) put(concat("key ", row), text(100, 'x'));
        commit();
        time.advance(std::chrono::seconds(2));
        commit();
    }

    topology what = two_stores();
    state_test::test_memory own_memory;
    manual_clock time{1000};
    headers no_headers;
    std::unique_ptr<task_stores> stores;
};

} // namespace

TEST_CASE("the stores of a task come in the order of the nodes that use them first") {
    const testing_support::temporary_folder folder;
    const manual_clock time;
    state_directory states(folder.path(), time);
    opened_stores opened(states);
    std::vector<text> names;
    for (const task_store& each : opened.stores->all()) names.push_back(each.spec.name);
    CHECK(names == std::vector<text>{"counts", "later"});
    CHECK(opened.stores->all()[0].changelog_topic == "app-counts-changelog");
    CHECK(opened.stores->find("other") == nullptr);
}

TEST_CASE("a rollback takes the stores of a task to their last commit") {
    const testing_support::temporary_folder folder;
    const manual_clock time;
    state_directory states(folder.path(), time);
    opened_stores opened(states);
    opened.put("a", "1");
    opened.commit();
    opened.put("a", "2");
    opened.put("b", "1");
    CHECK(opened.stores->dirty());
    CHECK(opened.stores->uncommitted_bytes() > 0);
    opened.stores->rollback();
    CHECK_FALSE(opened.stores->dirty());
    CHECK(opened.get("a") == "1");
    CHECK(opened.get("b") == "nothing");
}

TEST_CASE("the folder of a task is held until its stores are closed") {
    const testing_support::temporary_folder folder;
    const manual_clock time;
    state_directory states(folder.path(), time);
    {
        opened_stores opened(states);
        opened.put("a", "1");
        opened.commit();
        CHECK_FALSE(states.try_lock({0, 0}));
        {
            const auto handed_over = opened.stores->close();
            CHECK_FALSE(states.try_lock({0, 0}));
        }
        CHECK(states.try_lock({0, 0}));
    }
    opened_stores again(states);
    CHECK(again.get("a") == "1");
}

TEST_CASE("a task that comes takes its part of the memory, and what it leaves goes to those that stay") {
    constexpr std::size_t all = 1 << 20;
    const testing_support::temporary_folder folder;
    const manual_clock time;
    state_directory states(folder.path(), time);
    state_test::test_memory memory(all);
    const auto reserved = [&] { return memory.budget.reserved(memory_role::hot_tier); };
    opened_stores stays(states, {0, 0}, &memory);
    stays.fill(10'000);
    CHECK(reserved() > all * 3 / 4 - memory::reservation_step);
    {
        opened_stores comes(states, {0, 1}, &memory);
        comes.fill(10'000);
        CHECK(memory.budget.asks_back());
        stays.stores->give_back();
        CHECK_FALSE(memory.budget.asks_back());
        CHECK(reserved() < all * 3 / 4);
        comes.fill(10'000);
        CHECK(reserved() > all * 3 / 4 - memory::reservation_step);
        CHECK(comes.get("key 9") == text(100, 'x'));
    }
    CHECK(reserved() <= all / 2);
    stays.fill(10'000);
    CHECK(reserved() > all * 3 / 4 - memory::reservation_step);
    CHECK(stays.get("key 9") == text(100, 'x'));
}
