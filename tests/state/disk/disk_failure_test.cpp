#include "catch.hpp"
#include "state/disk/file_size_limit.hpp"
#include "state/disk/rocksdb_backing.hpp"
#include "state/store_under_test.hpp"

#include <fstream>

using namespace state_test;
using streams::testing_support::file_size_limit;

namespace {

streams::store_spec spec() {
    return {.name = "table", .kind = streams::key_value_kind{.timestamped = false}, .caching = false};
}

void overwrite(const std::filesystem::path& folder, std::string_view beginning, std::string_view extension) {
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
        const auto name = file.path().filename().string();
        if (!name.starts_with(beginning) || !name.ends_with(extension)) continue;
        std::fstream out(file.path(), std::ios::in | std::ios::out | std::ios::binary);
        const std::string garbage(std::filesystem::file_size(file.path()), '\x5a');
        out.write(garbage.data(), static_cast<std::streamsize>(garbage.size()));
    }
}

void fill(store_under_test& store) {
    for (int at = 0; at < 1'000; ++at) store.put("key" + std::to_string(at), std::string(1'000, 'x'));
    store.commit();
}

} // namespace

TEST_CASE("a disk that takes no more bytes is an error with a remedy, and the store closes") {
    store_under_test store(spec());
    fill(store);
    {
        const file_size_limit limit(10'000);
        REQUIRE_THROWS_WITH(store.managed->close(), containing("store table in ") && containing("check disk"));
        CHECK_NOTHROW(store.managed->close());
    }
    streams::record_context current; // while the object lives
    CHECK_NOTHROW(streams::make_store(spec(), {store.folder.path(), current, store.memory->stores, nullptr}));
    store.managed.reset();
    store.open();
    CHECK(store.managed->checkpoint() == std::nullopt);
    store.catch_up();
    CHECK(read_all(store.kv().all()).size() == 1'000);
}

TEST_CASE("a disk that fails at a commit is an error, not a crash, and the changelog rebuilds the store") {
    const rlim_t room = GENERATE(rlim_t{10'000}, rlim_t{0});
    store_under_test store(spec());
    fill(store);
    bool failed = false;
    {
        const file_size_limit limit(room);
        for (int round = 0; round < 40 && !failed; ++round) {
            try {
                for (int at = 0; at < 1'000; ++at)
                    store.put(std::to_string(round) + '/' + std::to_string(at), std::string(1'000, 'y'));
                store.clock.advance(std::chrono::minutes(2));
                store.commit();
            } catch (const streams::state_error&) {
                failed = true;
            }
        }
        CHECK(failed);
        try {
            store.managed->close();
        } catch (const streams::state_error&) {}
        store.managed.reset();
    }
    store.open();
    store.catch_up();
    const auto content = store.log.compacted(store.log.records.size());
    CHECK(read_all(store.kv().all()) == pairs(content.begin(), content.end()));
}

TEST_CASE("a damaged store says so when it is opened or read, and its folder can be removed and rebuilt") {
    const std::string damaged = GENERATE("MANIFEST", "CURRENT", "0");
    store_under_test store(spec());
    fill(store);
    store.managed->close();
    store.managed.reset();
    overwrite(store.folder.path() / "table", damaged, damaged == "0" ? ".sst" : "");
    bool corrupt = false;
    try {
        store.open();
        static_cast<void>(store.get("key7"));
        read_all(store.kv().all());
    } catch (const streams::corrupt_state_error& error) {
        corrupt = true;
        CHECK(error.store() == "table");
        CHECK_THAT(error.what(), containing("store table in ") && containing("is damaged"));
    }
    CHECK(corrupt);
    store.managed.reset();
    std::filesystem::remove_all(store.folder.path() / "table");
    store.open();
    store.catch_up();
    CHECK(read_all(store.kv().all()).size() == 1'000);
}

TEST_CASE("a store file that was lost is damage") {
    const std::string lost = GENERATE(".sst", "MANIFEST", "CURRENT");
    store_under_test store(spec());
    fill(store);
    store.managed->close();
    store.managed.reset();
    for (const auto& file : std::filesystem::directory_iterator(store.folder.path() / "table"))
        if (file.path().filename().string().find(lost) != std::string::npos) std::filesystem::remove(file.path());
    CHECK_THROWS_AS(
        [&] {
            store.open();
            static_cast<void>(store.get("key7"));
        }(),
        streams::corrupt_state_error);
}

TEST_CASE("a store that was not made whole before a crash begins empty") {
    store_under_test store(spec());
    store.managed.reset();
    const auto folder = store.folder.path() / "table";
    REQUIRE(std::filesystem::remove(folder / "CURRENT"));
    for (const auto& file : std::filesystem::directory_iterator(folder))
        if (file.path().extension() == ".sst") std::filesystem::remove(file.path());
    store.open();
    CHECK(read_all(store.kv().all()).empty());
}

TEST_CASE("a store keeps no log of RocksDB's in its folder") {
    store_under_test store(spec());
    fill(store);
    for (const auto& file : std::filesystem::directory_iterator(store.folder.path() / "table"))
        CHECK_THAT(file.path().filename().string(), !containing("LOG"));
}

TEST_CASE("a folder that cannot be made is an error that names it") {
    store_under_test store(spec());
    const auto blocked = store.folder.path() / "blocked";
    std::ofstream(blocked) << "a file";
    streams::record_context current;
    CHECK_THROWS_WITH(streams::make_store(spec(), {blocked, current, store.memory->stores, nullptr}),
                      containing(blocked.string()) && containing("state.dir"));
}

TEST_CASE("a store that another process has open is an error") {
    store_under_test store(spec());
    streams::record_context current;
    CHECK_THROWS_AS(streams::make_store(spec(), {store.folder.path(), current, store.memory->stores, nullptr}),
                    streams::state_error);
}

TEST_CASE("a store of another layout is rebuilt, one of another format version is refused") {
    store_under_test store(spec());
    fill(store);
    store.managed->close();
    auto timestamped = spec();
    timestamped.kind = streams::key_value_kind{.timestamped = true};
    streams::record_context current;
    CHECK_THROWS_AS(streams::make_store(timestamped, {store.folder.path(), current, store.memory->stores, nullptr}),
                    streams::corrupt_state_error);

    {
        const auto disk =
            streams::open_rocksdb_backing(store.folder.path(), streams::identity_of(spec()), store.memory->stores);
        const std::string key("\0format", 7);
        const streams::backing_write format{bytes_view(key), bytes_view("999")};
        disk->write({&format, 1}, std::nullopt, disk->position());
    }
    CHECK_THROWS_WITH(streams::make_store(spec(), {store.folder.path(), current, store.memory->stores, nullptr}),
                      containing("has format 999, this version reads 1") &&
                          containing("run the version that wrote it"));
}

TEST_CASE("the linked RocksDB can be told") {
    const auto build = streams::linked_rocksdb();
    CHECK_THAT(build.version, Catch::Matchers::Matches("[0-9]+\\.[0-9]+\\.[0-9]+"));
}
