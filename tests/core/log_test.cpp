#include "catch.hpp"

#include <streams/core/clock.hpp>
#include <streams/core/log.hpp>

#include <string>
#include <utility>
#include <vector>

namespace {

/// Collects lines instead of writing them, and silences the library afterwards.
class captured_log {
public:
    captured_log() {
        streams::set_log_handler(
            [this](const streams::log_entry& entry) { lines.emplace_back(entry.level, std::string(entry.text)); });
    }
    ~captured_log() { streams::set_log_handler({}); }
    std::vector<std::pair<streams::log_level, std::string>> lines;
};

} // namespace

TEST_CASE("a log handler receives every line and its level") {
    captured_log log;
    streams::log(streams::log_level::debug, "one");
    streams::log(streams::log_level::error, "two");
    REQUIRE(log.lines.size() == 2);
    CHECK(log.lines[0] == std::pair(streams::log_level::debug, std::string("one")));
    CHECK(log.lines[1] == std::pair(streams::log_level::error, std::string("two")));
}

TEST_CASE("an empty log handler silences the library") {
    captured_log log;
    streams::set_log_handler({});
    streams::log(streams::log_level::error, "unheard");
    CHECK(log.lines.empty());
}

TEST_CASE("a log handler may replace itself") {
    int calls = 0;
    streams::set_log_handler([&](const streams::log_entry&) {
        ++calls;
        streams::set_log_handler({});
    });
    streams::log(streams::log_level::info, "first");
    streams::log(streams::log_level::info, "second");
    CHECK(calls == 1);
}

TEST_CASE("log levels have their usual names") {
    CHECK(to_string(streams::log_level::debug) == "DEBUG");
    CHECK(to_string(streams::log_level::warn) == "WARN");
}

TEST_CASE("a line logged by a thread of the program's own belongs to no application, thread or task") {
    const auto before = streams::system_clock().wall_ms();
    int lines = 0;
    streams::set_log_handler([&](const streams::log_entry& entry) {
        ++lines;
        CHECK(entry.application.empty());
        CHECK(entry.thread.empty());
        CHECK_FALSE(entry.task);
        CHECK(entry.time >= before);
    });
    streams::log(streams::log_level::info, "alone");
    streams::set_log_handler({});
    CHECK(lines == 1);
}
