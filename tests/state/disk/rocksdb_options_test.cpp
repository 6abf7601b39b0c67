#include "catch.hpp"
#include "runtime/temporary_folder.hpp"
#include "state/disk/file_size_limit.hpp"
#include "state/disk/rocksdb_backing.hpp"
#include "state/disk/rocksdb_options.hpp"
#include "state/test_memory.hpp"

#include <streams/core/error.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

using namespace streams;

namespace {

using options = std::map<std::string, std::string>;

const store_identity counts{"counts", "key-value", "key-value", ""};

/// Stores of an application that says the same of each.
struct tuned_stores {
    explicit tuned_stores(rocksdb_settings settings)
        : stores(memory.budget, [settings = std::move(settings)](std::string_view) { return settings; }) {}

    [[nodiscard]] std::unique_ptr<backing> open(const store_identity& identity = counts) {
        return open_rocksdb_backing(folder.path(), identity, stores);
    }

    testing_support::temporary_folder folder;
    state_test::test_memory memory;
    store_memory stores;
};

void write_row(backing& disk) {
    const std::vector<backing_write> rows{{bytes_view(std::string_view("\1key")), bytes_view(std::string_view("row"))}};
    disk.write(rows, std::nullopt, {.offset = 1});
    disk.flush(true);
}

std::string refusal(const options& asked) {
    try {
        check_rocksdb_settings("counts", {.options = asked});
    } catch (const config_error& refused) {
        return refused.what();
    }
    return "";
}

} // namespace

TEST_CASE("a store works with options of the user's, and those that have no say in it keep the library's") {
    tuned_stores tuned({.options = {{"compression", "kNoCompression"},
                                    {"write_buffer_size", "1048576"},
                                    {"max_background_jobs", "3"},
                                    {"block_based_table_factory", "{block_size=16384}"}}});
    write_row(*tuned.open());
    bytes found;
    CHECK(tuned.open()->get(bytes_view(std::string_view("\1key")), found));
    CHECK(tuned.memory.budget.reserved(memory_role::block_cache) > 0);
}

TEST_CASE(
    "an option that RocksDB does not know, or whose value it refuses, is refused with its name, value and store") {
    CHECK_THAT(refusal({{"compresion", "kZSTD"}}),
               containing("rocksdb_config says compresion=kZSTD of store counts, which RocksDB refuses: ") &&
                   containing("; correct or remove it"));
    CHECK_THAT(refusal({{"write_buffer_size", "much"}}), containing("write_buffer_size=much"));
    CHECK_THAT(refusal({{"block_based_table_factory", "{blok_size=1}"}}), containing("blok_size"));
    CHECK(refusal({{"compression", "kZSTD"}, {"bottommost_compression", "kLZ4Compression"}}).empty());
}

TEST_CASE("options that lose rows, reorder them or take memory of their own are refused") {
    for (const auto& [name, value] : options{{"compaction_style", "kCompactionStyleFIFO"},
                                             {"comparator", "rocksdb.ReverseBytewiseComparator"},
                                             {"merge_operator", "put"},
                                             {"table_factory", "PlainTable"},
                                             {"block_based_table_factory", "{block_cache=8M}"}}) {
        INFO(name << '=' << value << ": " << refusal({{name, value}}));
        CHECK_FALSE(refusal({{name, value}}).empty());
    }
    CHECK(refusal({{"block_based_table_factory", "{no_block_cache=true}"}}) ==
          "rocksdb_config says block_based_table_factory={no_block_cache=true} of store counts, but what RocksDB "
          "caches is "
          "of the memory of the whole application (state.memory.bytes); remove it");
}

TEST_CASE("options with which RocksDB opens no database are no damage") {
    tuned_stores tuned({.options = {{"allow_mmap_reads", "true"}, {"use_direct_reads", "true"}}});
    CHECK_THROWS_AS(tuned.open(), config_error);
    CHECK_THROWS_WITH(tuned.open(), containing("store counts in ") &&
                                        containing(" cannot be opened with the options of rocksdb_config: "));
}

TEST_CASE("what RocksDB does is counted for the stores of which it is asked") {
    state_test::test_memory memory;
    const testing_support::temporary_folder folder;
    store_memory stores(memory.budget,
                        [](std::string_view store) { return rocksdb_settings{.statistics = store == "counts"}; });
    CHECK(stores.rocksdb_counts().empty());
    const auto counted = open_rocksdb_backing(folder.path(), counts, stores);
    const auto other = open_rocksdb_backing(folder.path(), {"other", "key-value", "key-value", ""}, stores);
    write_row(*counted);
    write_row(*other);
    const auto found = stores.rocksdb_counts();
    REQUIRE(found.size() == 1);
    CHECK(found.at("counts").at("rocksdb.number.keys.written") > 0);
}

namespace {

/// Four files that were ingested are too many.
const options few_files{{"level0_file_num_compaction_trigger", "4"},
                        {"level0_slowdown_writes_trigger", "4"},
                        {"level0_stop_writes_trigger", "4"}};

/// Ingests rows that do not compress, one file after the other.
class ingesting {
public:
    explicit ingesting(backing& disk) : disk_(disk) {
        std::ranges::generate(large_, [&] { return static_cast<char>(random_()); });
    }
    void ingest() {
        const std::string key = concat("\1a", 1'000 + ++files_);
        const std::vector<backing_write> rows{{bytes_view(key), bytes_view(large_)},
                                              {bytes_view("\1b"), bytes_view(std::to_string(files_))}};
        disk_.ingest(rows, std::nullopt, {.offset = files_});
    }
    /// False: a hundred files more did not.
    [[nodiscard]] bool makes_it_lag() {
        for (int file = 0; file < 100; ++file) {
            ingest();
            if (disk_.lags()) return true;
        }
        return false;
    }
    [[nodiscard]] std::int64_t files() const noexcept { return files_; }

private:
    backing& disk_;
    std::mt19937 random_{1};
    std::string large_ = std::string(1'000'000, '\0');
    std::int64_t files_ = 0;
};

void wait_while(const std::function<bool()>& condition) {
    for (int look = 0; condition() && look < 6'000; ++look) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    CHECK_FALSE(condition());
}

} // namespace

TEST_CASE("a disk lags when files pile up that were ingested, and no more once it has merged them") {
    tuned_stores tuned({.options = few_files});
    const auto disk = tuned.open();
    ingesting rows(*disk);
    rows.ingest();
    CHECK_FALSE(disk->lags());
    CHECK(rows.makes_it_lag());
    wait_while([&] { return disk->lags(); });
    bytes found;
    CHECK(disk->get(bytes_view("\1b"), found));
    CHECK(found.text() == std::to_string(rows.files()));
}

TEST_CASE("a disk that cannot merge its files does not lag: who waited for it would wait in vain") {
    tuned_stores tuned({.options = few_files});
    const auto disk = tuned.open();
    ingesting rows(*disk);
    const testing_support::file_size_limit full(2'000'000); // of which a merged file has more
    bool is_refused = false;
    for (int file = 0; file < 100 && !is_refused; ++file) try {
            rows.ingest();
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        } catch (const state_error&) {
            is_refused = true;
        }
    CHECK(is_refused);
    CHECK_FALSE(disk->lags());
}
