#include "catch.hpp"
#include "runtime/temporary_folder.hpp"
#include "state/disk/rocksdb_backing.hpp"
#include "state/test_memory.hpp"

#include <vector>

using namespace streams;

namespace {

store_identity copy_of(std::string topic) { return {"table", "key-value", "key-value", std::move(topic)}; }

void write_row_at(backing& disk, std::int64_t offset) {
    const std::vector<backing_write> rows{{bytes_view(std::string_view("\1key")), bytes_view(std::string_view("row"))}};
    disk.write(rows, std::nullopt, {.offset = offset, .observed = 7, .caught_up = 1000});
    disk.flush(true);
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
