// What of a log is on disk: restart, a killed process at every byte, damage.

#include "log_fixture.hpp"
#include "temporary_folder.hpp"

#include <streams/core/error.hpp>

#include <algorithm>

using namespace streams;
using namespace streams::embedded;
using entries = std::vector<log_entry>;
namespace fs = std::filesystem;

namespace {

std::shared_ptr<partition_log> open_log(const fs::path& folder, std::map<std::string, std::string> config = {},
                                        const streams::clock& time = system_clock()) {
    config.emplace("segment.bytes", "400");
    return std::make_shared<partition_log>(topic_partition{"t", 0}, topic_settings::from("t", config), time, folder);
}

std::vector<fs::path> files_in(const fs::path& folder) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

/// What a killed process leaves: the folder as it is while the log is open.
void copy_as_killed(const fs::path& from, const fs::path& to) {
    fs::remove_all(to);
    fs::copy(from, to, fs::copy_options::recursive);
}

} // namespace

TEST_CASE("a log is the same after it was closed and opened again") {
    const temporary_folder folder;
    entries before;
    {
        const auto log = open_log(folder.path());
        for (int at = 0; at < 100; ++at) append(*log, std::to_string(at), "value");
        before = read_all(log);
        log->close();
    }
    const auto log = open_log(folder.path());
    CHECK(log->end() == 100);
    CHECK(read_all(log) == before);
    CHECK(read_all(log, 57).front().offset == 57);
    CHECK(append(*log, "next", "value") == 100);
    CHECK(read_all(log).size() == 101);
}

TEST_CASE("a log that was never closed has lost nothing") {
    const temporary_folder folder;
    const temporary_folder copy;
    const auto log = open_log(folder.path());
    for (int at = 0; at < 60; ++at) {
        append(*log, std::to_string(at), "value");
        copy_as_killed(folder.path(), copy.path());
        const auto reopened = open_log(copy.path());
        REQUIRE(reopened->end() == at + 1);
        REQUIRE(read_all(reopened) == read_all(log));
    }
}

TEST_CASE("a log cut off at any byte of its last segment keeps every whole record, and takes new ones") {
    const temporary_folder folder;
    std::vector<std::size_t> ends{0};
    {
        const auto log = open_log(folder.path(), {{"segment.bytes", "100000"}});
        for (int at = 0; at < 5; ++at) {
            append(*log, std::to_string(at), std::string(static_cast<std::size_t>(at * 3), 'v'));
            ends.push_back(log->bytes());
        }
        log->close();
    }
    const auto file = files_in(folder.path()).at(0);
    const auto whole = content_of(file);
    REQUIRE(whole.size() == ends.back());
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        for (const std::size_t zeros : {0, 200}) {
            replace_content(file, whole.substr(0, size) + std::string(zeros, '\0'));
            const auto kept = std::upper_bound(ends.begin(), ends.end(), size) - ends.begin() - 1;
            {
                const auto log = open_log(folder.path(), {{"segment.bytes", "100000"}});
                REQUIRE(log->end() == kept);
                REQUIRE(read_all(log).size() == static_cast<std::size_t>(kept));
                REQUIRE(append(*log, "after", "a") == kept);
            }
            REQUIRE(read_all(open_log(folder.path())).size() == static_cast<std::size_t>(kept) + 1);
            fs::remove(file);
            for (const auto& other : files_in(folder.path())) fs::remove(other);
        }
    }
}

TEST_CASE("a killed process may have ended a segment and not begun the next, or begun it and not ended the last") {
    const temporary_folder folder;
    entries before;
    {
        const auto log = open_log(folder.path());
        for (int at = 0; at < 30; ++at) append(*log, std::to_string(at), "value");
        before = read_all(log);
        log->close();
    }
    const auto files = files_in(folder.path());
    REQUIRE(files.size() > 2);
    SECTION("the next is missing") {
        fs::remove(files.back());
        const auto log = open_log(folder.path());
        CHECK(log->end() < 30);
        before.resize(static_cast<std::size_t>(log->end()));
        CHECK(read_all(log) == before);
        CHECK(append(*log, "k", "v") == static_cast<std::int64_t>(before.size()));
    }
    SECTION("the last lacks its end") {
        fs::remove(files.back());
        const auto unfinished = files[files.size() - 2];
        fs::resize_file(unfinished, fs::file_size(unfinished) - frame_fixed_size);
        replace_content(files.back(), std::string(300, '\0'));
        const auto log = open_log(folder.path());
        before.resize(static_cast<std::size_t>(log->end()));
        CHECK(log->end() > 0);
        CHECK(read_all(log) == before);
        CHECK(append(*log, "k", "v") == static_cast<std::int64_t>(before.size()));
    }
}

TEST_CASE("a damaged byte before the end of the last segment is told with the place and the remedy") {
    const temporary_folder folder;
    {
        const auto log = open_log(folder.path(), {{"segment.bytes", "100000"}});
        for (int at = 0; at < 3; ++at) append(*log, "key", "value");
        log->close();
    }
    const auto file = files_in(folder.path()).at(0);
    const auto whole = content_of(file);
    for (std::size_t at = 0; at < whole.size() * 2 / 3; ++at) {
        auto damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
        replace_content(file, damaged);
        REQUIRE_THROWS_WITH(open_log(folder.path()), containing("damaged at byte") && containing("delete the folder"));
    }
}

TEST_CASE("damage in a complete segment is told when it is read, not handed out") {
    const temporary_folder folder;
    {
        const auto log = open_log(folder.path());
        for (int at = 0; at < 30; ++at) append(*log, "key", "value");
        log->close();
    }
    const auto file = files_in(folder.path()).at(0);
    const auto whole = content_of(file);
    SECTION("a byte") {
        auto damaged = whole;
        damaged[100] = static_cast<char>(damaged[100] ^ 0x10);
        replace_content(file, damaged);
    }
    SECTION("the end is missing") { replace_content(file, whole.substr(0, whole.size() - 40)); }
    const auto log = open_log(folder.path());
    CHECK(log->end() == 30);
    CHECK_THROWS_WITH(read_all(log), containing(file.string()) && containing("damaged"));
}

TEST_CASE("compaction on disk survives a restart and leaves no files over") {
    const temporary_folder folder;
    const std::map<std::string, std::string> compacted{{"cleanup.policy", "compact"}};
    entries before;
    {
        const auto log = open_log(folder.path(), compacted);
        for (int at = 0; at < 100; ++at) append(*log, at % 10 == 0 ? std::to_string(at) : "same", std::to_string(at));
        const auto files = files_in(folder.path()).size();
        log->compact();
        before = read_all(log);
        CHECK(before.size() == 11);
        CHECK(files_in(folder.path()).size() <= files + 1);
        log->close();
    }
    replace_content(folder.path() / "00000000000000000000.log.compacting", "half of a segment");
    const auto log = open_log(folder.path(), compacted);
    CHECK(read_all(log) == before);
    CHECK(log->end() == 100);
    for (const auto& file : files_in(folder.path())) CHECK(file.extension() == ".log");
}

TEST_CASE("deleted segments leave the disk, and views into them stay valid") {
    const temporary_folder folder;
    const auto log = open_log(folder.path());
    for (int at = 0; at < 100; ++at) append(*log, std::to_string(at), "value");
    log_reader reader(log, 0);
    std::vector<record_view> records;
    std::shared_ptr<const void> memory;
    REQUIRE(reader.read(3, records, memory) == log_reader::outcome::records);
    const auto files = files_in(folder.path()).size();
    log->delete_before(90);
    CHECK(files_in(folder.path()).size() < files);
    CHECK(records[0].key->text() == "0");
    CHECK(records[2].key->text() == "2");
}

TEST_CASE("a full segment gives unused disk space back when it is complete") {
    const temporary_folder folder;
    const auto log = open_log(folder.path(), {{"segment.bytes", "200000"}});
    for (int at = 0; at < 2000; ++at) append(*log, std::to_string(at), std::string(at % 300, 'v'));
    const auto files = files_in(folder.path());
    REQUIRE(files.size() > 1);
    std::size_t used = 0;
    for (std::size_t at = 0; at + 1 < files.size(); ++at) used += fs::file_size(files[at]);
    CHECK(used < log->bytes());
}
