#include "catch.hpp"
#include "state/map/tiered_map.hpp"
#include "state/store_under_test.hpp"

using namespace state_test;

namespace {

/// A disk that remembers what it was asked and told.
class fake_disk final : public streams::backing {
public:
    struct content {
        std::map<std::string, std::string> entries;
        streams::store_position position;
        int gets = 0;
        int writes = 0;
        int ingests = 0;
        int flushes = 0;
        bool refuses = false;
    };
    explicit fake_disk(content& of) : content_(of), empty_(of.entries.empty()) {}

    [[nodiscard]] streams::store_position position() const override { return content_.position; }
    [[nodiscard]] bool opened_empty() const override { return empty_; }
    [[nodiscard]] bool get(bytes_view key, bytes& into) override {
        ++content_.gets;
        const auto found = content_.entries.find(text(key));
        if (found == content_.entries.end()) return false;
        into.assign(bytes_view(found->second));
        return true;
    }
    void write(std::span<const streams::backing_write> entries, std::optional<bytes_view> expired_below,
               const streams::store_position& position) override {
        ++content_.writes;
        put(entries, expired_below, position);
    }
    void ingest(std::span<const streams::backing_write> entries, std::optional<bytes_view> expired_below,
                const streams::store_position& position) override {
        ++content_.ingests;
        put(entries, expired_below, position);
    }
    [[nodiscard]] std::size_t least_ingest() const noexcept override { return streams::memory::least_ingest; }
    [[nodiscard]] std::unique_ptr<streams::store_cursor<streams::store_entry>> cursor(
        streams::key_span, streams::iteration_order) override {
        return nullptr;
    }
    [[nodiscard]] std::uint64_t approximate_num_entries() override { return content_.entries.size(); }
    [[nodiscard]] bool lags() const override { return false; }
    void flush(bool) override { ++content_.flushes; }
    [[nodiscard]] std::size_t memory_bytes() const override { return 0; }

private:
    void put(std::span<const streams::backing_write> entries, std::optional<bytes_view> expired_below,
             const streams::store_position& position) {
        if (content_.refuses) throw streams::state_error("the disk is full");
        if (expired_below)
            content_.entries.erase(content_.entries.begin(), content_.entries.lower_bound(text(*expired_below)));
        std::string last;
        for (const auto& entry : entries) {
            CHECK(last < text(entry.key));
            last = text(entry.key);
            if (entry.value)
                content_.entries[last] = text(*entry.value);
            else
                content_.entries.erase(last);
        }
        content_.position = position;
    }

    content& content_;
    bool empty_;
};

struct map_under_test {
    fake_disk::content disk;
    streams::headers headers;
    streams::record_context current{{}, 0, &headers};
    streams::manual_clock clock;
    std::size_t memory_bytes = 0;
    std::size_t unwritten_bytes = 0; ///< of rows that wait for the disk
    std::optional<test_memory> memory;
    std::unique_ptr<streams::tiered_map> map;
    std::int64_t committed = -1;

    void open(streams::tiered_map_settings settings = {}) {
        map.reset();
        memory.emplace(memory_bytes, unwritten_bytes);
        const streams::store_environment environment{{}, current, memory->stores, nullptr, 0, &clock};
        map =
            std::make_unique<streams::tiered_map>(std::move(settings), environment, std::make_unique<fake_disk>(disk));
    }
    void put(std::string_view key, std::string_view value) { map->put(bytes_view(key), bytes_view(value)); }
    std::optional<std::string> get(std::string_view key) { return text(map->get(bytes_view(key))); }
    void commit() {
        map->flush();
        map->committed(++committed);
    }
};

/// Keys of this test that belong to a time are that time in two digits.
std::int64_t age_of(bytes_view key) { return std::stoll(text(key.subview(0, 2))); }

} // namespace

TEST_CASE("nothing uncommitted reaches the disk, and what is committed reaches it with its offset") {
    map_under_test test;
    test.open();
    test.clock.advance(std::chrono::hours(1));
    test.put("a", "1");
    test.map->flush();
    CHECK(test.disk.writes == 0);
    test.map->committed(7);
    CHECK(test.disk.entries == std::map<std::string, std::string>{{"a", "1"}});
    CHECK(test.disk.position.offset == 7);
    test.put("a", "2");
    test.map->flush();
    test.map->checkpoint(true);
    CHECK(test.disk.entries["a"] == "1");
    CHECK(test.disk.position.offset == 7);
}

TEST_CASE("commits go to disk together, once a second or when many bytes wait") {
    map_under_test test;
    test.open();
    for (int at = 0; at < 9; ++at) {
        test.put("a", std::to_string(at));
        test.put("key" + std::to_string(at), "x");
        test.commit();
        test.clock.advance(std::chrono::milliseconds(100));
    }
    CHECK(test.disk.writes == 0);
    test.clock.advance(std::chrono::milliseconds(100));
    test.put("a", "last");
    test.commit();
    CHECK(test.disk.writes == 1);
    CHECK(test.disk.entries.size() == 10);
    CHECK(test.disk.entries["a"] == "last");

    test.put("large", std::string(20'000'000, 'x'));
    test.commit();
    CHECK(test.disk.writes == 2);
    test.commit();
    CHECK(test.disk.writes == 2);
}

TEST_CASE("a commit that covers a later offset without updates is written with the next") {
    map_under_test test;
    test.open();
    test.put("a", "1");
    test.commit();
    test.clock.advance(std::chrono::seconds(2));
    test.map->committed(50);
    CHECK(test.disk.position.offset == 50);
}

TEST_CASE("a store that began empty never asks the disk for a key that it has not forgotten") {
    map_under_test test;
    test.open();
    CHECK(test.get("a") == std::nullopt);
    test.put("a", "1");
    test.commit();
    test.clock.advance(std::chrono::hours(1));
    test.commit();
    CHECK(test.get("a") == "1");
    CHECK(test.get("b") == std::nullopt);
    CHECK(test.disk.gets == 0);
}

TEST_CASE("entries on disk are forgotten within the bound of memory, and read again when asked for") {
    map_under_test test;
    test.memory_bytes = 100'000;
    test.open();
    for (int at = 0; at < 1'000; ++at) test.put("key" + std::to_string(at), std::string(1'000, 'x'));
    CHECK(test.map->uncommitted_bytes() > 1'000'000);
    test.commit();
    CHECK(test.map->uncommitted_bytes() == 0);
    test.clock.advance(std::chrono::seconds(2));
    test.commit();
    CHECK(test.disk.entries.size() == 1'000);
    // The tables themselves do not shrink, nor do the blocks of the last commit's updates.
    CHECK(test.map->memory_bytes() < 500'000);
    const int before = test.disk.gets;
    for (int round = 0; round < 3; ++round)
        for (int at = 0; at < 1'000; ++at) REQUIRE(test.get("key" + std::to_string(at)) == std::string(1'000, 'x'));
    CHECK(test.disk.gets - before >= 2'000);
    CHECK(test.map->memory_bytes() < 1'000'000);
    CHECK(test.get("absent") == std::nullopt);
}

TEST_CASE("a map evicts what the budget asks for, and reads it again from the disk") {
    map_under_test test;
    test.memory_bytes = 100'000;
    test.open();
    for (int at = 0; at < 1'000; ++at) test.put("key" + std::to_string(at), std::string(100, 'x'));
    test.commit();
    test.clock.advance(std::chrono::seconds(2));
    test.commit();
    const auto reserved = [&] { return test.memory->budget.reserved(streams::memory_role::hot_tier); };
    const std::size_t alone = reserved();
    streams::memory_reservation other(test.memory->budget, streams::memory_role::hot_tier);
    REQUIRE(other.resize(50'000) < 50'000);
    REQUIRE(test.memory->budget.asks_back());
    test.map->give_back();
    CHECK_FALSE(test.memory->budget.asks_back());
    CHECK(other.resize(50'000) == 50'000);
    CHECK(reserved() - other.bytes() <= 50'000);
    CHECK(reserved() - other.bytes() < alone);
    for (int at = 0; at < 1'000; ++at) REQUIRE(test.get("key" + std::to_string(at)) == std::string(100, 'x'));
    test.map->close();
    CHECK(reserved() == other.bytes());
}

TEST_CASE("rows that wait for the disk are written when the budget asks for their memory") {
    map_under_test test;
    test.open();
    for (int at = 0; at < 1'000; ++at) test.put("key" + std::to_string(at), std::string(1'000, 'x'));
    test.commit();
    REQUIRE(test.disk.entries.empty());
    const auto reserved = [&] { return test.memory->budget.reserved(streams::memory_role::unwritten); };
    CHECK(reserved() > 1'000'000);
    std::vector<std::unique_ptr<streams::memory_reservation>> others;
    for (int store = 0; store < 100; ++store) {
        others.push_back(
            std::make_unique<streams::memory_reservation>(test.memory->budget, streams::memory_role::unwritten));
        static_cast<void>(others.back()->resize(streams::memory::unwritten));
    }
    REQUIRE(test.disk.entries.empty());
    test.map->give_back();
    CHECK(test.disk.entries.size() == 1'000);
}

TEST_CASE("a key that is used again and again stays in memory while others come and go") {
    map_under_test test;
    test.memory_bytes = 100'000;
    test.open();
    test.put("hot", "1");
    for (int at = 0; at < 1'000; ++at) test.put("key" + std::to_string(at), std::string(100, 'x'));
    test.commit();
    test.clock.advance(std::chrono::seconds(2));
    test.commit();
    static_cast<void>(test.get("hot"));
    int asked_for_hot = 0;
    for (int at = 0; at < 1'000; ++at) {
        static_cast<void>(test.get("key" + std::to_string(at)));
        const int before = test.disk.gets;
        static_cast<void>(test.get("hot"));
        asked_for_hot += test.disk.gets - before;
    }
    CHECK(asked_for_hot <= 1);
}

TEST_CASE("a key newer than all that was forgotten is known to be absent") {
    map_under_test test;
    test.memory_bytes = 1;
    test.disk.entries = {{"10/a", "1"}};
    test.disk.position = {.offset = 0, .observed = 10};
    streams::tiered_map_settings settings;
    settings.age_of = age_of;
    test.open(settings);

    CHECK(test.get("11/a") == std::nullopt);
    CHECK(test.disk.gets == 0);
    CHECK(test.get("10/a") == "1");
    CHECK(test.get("09/a") == std::nullopt);
    CHECK(test.disk.gets == 2);

    test.put("20/a", "1");
    test.map->position().observed = 20;
    test.commit();
    test.put("30/a", "1");
    test.map->position().observed = 30;
    test.commit();
    test.clock.advance(std::chrono::seconds(2));
    test.commit();
    test.disk.gets = 0;
    CHECK(test.get("31/a") == std::nullopt);
    CHECK(test.disk.gets == 0);
    CHECK(test.get("20/a") == "1");
    CHECK(test.get("20/b") == std::nullopt);
    CHECK(test.disk.gets == 2);
}

TEST_CASE("the disk is made durable now and then, and when the store closes") {
    map_under_test test;
    test.open();
    for (int at = 0; at < 130; ++at) {
        test.put("a", std::to_string(at));
        test.commit();
        test.clock.advance(std::chrono::seconds(1));
    }
    CHECK(test.disk.flushes == 2);
    test.put("a", "last");
    test.commit();
    test.put("a", "never committed");
    test.map->close();
    CHECK(test.disk.flushes == 3);
    CHECK(test.disk.entries["a"] == "last");
    CHECK(test.disk.position.offset == test.committed);
}

TEST_CASE("what a store has written is made durable also when it stands still from then on") {
    map_under_test test;
    test.open();
    test.put("a", "1");
    test.commit();
    test.clock.advance(std::chrono::seconds(2));
    test.commit();
    REQUIRE(test.disk.entries["a"] == "1");
    CHECK(test.disk.flushes == 0);
    for (int at = 0; at < 3; ++at) {
        test.clock.advance(std::chrono::seconds(60));
        test.map->committed(test.committed);
    }
    CHECK(test.disk.flushes == 1);
}

TEST_CASE("what is kept for later updates is given back when memory is short") {
    map_under_test test;
    test.memory_bytes = 400'000;
    test.open();
    for (int at = 0; at < 2'000; ++at) test.put("key" + std::to_string(at), std::string(100, 'x'));
    test.commit();
    test.clock.advance(std::chrono::seconds(2));
    test.commit();
    CHECK(test.map->memory_bytes() < 600'000);
}

TEST_CASE("memory is accounted for by what is held") {
    map_under_test test;
    test.open();
    const std::size_t empty = test.map->memory_bytes();
    std::size_t payload = 0;
    for (int at = 0; at < 10'000; ++at) {
        const std::string value(static_cast<std::size_t>(at % 300), 'x');
        test.put("key" + std::to_string(at), value);
        payload += value.size() + 7;
    }
    CHECK(test.map->memory_bytes() - empty > payload);
    test.map->rollback();
    // What stays are tables and blocks for the next commit, with room for a short value in them.
    CHECK(test.map->memory_bytes() - empty < 10'000 * 350);
}

namespace {

/// A map whose memory is full after a few rows, while it restores.
struct restoring_map : map_under_test {
    std::map<std::string, std::string> expected;

    restoring_map() {
        memory_bytes = 2'000;
        open();
    }
    void restore(const std::string& key, const std::optional<std::string>& value) {
        map->restore(bytes_view(key), {}, value ? std::optional(bytes_view(*value)) : std::nullopt);
        if (value)
            expected[key] = *value;
        else
            expected.erase(key);
    }
    void restore_many() {
        for (int at = 0; at < 3'000; ++at) {
            const std::string key = "key" + std::to_string(at * 7 % 1'000);
            restore(key, at % 5 == 4 ? std::nullopt : std::optional(std::to_string(at)));
            if (at % 100 == 99) map->restored_up_to(at);
        }
    }
};

} // namespace

TEST_CASE("rows that memory has no room for are restored past it, the last of each key") {
    restoring_map test;
    test.restore_many();
    test.map->restored(2'999);
    CHECK(test.disk.entries == test.expected);
    CHECK(test.disk.position.offset == 2'999);
    CHECK(test.disk.gets == 0);
    test.map->close();
    CHECK(test.disk.entries == test.expected);
}

TEST_CASE("rows that are on their way to the disk are read and written as if they were there") {
    restoring_map test;
    test.restore_many();
    CHECK(test.disk.writes == 0);
    const bool reads_first = GENERATE(true, false);
    if (reads_first)
        for (int at = 0; at < 1'000; ++at) {
            const std::string key = "key" + std::to_string(at);
            const auto found = test.expected.find(key);
            CHECK(test.get(key) == (found == test.expected.end() ? std::nullopt : std::optional(found->second)));
        }
    test.put("key3", "written");
    test.put("key4", "dropped");
    test.map->rollback();
    test.put("key3", "written");
    test.map->flush();
    test.map->committed(5'000);
    test.map->checkpoint(false);
    test.expected["key3"] = "written";
    CHECK(test.disk.entries == test.expected);
    CHECK(test.get("key4") == test.expected["key4"]);
}

TEST_CASE("a bulk of restored rows becomes files, and of the last of them entries: those are asked for next") {
    map_under_test test;
    test.unwritten_bytes = 8'000'000;
    test.open();
    const std::string filler(1'000, 'x');
    constexpr int row_count = 12'000; // of which their memory holds the greater part
    const auto key = [](int row) { return "key" + std::to_string(10'000 + row); };
    for (int row = 0; row < row_count; ++row) {
        test.map->restore(bytes_view(key(row)), {}, bytes_view(filler));
        test.map->restored_up_to(row);
    }
    CHECK(test.disk.ingests == 1);
    CHECK(test.disk.position.offset == static_cast<std::int64_t>(test.disk.entries.size()) - 1);
    test.map->restored(row_count - 1);
    CHECK(test.disk.entries.size() == row_count);
    CHECK(test.disk.position.offset == row_count - 1);
    CHECK(test.get(key(row_count - 1)) == filler);
    CHECK(test.disk.gets == 0);
    CHECK(test.get(key(0)) == filler);
    CHECK(test.disk.gets == 1);
}

namespace {

/// Keys of one time after the other, as windows come.
std::string key_of(int row, int rows_of_time) {
    return std::to_string(10 + row / rows_of_time) + "/" + std::to_string(row % rows_of_time);
}

} // namespace

TEST_CASE("a bulk of restored rows of all times becomes files, and what is as new as the newest entries is in memory") {
    map_under_test test;
    test.unwritten_bytes = 8'000'000;
    test.memory_bytes = 4'000'000;
    streams::tiered_map_settings settings;
    settings.age_of = age_of;
    test.open(settings);
    const std::string filler(1'000, 'x');
    constexpr int rows_of_time = 500;
    constexpr int row_count = 15'000; // in two files, the second of which memory has no room for
    for (int row = 0; row < row_count; ++row) {
        test.map->restore(bytes_view(key_of(row, rows_of_time)), {}, bytes_view(filler));
        test.map->position().observed = 10 + row / rows_of_time;
        test.map->restored_up_to(row);
    }
    test.map->restored(row_count - 1);
    CHECK(test.disk.ingests == 2);
    CHECK(test.disk.entries.size() == row_count);
    CHECK(test.disk.position.offset == row_count - 1);
    CHECK(test.map->memory_bytes() < 5'000'000);
    int in_memory = 0;
    for (int row = row_count - 1; row >= 0 && test.disk.gets == 0; --row) {
        CHECK(test.get(key_of(row, rows_of_time)) == filler);
        ++in_memory;
    }
    CHECK(in_memory > 1'500);
    // One that is not there needs no disk either, where it is as new as what is there.
    test.disk.gets = 0;
    CHECK(test.get("38/none") == std::nullopt);
    CHECK(test.disk.gets == 0);
    CHECK(test.get("11/none") == std::nullopt);
    CHECK(test.get("11/7") == filler);
    CHECK(test.disk.gets == 2);
}

TEST_CASE("rows that expire while they wait for the disk never reach it") {
    map_under_test test;
    streams::tiered_map_settings settings;
    settings.age_of = age_of;
    test.open(settings);
    for (const char* key : {"10/a", "20/a", "10/b"}) test.map->restore(bytes_view(key), {}, bytes_view("1"));
    test.map->expire_below(bytes_view("15"));
    test.map->position().observed = 20;
    test.map->restored(2);
    CHECK(test.disk.entries == std::map<std::string, std::string>{{"20/a", "1"}});
    CHECK(test.get("20/a") == "1");
    CHECK(test.get("10/a") == std::nullopt);
}

TEST_CASE("a small store that was restored from nothing asks its disk for no key") {
    map_under_test test;
    test.open();
    test.map->restore(bytes_view("a"), {}, bytes_view("1"));
    test.map->restored(0);
    CHECK(test.disk.entries == std::map<std::string, std::string>{{"a", "1"}});
    CHECK(test.get("a") == "1");
    CHECK(test.get("b") == std::nullopt);
    CHECK(test.disk.gets == 0);
}

TEST_CASE("rows that the disk refuses stay, and are written with those that follow") {
    map_under_test test;
    test.open();
    test.disk.refuses = true;
    test.map->restore(bytes_view("a"), {}, bytes_view("1"));
    CHECK_THROWS_AS(test.map->restored(0), streams::state_error);
    test.disk.refuses = false;
    test.map->restore(bytes_view("b"), {}, bytes_view("2"));
    test.map->restored(1);
    CHECK(test.disk.entries == std::map<std::string, std::string>{{"a", "1"}, {"b", "2"}});
    CHECK(test.disk.position.offset == 1);
}
