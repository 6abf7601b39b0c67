#include "catch.hpp"
#include "kafka/captured_log.hpp"
#include "runtime/messages.hpp"
#include "runtime/world.hpp"

#include <streams/dsl/streams_builder.hpp>

#include <algorithm>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::eventually;
using testing_support::says;
using testing_support::world;
using tests::captured_log;
using text = std::string;

namespace {

topology hourly_counts() {
    streams_builder builder;
    builder.stream<text, text>("in")
        .group_by_key()
        .windowed_by(tumbling{1h})
        .count(materialized{.name = "hourly"})
        .to_stream()
        .map([](const windowed<text>& key, std::int64_t count) { return std::pair(key.key, std::to_string(count)); })
        .to("out");
    return builder.build();
}

std::vector<std::string> warnings(const captured_log& log) {
    auto lines = log.lines();
    std::erase_if(lines, [](const auto& line) { return !says(line, "store hourly takes events"); });
    return lines;
}

std::int64_t hours_ago(int hours) {
    const auto at = std::chrono::system_clock::now() - std::chrono::hours(hours);
    return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

} // namespace

TEST_CASE("events older than their window's changelog is kept are warned of, once a store, with what to set") {
    const captured_log log;
    world w(2);
    kafka_streams app = w.run(hourly_counts(), w.config());
    for (int i = 0; i < 3; ++i) {
        for (const int partition : {0, 1})
            w.cluster.produce("in", text("k"), text("v"), {.timestamp = hours_ago(48 - i), .partition = partition});
        CHECK(eventually([&] { return w.committed("in", 0) == i + 1 && w.committed("in", 1) == i + 1; }));
    }
    const auto seen = warnings(log);
    REQUIRE(seen.size() == 1);
    CHECK(says(seen[0], "app-hourly-changelog"));
    CHECK(says(seen[0], "windowstore.changelog.additional.retention.ms"));
    CHECK(says(seen[0], "topic.retention.ms"));
}

TEST_CASE("events of today, and changelogs that are kept for longer, are worth no warning") {
    const captured_log log;
    world w;
    auto config = w.config();
    SECTION("today") { w.produce("k", "v", hours_ago(20)); }
    SECTION("more retention") {
        config.windowstore_changelog_additional_retention = 72h;
        w.produce("k", "v", hours_ago(48));
    }
    SECTION("for ever") {
        config.topic["retention.ms"] = "-1";
        w.produce("k", "v", hours_ago(24 * 365));
    }
    SECTION("for ever, as somebody has altered the changelog") {
        w.cluster.create_topic("app-hourly-changelog", 1,
                               {{"cleanup.policy", "compact,delete"}, {"retention.ms", "-1"}});
        w.produce("k", "v", hours_ago(24 * 365));
    }
    kafka_streams app = w.run(hourly_counts(), config);
    CHECK(eventually([&] { return w.committed() == 1; }));
    CHECK(warnings(log).empty());
}

TEST_CASE("a changelog that the cluster keeps for less than the application asks for is warned of by what it has") {
    const captured_log log;
    world w;
    w.cluster.create_topic("app-hourly-changelog", 1,
                           {{"cleanup.policy", "compact,delete"}, {"retention.ms", "3600000"}});
    w.produce("k", "v", hours_ago(20));
    kafka_streams app = w.run(hourly_counts(), w.config());
    CHECK(eventually([&] { return w.committed() == 1; }));
    const auto seen = warnings(log);
    REQUIRE(seen.size() == 1);
    CHECK(says(seen[0], "keeps them for 3600000 ms"));
}
