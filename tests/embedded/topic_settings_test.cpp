#include "catch.hpp"

#include "src/embedded/topic_settings.hpp"

#include <streams/core/error.hpp>

using namespace streams;
using embedded::topic_settings;

TEST_CASE("a topic's configuration is read by Kafka's names") {
    const auto read = topic_settings::from("t", {{"cleanup.policy", "compact, delete"},
                                                 {"retention.ms", "60000"},
                                                 {"retention.bytes", "-1"},
                                                 {"segment.bytes", "52428800"},
                                                 {"message.timestamp.type", "CreateTime"},
                                                 {"min.compaction.lag.ms", "5"}});
    CHECK(read.compacted);
    CHECK(read.deleted);
    CHECK(read.retention_ms == 60000);
    CHECK(read.retention_bytes == -1);
    CHECK(read.segment_bytes == 16 * 1024 * 1024);
    CHECK_FALSE(read.log_append_time);
}

TEST_CASE("a name Kafka does not have and an impossible value are refused by name") {
    CHECK_THROWS_AS(topic_settings::from("t", {{"retention", "1"}}), config_error);
    CHECK_THROWS_WITH(topic_settings::from("t", {{"retention.ms", "1 day"}}),
                      containing("retention.ms") && containing("1 day"));
    CHECK_THROWS_AS(topic_settings::from("t", {{"cleanup.policy", "forget"}}), config_error);
    CHECK_THROWS_AS(topic_settings::from("t", {{"message.timestamp.type", "Now"}}), config_error);
}

TEST_CASE("names for topics are checked as Kafka does") {
    CHECK_NOTHROW(embedded::check_topic_name("a.b_c-1"));
    for (const auto* name : {"", ".", "..", "a b", "a/b", "\xc3\xa4"})
        CHECK_THROWS_AS(embedded::check_topic_name(name), config_error);
    CHECK_THROWS_AS(embedded::check_topic_name(std::string(250, 'a')), config_error);
}
