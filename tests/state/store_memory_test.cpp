#include "catch.hpp"
#include "state/store_under_test.hpp"

using namespace state_test;
using streams::memory_role;

TEST_CASE("stores on disk share what RocksDB keeps, and stores in memory reserve nothing") {
    test_memory memory;
    temporary_folder folder;
    streams::record_context current;
    const auto open = [&](const char* name, bool persistent) {
        return streams::make_store({.name = name, .persistent = persistent},
                                   {folder.path(), current, memory.stores, nullptr});
    };
    const auto in_memory = open("in memory", false);
    CHECK(memory.budget.reserved(memory_role::block_cache) == 0);
    const auto first = open("first", true);
    const std::size_t blocks = memory.budget.reserved(memory_role::block_cache);
    const std::size_t writes = memory.budget.reserved(memory_role::memtables);
    CHECK(blocks > 0);
    CHECK(writes > 0);
    const auto second = open("second", true);
    CHECK(memory.budget.reserved(memory_role::block_cache) == blocks);
    CHECK(memory.budget.reserved(memory_role::memtables) == writes);
}

TEST_CASE("two hundred idle stores reserve no more than RocksDB's share") {
    test_memory memory;
    temporary_folder folder;
    streams::record_context current;
    std::vector<std::unique_ptr<streams::managed_store>> idle;
    for (int at = 0; at < 200; ++at) {
        idle.push_back(streams::make_store({.name = "store " + std::to_string(at)},
                                           {folder.path(), current, memory.stores, nullptr}));
        idle.back()->restored(std::nullopt);
    }
    CHECK(memory.budget.reserved(memory_role::hot_tier) == 0);
    CHECK(memory.budget.reserved(memory_role::unwritten) == 0);
}
