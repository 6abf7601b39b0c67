// The simulated disk against RocksDB: the same calls, the same answers.

#include "catch.hpp"
#include "runtime/temporary_folder.hpp"
#include "src/testing/simulation/simulated_disk.hpp"
#include "state/disk/copied_store.hpp"
#include "state/disk/corrupt_state_error.hpp"
#include "state/disk/rocksdb_backing.hpp"
#include "state/test_memory.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

using namespace streams;
using simulated::disk_call;
using simulated::simulated_disk;

namespace {

const store_identity identity{.name = "store", .layout = "rows", .content = "rows", .source = ""};

store_memory& stores_memory() {
    static state_test::test_memory shared;
    return shared.stores;
}

bytes_view view_of(const std::string& text) { return bytes_view(std::string_view(text)); }

std::optional<std::string> agree(disk_call, bool) { return std::nullopt; }

using entries = std::vector<std::pair<std::string, std::string>>;

entries read(backing& from, const std::optional<std::string>& begin = std::nullopt,
             const std::optional<std::string>& end = std::nullopt,
             iteration_order direction = iteration_order::ascending) {
    const auto found = from.cursor(
        {begin ? std::optional(view_of(*begin)) : std::nullopt, end ? std::optional(view_of(*end)) : std::nullopt},
        direction);
    entries all;
    while (const auto entry = found->next()) all.emplace_back(entry->key.text(), entry->value.text());
    return all;
}

/// Two disks that are told the same.
class pair_of_disks {
public:
    explicit pair_of_disks(std::uint64_t seed) : random_(seed) { open(); }

    void step() {
        const auto dice = below(20);
        if (dice < 10) return write();
        if (dice < 13) return look();
        if (dice < 15) return flush();
        if (dice < 17) return reopen();
        if (dice < 18) return crash();
        if (dice < 19) return crash_within_ingest();
        wipe();
    }

private:
    std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
    std::string key() { return "\1k" + std::to_string(below(30)); }
    std::filesystem::path folder() const { return folder_.path() / std::to_string(life_); }

    void open() {
        alive_ = std::make_shared<bool>(true);
        mounted_ = simulated_.mounted(agree, alive_);
        simulated_store_ = mounted_->open("/task", identity, stores_memory());
        rocksdb_ = open_rocksdb_backing(folder(), identity, stores_memory());
        CHECK(simulated_store_->opened_empty() == rocksdb_->opened_empty());
        same();
        begin_history();
    }
    void close() {
        simulated_store_.reset();
        rocksdb_.reset();
    }
    void begin_history() {
        expired_ = "";
        states_ = {{read(*rocksdb_), rocksdb_->position()}};
    }

    struct batch {
        std::map<std::string, std::optional<std::string>> rows{};
        std::optional<std::string> expired{};
        store_position position{};

        void write(backing& to, bool in_bulk) const {
            std::vector<backing_write> writes;
            for (const auto& [key, value] : rows)
                if (!expired || key >= *expired)
                    writes.push_back({view_of(key), value ? std::optional(view_of(*value)) : std::nullopt});
            const auto floor = expired ? std::optional(view_of(*expired)) : std::nullopt;
            in_bulk ? to.ingest(writes, floor, position) : to.write(writes, floor, position);
        }
    };
    batch drawn() {
        batch made{.position = {.offset = static_cast<std::int64_t>(++offset_), .observed = 7, .caught_up = 3}};
        for (auto left = below(5); left > 0; --left)
            made.rows[key()] = below(3) == 0 ? std::nullopt : std::optional(std::to_string(below(1000)));
        if (below(6) == 0) made.expired = key();
        return made;
    }
    void write() {
        const batch all = drawn();
        const bool in_bulk = below(3) == 0;
        for (backing* each : {simulated_store_.get(), rocksdb_.get()}) all.write(*each, in_bulk);
        if (in_bulk)
            begin_history(); // with all that was written before
        else
            note(all);
        same();
    }
    /// What a crash from now on may leave.
    void note(const batch& written) {
        if (written.expired) expired_ = std::max(expired_, *written.expired);
        states_.emplace_back(read(*rocksdb_), rocksdb_->position());
    }
    void look() {
        const auto one = key();
        bytes found;
        bytes other;
        const bool there = simulated_store_->get(view_of(one), found);
        REQUIRE(there == rocksdb_->get(view_of(one), other));
        if (there) CHECK(found == other);
        const std::optional<std::string> from = below(3) == 0 ? std::nullopt : std::optional(key());
        const std::optional<std::string> to = below(3) == 0 ? std::nullopt : std::optional(key());
        for (const auto direction : {iteration_order::ascending, iteration_order::descending})
            CHECK(read(*simulated_store_, from, to, direction) == read(*rocksdb_, from, to, direction));
    }
    void flush() {
        simulated_store_->flush(true);
        rocksdb_->flush(true);
        begin_history();
    }
    void reopen() {
        close();
        open();
    }
    void wipe() {
        close();
        std::error_code failed;
        mounted_->remove("/task/store", failed);
        std::filesystem::remove_all(folder() / identity.name);
        open();
    }
    /// RocksDB's files as they are at this moment, which is what a killed process leaves.
    void crash() {
        const auto before = folder();
        ++life_;
        state_test::copy_patiently(before / identity.name, folder() / identity.name);
        come_back();
    }
    /// The same at some moment of an ingest: nothing of it is there, or all, and what was written before it may be.
    void crash_within_ingest() {
        const batch all = drawn();
        const auto before = folder();
        ++life_;
        std::vector<std::filesystem::path> images;
        std::atomic<bool> done = false;
        std::thread process([&] {
            all.write(*rocksdb_, true);
            done = true;
        });
        while (!done) {
            auto image = folder() / std::to_string(images.size());
            if (state_test::copy_store(before / identity.name, image))
                images.push_back(std::move(image));
            else
                std::filesystem::remove_all(image);
        }
        process.join();
        if (images.empty())
            state_test::copy_patiently(before / identity.name, folder() / identity.name);
        else
            std::filesystem::rename(images[below(images.size())], folder() / identity.name);
        all.write(*simulated_store_, false); // and it is not known whether it is synced
        note(all);
        come_back();
    }
    /// A process on what the last one has left in the folder of this life.
    void come_back() {
        std::filesystem::remove(folder() / identity.name / "LOCK");
        *alive_ = false;
        close();
        rocksdb_ = open_rocksdb_backing(folder(), identity, stores_memory());
        const auto kept = read(*rocksdb_);
        const auto position = rocksdb_->position();
        rocksdb_.reset();
        // One of the states since the last flush, in which files of expired entries may be missing.
        const auto state = std::ranges::find_if(states_, [&](const auto& each) {
            return each.second == position && unexpired(each.first) == unexpired(kept);
        });
        REQUIRE(state != states_.end());
        const auto batches = static_cast<std::size_t>(state - states_.begin());
        bool first = true;
        const bool dropped = state->first != kept;
        simulated_.crash([&](std::size_t) { return std::exchange(first, false) ? batches : std::size_t{dropped}; });
        open();
    }
    entries unexpired(entries all) const {
        std::erase_if(all, [&](const auto& entry) { return entry.first < expired_; });
        return all;
    }
    void same() {
        CHECK(read(*simulated_store_) == read(*rocksdb_));
        CHECK(simulated_store_->position() == rocksdb_->position());
    }

    std::mt19937_64 random_;
    testing_support::temporary_folder folder_;
    int life_ = 0;
    std::uint64_t offset_ = 0;
    simulated_disk simulated_;
    std::shared_ptr<bool> alive_;
    std::unique_ptr<state_disk> mounted_;
    std::unique_ptr<backing> simulated_store_;
    std::unique_ptr<backing> rocksdb_;
    std::vector<std::pair<entries, store_position>> states_; ///< since the last flush
    std::string expired_;                                    ///< entries below were deleted since then
};

} // namespace

TEST_CASE("the simulated disk answers as RocksDB does, and keeps over a crash what RocksDB may keep") {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        CAPTURE(seed);
        pair_of_disks disks(seed);
        for (int step = 0; step < 60; ++step) disks.step();
    }
}

TEST_CASE("a crash of the simulated disk keeps what was synced, and of the rest a beginning") {
    for (std::size_t kept = 0; kept <= 2; ++kept) {
        simulated_disk disk;
        const auto alive = std::make_shared<bool>(true);
        const auto mounted = disk.mounted(agree, alive);
        const auto store = mounted->open("/task", identity, stores_memory());
        const std::string key = "\1k";
        const auto write = [&](std::int64_t offset) {
            const std::string value = std::to_string(offset);
            const backing_write entry{view_of(key), view_of(value)};
            store->write({&entry, 1}, std::nullopt, {.offset = offset});
        };
        write(1);
        store->flush(true);
        write(2);
        write(3);
        disk.crash([&](std::size_t) { return kept; });
        const auto found = disk.stores().at("/task/store");
        CHECK(found.position.offset == static_cast<std::int64_t>(1 + kept));
        CHECK(found.entries.at(key) == std::to_string(1 + kept));
    }
}

TEST_CASE("a process that dies between an ingest's begin and end has all of it on a simulated disk, or nothing") {
    for (const bool after : {false, true}) {
        simulated_disk disk;
        const auto alive = std::make_shared<bool>(true);
        const auto die = [&](disk_call call, bool done) -> std::optional<std::string> {
            if (call != disk_call::ingest || done != after) return std::nullopt;
            *alive = false;
            disk.crash([](std::size_t) { return std::size_t{0}; });
            return std::nullopt;
        };
        const auto mounted = disk.mounted(die, alive);
        const auto store = mounted->open("/task", identity, stores_memory());
        const std::string key = "\1a";
        const backing_write row{view_of(key), view_of(key)};
        store->ingest({&row, 1}, std::nullopt, {.offset = 2});
        const auto found = disk.stores().at("/task/store");
        CHECK(found.position.offset == (after ? std::optional<std::int64_t>(2) : std::nullopt));
        CHECK(found.entries.size() == (after ? 1 : 0));
        CHECK(disk.used().ingested == (after ? 1 : 0));
    }
}

TEST_CASE("a simulated disk counts the keys that a process reads again") {
    simulated_disk disk;
    const auto alive = std::make_shared<bool>(true);
    const auto mounted = disk.mounted(agree, alive);
    auto store = mounted->open("/task", identity, stores_memory());
    const std::string key = "\1a";
    bytes found;
    CHECK_FALSE(store->get(view_of(key), found));
    CHECK(disk.used().reloaded == 0);
    CHECK_FALSE(store->get(view_of(key), found));
    CHECK(disk.used().reloaded == 1);
    store.reset();
    store = mounted->open("/task", identity, stores_memory());
    CHECK_FALSE(store->get(view_of(key), found));
    CHECK(disk.used().reloaded == 1);
}

TEST_CASE("what a simulated disk ingests outlasts a crash, with all that was written before it") {
    simulated_disk disk;
    const auto alive = std::make_shared<bool>(true);
    const auto mounted = disk.mounted(agree, alive);
    const auto store = mounted->open("/task", identity, stores_memory());
    const std::string written = "\1a";
    const std::string ingested = "\1b";
    const backing_write first{view_of(written), view_of(written)};
    const backing_write second{view_of(ingested), view_of(ingested)};
    store->write({&first, 1}, std::nullopt, {.offset = 1});
    store->ingest({&second, 1}, std::nullopt, {.offset = 2});
    disk.crash([](std::size_t) { return std::size_t{0}; });
    const auto found = disk.stores().at("/task/store");
    CHECK(found.position.offset == 2);
    CHECK(found.entries.size() == 2);
}

TEST_CASE("nothing that a dead process does reaches the simulated disk") {
    simulated_disk disk;
    const auto alive = std::make_shared<bool>(true);
    const auto mounted = disk.mounted(agree, alive);
    auto store = mounted->open("/task", identity, stores_memory());
    *alive = false;
    disk.crash([](std::size_t) { return std::size_t{0}; });
    const std::string key = "\1k";
    const backing_write entry{view_of(key), view_of(key)};
    store->write({&entry, 1}, std::nullopt, {.offset = 1});
    store.reset();
    std::error_code failed;
    mounted->remove("/task", failed);
    CHECK(disk.stores().at("/task/store").entries.empty());
}

TEST_CASE("a store whose file is torn is found damaged, until it is removed") {
    simulated_disk disk;
    const auto alive = std::make_shared<bool>(true);
    const auto mounted = disk.mounted(agree, alive);
    auto store = mounted->open("/task", identity, stores_memory());
    disk.tear();
    store.reset();
    CHECK_THROWS_AS(static_cast<void>(mounted->open("/task", identity, stores_memory())), corrupt_state_error);
    std::error_code failed;
    mounted->remove("/task/store", failed);
    CHECK(mounted->open("/task", identity, stores_memory())->opened_empty());
}
