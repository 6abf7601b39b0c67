#include "log_fixture.hpp"

#include <streams/core/error.hpp>
#include <streams/core/manual_clock.hpp>

#include <atomic>
#include <thread>

using namespace streams;
using namespace streams::embedded;
using entries = std::vector<log_entry>;

namespace {

/// A log in memory whose segments hold few records.
std::shared_ptr<partition_log> small_log(const streams::clock& time, std::map<std::string, std::string> config = {}) {
    config.emplace("segment.bytes", "400");
    return std::make_shared<partition_log>(topic_partition{"t", 0}, topic_settings::from("t", config), time,
                                           std::filesystem::path{});
}

void fill(partition_log& log, int count) {
    for (int at = 0; at < count; ++at) append(log, std::to_string(at), "some value");
}

} // namespace

TEST_CASE("a log gives back its records in order, across segments") {
    manual_clock time;
    const auto log = small_log(time);
    CHECK(read_all(log).empty());
    fill(*log, 100);
    CHECK(log->start() == 0);
    CHECK(log->end() == 100);
    const auto all = read_all(log);
    REQUIRE(all.size() == 100);
    for (int at = 0; at < 100; ++at)
        CHECK(all[static_cast<std::size_t>(at)] == log_entry{at, std::to_string(at), "some value"});
}

TEST_CASE("a log is read from any offset") {
    manual_clock time;
    const auto log = small_log(time);
    fill(*log, 50);
    for (std::int64_t from = 0; from <= 50; ++from) {
        const auto rest = read_all(log, from);
        REQUIRE(rest.size() == static_cast<std::size_t>(50 - from));
        if (!rest.empty()) CHECK(rest.front().offset == from);
    }
}

TEST_CASE("a reader that is up to date goes on with what is appended, also into a new segment") {
    manual_clock time;
    const auto log = small_log(time);
    log_reader reader(log, 0);
    for (int at = 0; at < 60; ++at) {
        std::vector<record_view> records;
        std::shared_ptr<const void> memory;
        CHECK(reader.read(10, records, memory) == log_reader::outcome::nothing);
        append(*log, "k", std::to_string(at));
        REQUIRE(reader.read(10, records, memory) == log_reader::outcome::records);
        REQUIRE(records.size() == 1);
        CHECK(records[0].value->text() == std::to_string(at));
        CHECK(reader.position() == at + 1);
    }
}

TEST_CASE("a record larger than a segment has one of its own") {
    manual_clock time;
    const auto log = small_log(time);
    const std::string large(10'000, 'x');
    append(*log, "a", "1");
    append(*log, "b", large);
    append(*log, "c", "3");
    CHECK(read_all(log) == entries{{0, "a", "1"}, {1, "b", large}, {2, "c", "3"}});
}

TEST_CASE("deleted records are gone for readers, and a position before the start is told") {
    manual_clock time;
    const auto log = small_log(time);
    fill(*log, 50);
    const auto before = log->bytes();
    log->delete_before(33);
    CHECK(log->start() == 33);
    CHECK(log->bytes() < before);
    CHECK(read_all(log).front().offset == 33);
    log_reader reader(log, 32);
    std::vector<record_view> records;
    std::shared_ptr<const void> memory;
    CHECK(reader.read(1, records, memory) == log_reader::outcome::before_start);
    reader.seek(51);
    CHECK(reader.read(1, records, memory) == log_reader::outcome::beyond_end);
    log->delete_before(50);
    CHECK(read_all(log).empty());
    CHECK(append(*log, "k", "v") == 50);
    CHECK(read_all(log) == entries{{50, "k", "v"}});
}

TEST_CASE("a reader passes over a tail that was compacted away") {
    manual_clock time;
    const auto log = small_log(time, {{"cleanup.policy", "compact"}, {"delete.retention.ms", "0"}});
    append(*log, "k", "v");
    log->append({.key = bytes_view(std::string_view("k")), .value = std::nullopt});
    for (int again = 0; again < 2; ++again) log->compact();
    REQUIRE(log->end() == 2);
    REQUIRE(read_all(log).empty());
    log_reader reader(log, 0);
    std::vector<record_view> records;
    std::shared_ptr<const void> memory;
    CHECK(reader.read(5, records, memory) == log_reader::outcome::nothing);
    CHECK(reader.position() == 2);
    append(*log, "k", "again");
    CHECK(reader.read(5, records, memory) == log_reader::outcome::records);
}

TEST_CASE("views stay valid while their batch is held, whatever becomes of the log") {
    manual_clock time;
    auto log = small_log(time, {{"cleanup.policy", "compact"}});
    fill(*log, 5);
    std::vector<record_view> records;
    std::shared_ptr<const void> memory;
    {
        log_reader reader(log, 0);
        REQUIRE(reader.read(5, records, memory) == log_reader::outcome::records);
    }
    fill(*log, 50);
    log->compact();
    log->delete_before(55);
    log.reset();
    for (const auto& one : records) CHECK(one.value->text() == "some value");
}

TEST_CASE("retention by size keeps the newest segments") {
    manual_clock time;
    const auto log = small_log(time, {{"retention.bytes", "1000"}});
    fill(*log, 200);
    CHECK(log->bytes() <= 1000 + 400 + 400);
    CHECK(log->start() > 150);
    CHECK(read_all(log).back().offset == 199);
}

TEST_CASE("retention by time deletes what is older, and nothing behind something newer") {
    manual_clock time(1'000'000);
    const auto log = small_log(time, {{"retention.ms", "1000"}});
    for (int at = 0; at < 40; ++at) append(*log, "k", "a value of some length", at == 20 ? 999'900 : 100);
    CHECK(log->retained_from() > 0);
    CHECK(log->retained_from() <= 20);
    time.advance(std::chrono::milliseconds(10'000));
    CHECK(log->retained_from() == 40);
}

TEST_CASE("without delete in the cleanup policy nothing is retained away") {
    manual_clock time(1'000'000);
    const auto log = small_log(time, {{"retention.ms", "1"}, {"retention.bytes", "1"}, {"cleanup.policy", "compact"}});
    fill(*log, 100);
    CHECK(log->retained_from() == 0);
    CHECK(log->start() == 0);
}

TEST_CASE("compaction keeps the newest record of each key, at its offset") {
    manual_clock time;
    const auto log = small_log(time, {{"cleanup.policy", "compact"}});
    for (int round = 0; round < 10; ++round)
        for (const auto* key : {"a", "b", "c"}) append(*log, key, std::to_string(round));
    append(*log, "d", "once");
    log->compact();
    const entries newest{{27, "a", "9"}, {28, "b", "9"}, {29, "c", "9"}, {30, "d", "once"}};
    CHECK(read_all(log) == newest);
    CHECK(read_all(log, 3) == newest);
    CHECK(read_all(log, 29) == entries{{29, "c", "9"}, {30, "d", "once"}});
    CHECK(log->end() == 31);
    CHECK(append(*log, "a", "10") == 31);
    log->compact();
    CHECK(read_all(log) == entries{{28, "b", "9"}, {29, "c", "9"}, {30, "d", "once"}, {31, "a", "10"}});
}

TEST_CASE("compaction does not disturb a reader in the middle of what goes") {
    manual_clock time;
    const auto log = small_log(time, {{"cleanup.policy", "compact"}});
    for (int at = 0; at < 100; ++at) append(*log, "k", std::to_string(at));
    log_reader reader(log, 0);
    std::vector<record_view> records;
    std::shared_ptr<const void> memory;
    REQUIRE(reader.read(1, records, memory) == log_reader::outcome::records);
    log->compact();
    append(*log, "k", "after");
    std::string last;
    std::int64_t offset = -1;
    for (;;) {
        records.clear();
        if (reader.read(3, records, memory) != log_reader::outcome::records) break;
        for (const auto& one : records) {
            CHECK(one.offset > offset);
            offset = one.offset;
            last = one.value->text();
        }
    }
    CHECK(last == "after");
    CHECK(reader.position() == 101);
}

TEST_CASE("a tombstone stays for delete.retention.ms from the first compaction on") {
    manual_clock time;
    const auto log = small_log(time, {{"cleanup.policy", "compact"}, {"delete.retention.ms", "1000"}});
    append(*log, "a", "1");
    append(*log, "b", "2");
    append(*log, "a", std::nullopt);
    time.advance(std::chrono::milliseconds(5000));
    log->compact();
    CHECK(read_all(log) == entries{{1, "b", "2"}, {2, "a", std::nullopt}});
    time.advance(std::chrono::milliseconds(999));
    log->compact();
    CHECK(read_all(log).size() == 2);
    time.advance(std::chrono::milliseconds(1));
    log->compact();
    CHECK(read_all(log) == entries{{1, "b", "2"}});
    CHECK(log->end() == 3);
    log_reader reader(log, 0);
    std::vector<record_view> records;
    std::shared_ptr<const void> memory;
    while (reader.read(10, records, memory) == log_reader::outcome::records) records.clear();
    CHECK(reader.position() == 3);
}

TEST_CASE("headers survive compaction") {
    manual_clock time;
    const auto log = small_log(time, {{"cleanup.policy", "compact"}});
    const streams::headers headers{{"h", bytes(std::string_view("1"))}};
    append(*log, "k", "old");
    log->append(
        {.key = bytes_view(std::string_view("k")), .value = bytes_view(std::string_view("v")), .headers = &headers});
    log->compact();
    log_reader reader(log, 0);
    std::vector<record_view> records;
    std::shared_ptr<const void> memory;
    REQUIRE(reader.read(10, records, memory) == log_reader::outcome::records);
    REQUIRE(records.size() == 1);
    REQUIRE(records[0].headers != nullptr);
    CHECK(*records[0].headers == headers);
}

TEST_CASE("a record that is too large or has no key where it needs one is refused by name") {
    manual_clock time;
    const auto log = small_log(time, {{"cleanup.policy", "compact"}, {"max.message.bytes", "100"}});
    CHECK_THROWS_WITH(append(*log, "k", std::string(100, 'x')), containing("max.message.bytes"));
    CHECK_THROWS_WITH(log->append({.value = bytes_view(std::string_view("v"))}), containing("without a key"));
    CHECK(log->end() == 0);
}

TEST_CASE("LogAppendTime puts the clock's time in place of the record's") {
    manual_clock time(777);
    const auto log = small_log(time, {{"message.timestamp.type", "LogAppendTime"}});
    append(*log, "k", "v", 5);
    log_reader reader(log, 0);
    std::vector<record_view> records;
    std::shared_ptr<const void> memory;
    REQUIRE(reader.read(1, records, memory) == log_reader::outcome::records);
    CHECK(records[0].timestamp == 777);
}

TEST_CASE("several threads append, read, compact and delete at once") {
    const auto log = small_log(system_clock(), {{"cleanup.policy", "compact"}, {"segment.bytes", "4000"}});
    constexpr int each = 5000;
    std::atomic<bool> done{false};
    const auto writer = [&](const std::string& name) {
        for (int at = 0; at < each; ++at) append(*log, name + std::to_string(at % 50), std::to_string(at));
    };
    const auto reader = [&] {
        std::int64_t last = -1;
        log_reader from(log, 0);
        for (bool more = true; more;) {
            const bool all_written = done; // before the read that may find nothing more
            std::vector<record_view> records;
            std::shared_ptr<const void> memory;
            const auto outcome = from.read(100, records, memory);
            more = outcome != log_reader::outcome::nothing || !all_written;
            if (outcome == log_reader::outcome::before_start) from.seek(log->start());
            for (const auto& one : records) {
                if (one.offset <= last) throw std::logic_error("offsets went back");
                last = one.offset;
            }
        }
        return last;
    };
    std::thread first(writer, "a");
    std::thread second(writer, "b");
    std::int64_t last = 0;
    std::thread watcher([&] { last = reader(); });
    for (int round = 0; round < 20; ++round) {
        log->compact();
        log->delete_before(log->end() / 2);
    }
    first.join();
    second.join();
    done = true;
    watcher.join();
    CHECK(log->end() == 2 * each);
    CHECK(last == 2 * each - 1);
}

TEST_CASE("a reader beside a writer is never ahead of the log's end, and misses nothing") {
    const auto log = small_log(system_clock(), {{"segment.bytes", "100000"}});
    constexpr std::int64_t count = 500'000;
    std::thread writer([&] {
        for (std::int64_t at = 0; at < count; ++at) append(*log, "k", "v");
    });
    log_reader reader(log, 0);
    std::int64_t next = 0;
    while (next < count) {
        std::vector<record_view> records;
        std::shared_ptr<const void> memory;
        const auto outcome = reader.read(100, records, memory);
        if (outcome == log_reader::outcome::nothing) continue;
        if (outcome != log_reader::outcome::records || records.front().offset != next) break;
        next += static_cast<std::int64_t>(records.size());
        if (records.back().offset != next - 1) break;
    }
    writer.join();
    CHECK(next == count);
}
