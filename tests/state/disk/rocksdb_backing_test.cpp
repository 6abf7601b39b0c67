#include "catch.hpp"
#include "runtime/temporary_folder.hpp"
#include "state/disk/copied_store.hpp"
#include "state/disk/file_size_limit.hpp"
#include "state/disk/rocksdb_backing.hpp"
#include "state/test_memory.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

using namespace streams;

namespace {

store_identity copy_of(std::string topic) { return {"table", "key-value", "key-value", std::move(topic)}; }

void write_row_at(backing& disk, std::int64_t offset) {
    const std::vector<backing_write> rows{{bytes_view(std::string_view("\1key")), bytes_view(std::string_view("row"))}};
    disk.write(rows, std::nullopt, {.offset = offset, .observed = 7, .caught_up = 1000});
    disk.flush(true);
}

/// What a process that is killed now leaves.
void copy_files(const std::filesystem::path& from, const std::filesystem::path& to) {
    state_test::copy_patiently(from / "table", to / "table");
    std::filesystem::remove(to / "table" / "LOCK");
}

std::string value_of(backing& disk, std::string_view key) {
    bytes found;
    return disk.get(bytes_view(key), found) ? std::string(found.text()) : "nothing";
}

} // namespace

TEST_CASE("a folder in which Java keeps a store's segments is refused, and stays as it is") {
    const testing_support::temporary_folder folder;
    state_test::test_memory memory;
    const auto segment = folder.path() / "table" / "table.1699999800000";
    std::filesystem::create_directories(segment);
    CHECK_THROWS_WITH(open_rocksdb_backing(folder.path(), copy_of(""), memory.stores),
                      containing("was written by Kafka Streams in Java") && containing("set another state.dir"));
    CHECK(std::filesystem::exists(segment));
}

TEST_CASE("a position on disk is one of the topic that it was written of, and the rows stay for another") {
    const testing_support::temporary_folder folder;
    state_test::test_memory memory;
    const auto open = [&](const std::string& topic) {
        return open_rocksdb_backing(folder.path(), copy_of(topic), memory.stores);
    };
    write_row_at(*open("users"), 99);
    CHECK(open("users")->position().offset == 99);

    for (int start = 0; start < 2; ++start) {
        const auto logged = open("");
        CHECK(logged->position() == store_position{.observed = 7});
        CHECK_FALSE(logged->opened_empty());
    }
    write_row_at(*open(""), 3);
    CHECK(open("")->position().offset == 3);
}

TEST_CASE("what is ingested replaces older rows, and outlasts the process with its position and all that was written "
          "before") {
    const testing_support::temporary_folder folder;
    state_test::test_memory memory;
    const auto disk = open_rocksdb_backing(folder.path() / "alive", copy_of(""), memory.stores);
    const std::vector<backing_write> rows{{bytes_view("\1a"), bytes_view("old")},
                                          {bytes_view("\1b"), bytes_view("kept")},
                                          {bytes_view("\1c"), bytes_view("deleted")}};
    disk->write(rows, std::nullopt, {.offset = 2});
    const std::vector<backing_write> newer{{bytes_view("\1a"), bytes_view("new")}, {bytes_view("\1c"), std::nullopt}};
    disk->ingest(newer, std::nullopt, {.offset = 4, .observed = 9, .caught_up = 1000});
    copy_files(folder.path() / "alive", folder.path() / "copy");
    const auto copy = open_rocksdb_backing(folder.path() / "copy", copy_of(""), memory.stores);
    for (const auto& each : {disk.get(), copy.get()}) {
        CHECK(each->position() == store_position{.offset = 4, .observed = 9, .caught_up = 1000});
        CHECK(value_of(*each, "\1a") == "new");
        CHECK(value_of(*each, "\1b") == "kept");
        CHECK(value_of(*each, "\1c") == "nothing");
    }
    const std::vector<backing_write> newest{{bytes_view("\1a"), bytes_view("newest")}};
    disk->write(newest, std::nullopt, {.offset = 5});
    CHECK(value_of(*disk, "\1a") == "newest");
    CHECK(disk->position().offset == 5);
}

TEST_CASE("a store that several partitions fill has an offset of each, written or ingested, as long as it is of the "
          "same topic") {
    const testing_support::temporary_folder folder;
    state_test::test_memory memory;
    const auto open = [&](const std::string& topic) {
        return open_rocksdb_backing(folder.path(), copy_of(topic), memory.stores);
    };
    const std::vector<backing_write> rows{{bytes_view("\1a"), bytes_view("1")}};
    const store_position written{.observed = 7, .partition_offsets = {3, -1, 5}};
    {
        const auto disk = open("rows");
        disk->write(rows, std::nullopt, written);
        disk->flush(true);
    }
    CHECK(open("rows")->position() == written);
    const store_position ingested{.observed = 7, .partition_offsets = {4, 0, 5}};
    open("rows")->ingest(rows, std::nullopt, ingested);
    CHECK(open("rows")->position() == ingested);
    CHECK(open("other")->position() == store_position{.observed = 7});
    CHECK(open("other")->position() == store_position{.observed = 7});
}

TEST_CASE("an ingest that the disk refuses leaves rows and position as they were, and no file behind") {
    const testing_support::temporary_folder folder;
    state_test::test_memory memory;
    const auto disk = open_rocksdb_backing(folder.path(), copy_of(""), memory.stores);
    write_row_at(*disk, 1);
    std::mt19937 random(1); // what does not compress
    std::string large(100'000, '\0');
    std::ranges::generate(large, [&] { return static_cast<char>(random()); });
    const std::vector<backing_write> rows{{bytes_view("\1key"), bytes_view(large)}};
    {
        const testing_support::file_size_limit limit(10'000);
        CHECK_THROWS_AS(disk->ingest(rows, std::nullopt, {.offset = 2}), state_error);
    }
    CHECK(value_of(*disk, "\1key") == "row");
    CHECK(disk->position().offset == 1);
    CHECK_FALSE(std::filesystem::exists(folder.path() / "table" / "rows-to-ingest"));
    disk->ingest(rows, std::nullopt, {.offset = 2});
    CHECK((value_of(*disk, "\1key") == large));
    CHECK(disk->position().offset == 2);
}

TEST_CASE("a file that a process was ingesting when it was killed is removed, and counts for nothing") {
    const testing_support::temporary_folder folder;
    state_test::test_memory memory;
    write_row_at(*open_rocksdb_backing(folder.path(), copy_of(""), memory.stores), 1);
    const auto left = folder.path() / "table" / "rows-to-ingest";
    std::ofstream(left) << "half a file";
    const auto disk = open_rocksdb_backing(folder.path(), copy_of(""), memory.stores);
    CHECK_FALSE(std::filesystem::exists(left));
    CHECK(disk->position().offset == 1);
}
