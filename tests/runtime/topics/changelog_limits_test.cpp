#include "catch.hpp"

#include "src/runtime/topics/changelog_limits.hpp"

using namespace streams;
using namespace std::chrono_literals;

TEST_CASE("only what the broker deletes by age has a retention, and only what it compacts forgets deletions") {
    CHECK(limits_of({{"cleanup.policy", "compact"}, {"retention.ms", "5"}, {"delete.retention.ms", "7"}}) ==
          changelog_limits{.delete_retention = 7ms});
    CHECK(limits_of({{"cleanup.policy", "delete"}, {"retention.ms", "5"}, {"delete.retention.ms", "7"}}) ==
          changelog_limits{.retention = 5ms});
    CHECK(limits_of({{"cleanup.policy", "compact, delete"}, {"retention.ms", "5"}, {"delete.retention.ms", "7"}}) ==
          changelog_limits{.retention = 5ms, .delete_retention = 7ms});
    CHECK(limits_of({{"cleanup.policy", "delete"}, {"retention.ms", "-1"}}) == changelog_limits{});
}

TEST_CASE("Kafka's defaults hold for what a topic does not say") {
    CHECK(limits_of({}) == changelog_limits{.retention = 24h * 7});
    CHECK(limits_of({{"cleanup.policy", "compact"}, {"delete.retention.ms", "long"}}) ==
          changelog_limits{.delete_retention = 24h});
}

TEST_CASE("the limits that an application asks for are those its changelog is made with") {
    streams_config config;
    const store_spec window{.name = "w", .kind = window_kind{.retention = 1h}};
    CHECK(wanted_limits(window, config) == changelog_limits{.retention = 25h, .delete_retention = 24h});
    CHECK(wanted_limits({.name = "k"}, config) == changelog_limits{.delete_retention = 24h});
    CHECK(wanted_limits({.name = "j", .kind = window_kind{.retention = 1h, .retain_duplicates = true}}, config) ==
          changelog_limits{.retention = 25h});
    config.topic = {{"retention.ms", "5"}, {"delete.retention.ms", "7200000"}};
    CHECK(wanted_limits(window, config) == changelog_limits{.retention = 5ms, .delete_retention = 2h});
    CHECK(wanted_limits({.name = "k", .changelog_config = {{"delete.retention.ms", "1"}}}, config) ==
          changelog_limits{.delete_retention = 1ms});
    CHECK(wanted_limits({.name = "k", .source_topic = "in"}, config) == changelog_limits{.delete_retention = 24h});
}
