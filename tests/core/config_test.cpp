#include "catch.hpp"

#include <streams/core/config.hpp>
#include <streams/core/error.hpp>
#include <streams/core/log.hpp>

#include <algorithm>
#include <vector>

using namespace std::chrono_literals;
using streams::client_settings;
using streams::config_error;
using streams::streams_config;

namespace {

streams_config read(std::map<std::string, std::string> properties) {
    return streams_config::from_properties(properties);
}

streams_config valid() {
    streams_config config;
    config.application_id = "app";
    config.bootstrap_servers = "localhost:9092";
    return config;
}

} // namespace

TEST_CASE("the dotted names of Kafka Streams set the members") {
    const auto config =
        read({{"application.id", "fraud"},
              {"bootstrap.servers", "a:1,b:2"},
              {"state.dir", "/var/lib/fraud"},
              {"num.stream.threads", "4"},
              {"commit.interval.ms", "100"},
              {"state.memory.bytes", "100000000"},
              {"statestore.cache.max.bytes", "0"},
              {"statestore.uncommitted.max.bytes", "-1"},
              {"max.task.idle.ms", "-1"},
              {"auto.offset.reset", "latest"},
              {"processing.guarantee", "at_least_once"},
              {"topology.optimization", "all"},
              {"windowstore.changelog.additional.retention.ms", "5"},
              {"state.cleanup.delay.ms", "6"},
              {"processing.exception.handler.global.enabled", "true"},
              {"production.exception.handler", "org.apache.kafka.streams.errors.DefaultProductionExceptionHandler"},
              {"errors.dead.letter.queue.topic.name", "fraud-bad"},
              {"deserialization.exception.handler", "org.apache.kafka.streams.errors.LogAndContinueExceptionHandler"}});
    CHECK(config.application_id == "fraud");
    CHECK(config.bootstrap_servers == "a:1,b:2");
    CHECK(config.state_dir == "/var/lib/fraud");
    CHECK(config.num_stream_threads == 4);
    CHECK(config.commit_interval == 100ms);
    CHECK(config.state_memory_bytes == 100'000'000);
    CHECK(config.statestore_cache_max_bytes == 0);
    CHECK(config.statestore_uncommitted_max_bytes == -1);
    CHECK(config.max_task_idle == -1ms);
    CHECK(config.auto_offset_reset == streams::offset_reset::latest);
    CHECK(config.topology_optimization == "all");
    CHECK(config.windowstore_changelog_additional_retention == 5ms);
    CHECK(config.state_cleanup_delay == 6ms);
    CHECK(config.on_deserialization_error.target<streams::resume_on_error>() != nullptr);
    CHECK(config.on_processing_error.target<streams::fail_on_error>() != nullptr);
    CHECK(config.processing_exception_handler_global_enabled);
    CHECK(config.on_production_error.target<streams::fail_on_error>() != nullptr);
    CHECK(config.errors_dead_letter_queue_topic_name == "fraud-bad");
}

TEST_CASE("a dead-letter topic has the name of a topic, and a handler is not empty") {
    auto config = valid();
    config.errors_dead_letter_queue_topic_name = "fraud/bad";
    CHECK_THROWS_WITH(config.validate(), containing("errors.dead.letter.queue.topic.name is \"fraud/bad\""));
    config.errors_dead_letter_queue_topic_name = "fraud-bad";
    CHECK_NOTHROW(config.validate());
    config.on_production_error = nullptr;
    CHECK_THROWS_WITH(config.validate(), containing("an exception handler is empty"));
}

TEST_CASE("the default timestamp extractor is one of Kafka's, by its class") {
    const auto chosen = [](const std::string& name) {
        return read({{"default.timestamp.extractor", name}}).default_timestamp_extractor;
    };
    using enum streams::timestamp_extractor;
    CHECK(read({}).default_timestamp_extractor == fail_on_invalid_timestamp);
    CHECK(chosen("org.apache.kafka.streams.processor.FailOnInvalidTimestamp") == fail_on_invalid_timestamp);
    CHECK(chosen("org.apache.kafka.streams.processor.LogAndSkipOnInvalidTimestamp") ==
          log_and_skip_on_invalid_timestamp);
    CHECK(chosen("UsePartitionTimeOnInvalidTimestamp") == use_partition_time_on_invalid_timestamp);
    CHECK(chosen("org.apache.kafka.streams.processor.WallclockTimestampExtractor") == wallclock_timestamp);
    CHECK_THROWS_WITH(chosen("com.acme.Mine"), containing("timestamp_from(f)"));
}

TEST_CASE("a prefix leads a setting to its client") {
    const auto config = read({{"consumer.fetch.min.bytes", "1"},
                              {"main.consumer.fetch.min.bytes", "2"},
                              {"restore.consumer.fetch.min.bytes", "3"},
                              {"producer.linger.ms", "4"},
                              {"admin.socket.timeout.ms", "5000"},
                              {"topic.segment.bytes", "1048576"}});
    CHECK(config.consumer_settings(false) == client_settings{{"fetch.min.bytes", "2"}});
    CHECK(config.consumer_settings(true) == client_settings{{"fetch.min.bytes", "3"}});
    CHECK(config.producer_settings() == client_settings{{"linger.ms", "4"}});
    CHECK(config.admin_settings() == client_settings{{"socket.timeout.ms", "5000"}});
    CHECK(config.topic == client_settings{{"segment.bytes", "1048576"}});
}

TEST_CASE("a client's setting without a prefix goes to every client that has it, and a prefix wins over it") {
    const auto config = read({{"security.protocol", "SSL"},
                              {"linger.ms", "7"},
                              {"session.timeout.ms", "9000"},
                              {"consumer.security.protocol", "PLAINTEXT"},
                              {"producer.linger.ms", "8"}});
    CHECK(config.consumer_settings(true) ==
          client_settings{{"security.protocol", "PLAINTEXT"}, {"session.timeout.ms", "9000"}});
    CHECK(config.producer_settings() == client_settings{{"security.protocol", "SSL"}, {"linger.ms", "8"}});
    CHECK(config.admin_settings() == client_settings{{"security.protocol", "SSL"}});
}

TEST_CASE("a member's name may stand behind the consumer prefix") {
    const auto config = read({{"auto.offset.reset", "earliest"},
                              {"consumer.auto.offset.reset", "latest"},
                              {"main.consumer.max.poll.interval.ms", "1000"},
                              {"consumer.group.instance.id", "left"}});
    CHECK(config.auto_offset_reset == streams::offset_reset::latest);
    CHECK(config.max_poll_interval == 1s);
    CHECK(config.group_instance_id == "left");
    CHECK(config.consumer_settings(false).empty());
}

TEST_CASE("librdkafka's names that begin like a prefix are its names") {
    CHECK(read({{"topic.metadata.refresh.interval.ms", "1000"}}).producer_settings() ==
          client_settings{{"topic.metadata.refresh.interval.ms", "1000"}});
}

TEST_CASE("an unknown name is an error that says the nearest known one") {
    CHECK_THROWS_WITH(read({{"aplication.id", "x"}}),
                      "aplication.id is no known setting; the nearest is application.id");
    CHECK_THROWS_WITH(read({{"fetch.min.byte", "1"}}),
                      "fetch.min.byte is no known setting; the nearest is fetch.min.bytes");
    CHECK_THROWS_WITH(read({{"consumer.fetch.min.byte", "1"}}),
                      "consumer.fetch.min.byte is no known setting; the nearest is consumer.fetch.min.bytes");
    CHECK_THROWS_WITH(read({{"topic.retension.ms", "1"}}),
                      "topic.retension.ms is no known topic setting; the nearest is topic.retention.ms");
    CHECK_THROWS_WITH(read({{"colour", "red"}}), "colour is no known setting; remove it");
}

TEST_CASE("a setting of another client is refused with the right prefix") {
    CHECK_THROWS_WITH(read({{"consumer.linger.ms", "1"}}),
                      "consumer.linger.ms does not exist: it is a setting of producers; use producer.linger.ms");
    CHECK_THROWS_WITH(read({{"producer.fetch.min.bytes", "1"}}), containing("use consumer.fetch.min.bytes"));
}

TEST_CASE("an impossible value is an error that says what is possible") {
    CHECK_THROWS_WITH(read({{"commit.interval.ms", "soon"}}),
                      "commit.interval.ms is \"soon\", but must be a whole number, 0 at least; correct the value");
    CHECK(read({{"num.standby.replicas", "2"}}).num_standby_replicas == 2);
    CHECK_THROWS_WITH(read({{"num.standby.replicas", "-1"}}), containing("num.standby.replicas"));
    CHECK_THROWS_WITH(read({{"num.stream.threads", "0"}}), containing("a whole number from 1 to"));
    CHECK_THROWS_WITH(read({{"num.stream.threads", "99999999999"}}), containing("num.stream.threads"));
    CHECK_THROWS_WITH(read({{"auto.offset.reset", "first"}}), containing("earliest, latest or none"));
    CHECK_THROWS_WITH(read({{"replication.factor", "0"}}), containing("1 at least"));
    CHECK_THROWS_WITH(read({{"processing.exception.handler", "com.acme.Mine"}}), containing("handler of your own"));
    CHECK_THROWS_WITH(read({{"production.exception.handler", "com.acme.Mine"}}), containing("handler of your own"));
}

TEST_CASE("what is not supported yet is refused, not ignored") {
    CHECK_THROWS_WITH(read({{"processing.guarantee", "exactly_once"}}), containing("exactly_once_v2"));
    CHECK_THROWS_WITH(read({{"global.consumer.fetch.min.bytes", "1"}}), containing("use restore.consumer."));
    CHECK_THROWS_WITH(read({{"group.protocol", "streams"}}), containing("classic"));
    CHECK_NOTHROW(read({{"group.protocol", "classic"}}));
}

TEST_CASE("settings of Kafka Streams that mean nothing here are ignored with a warning") {
    std::vector<std::string> lines;
    streams::set_log_handler([&](const streams::log_entry& entry) { lines.emplace_back(entry.text); });
    const auto config = read({{"upgrade.from", "3.9"}, {"consumer.default.api.timeout.ms", "1"}});
    streams::set_log_handler({});
    CHECK(lines == std::vector<std::string>{
                       "upgrade.from has no effect here: there is no older protocol to be compatible with",
                       "consumer.default.api.timeout.ms has no effect here: task.timeout.ms says how long is retried"});
    CHECK(config.consumer_settings(false).empty());
}

TEST_CASE("settings that only choose Java classes are named and skipped") {
    std::vector<std::string> lines;
    streams::set_log_handler([&](const streams::log_entry& entry) { lines.emplace_back(entry.text); });
    const auto config = read({{"client.tag.zone", "a"},
                              {"consumer.group.id", "other"},
                              {"default.key.serde", "org.apache.kafka.common.serialization.Serdes$StringSerde"},
                              {"default.list.value.serde.inner", "com.acme.Item"},
                              {"default.value.serde", "org.apache.kafka.common.serialization.Serdes$StringSerde"},
                              {"enable.auto.commit", "false"},
                              {"producer.key.serializer", "org.apache.kafka.common.serialization.StringSerializer"},
                              {"rocksdb.config.setter", "com.acme.Tuning"},
                              {"task.assignor.class", "com.acme.Assignor"},
                              {"window.size.ms", "1000"},
                              {"windowed.inner.class.serde", "com.acme.Serde"}});
    streams::set_log_handler({});
    std::sort(lines.begin(), lines.end());
    std::vector<std::string> names;
    for (const auto& line : lines) {
        CHECK(line.find(" has no effect here: ") != line.npos);
        names.push_back(line.substr(0, line.find(' ')));
    }
    CHECK(names == std::vector<std::string>{"client.tag.zone", "consumer.group.id", "default.key.serde",
                                            "default.list.value.serde.inner", "default.value.serde",
                                            "producer.key.serializer", "rocksdb.config.setter", "task.assignor.class",
                                            "window.size.ms", "windowed.inner.class.serde"});
    CHECK(config.consumer_settings(false).empty());
    CHECK(config.producer_settings().empty());
}

TEST_CASE("what a Java application sets to its default is taken, and another value is refused with what to do") {
    CHECK_NOTHROW(read({{"default.dsl.store", "rocksDB"},
                        {"dsl.store.suppliers.class",
                         "org.apache.kafka.streams.state.BuiltInDslStoreSuppliers$RocksDBDslStoreSuppliers"}}));
    CHECK_THROWS_WITH(read({{"default.dsl.store", "in_memory"}}), containing("materialized{.in_memory = true}"));
    CHECK_THROWS_WITH(read({{"dsl.store.suppliers.class", "com.acme.Stores"}}), containing("in_memory = true"));
    CHECK_THROWS_WITH(read({{"enable.auto.commit", "true"}}), containing("see commit.interval.ms"));
}

TEST_CASE("the format of operators' stores is read by Kafka's names") {
    CHECK(read({}).dsl_store_format == streams::store_format::standard);
    CHECK(read({{"dsl.store.format", "DEFAULT"}}).dsl_store_format == streams::store_format::standard);
    CHECK(read({{"dsl.store.format", "HEADERS"}}).dsl_store_format == streams::store_format::headers);
    CHECK_THROWS_WITH(read({{"dsl.store.format", "PLAIN"}}), containing("dsl.store.format"));
}

TEST_CASE("a default configuration is valid but for what is required") {
    CHECK_NOTHROW(valid().validate());
    CHECK_THROWS_WITH(streams_config{}.validate(), containing("application.id is not set"));
    auto without_brokers = valid();
    without_brokers.bootstrap_servers.clear();
    CHECK_THROWS_WITH(without_brokers.validate(), containing("bootstrap.servers is not set"));
    CHECK_NOTHROW(without_brokers.validate(false));
}

TEST_CASE("an application id must be legal in a topic's name") {
    for (const auto* id : {"a b", "..", "a/b", "gruß"}) {
        auto config = valid();
        config.application_id = id;
        CHECK_THROWS_AS(config.validate(), config_error);
    }
}

TEST_CASE("members set in code are checked as well") {
    auto config = valid();
    config.num_stream_threads = 0;
    CHECK_THROWS_WITH(config.validate(), containing("num.stream.threads is \"0\""));
    config = valid();
    config.topology_optimization = "some";
    CHECK_THROWS_AS(config.validate(), config_error);
    config = valid();
    config.on_deserialization_error = nullptr;
    CHECK_THROWS_AS(config.validate(), config_error);
    config = valid();
    config.producer["lingerms"] = "1";
    CHECK_THROWS_WITH(config.validate(), containing("the nearest is producer.linger.ms"));
}

TEST_CASE("exactly once commits every 100 ms and at least once every 30 s, unless told") {
    auto config = read({{"processing.guarantee", "exactly_once_v2"}});
    CHECK(config.guarantee == streams::processing_guarantee::exactly_once_v2);
    CHECK(config.commits_every() == 100ms);
    CHECK(config.transaction_timeout() == 10s);
    CHECK(read({}).commits_every() == 30s);
    config.commit_interval = 2s;
    CHECK(config.commits_every() == 2s);
}

TEST_CASE("exactly once refuses what would abort every transaction, or let the order of records be lost") {
    auto config = valid();
    config.guarantee = streams::processing_guarantee::exactly_once_v2;
    CHECK_NOTHROW(config.validate());
    config.commit_interval = 30s;
    CHECK_THROWS_WITH(config.validate(),
                      containing("producer.transaction.timeout.ms is 10000 and commit.interval.ms is "
                                 "30000"));
    config.producer["transaction.timeout.ms"] = "30000";
    CHECK_NOTHROW(config.validate());
    config.producer["max.in.flight"] = "6";
    CHECK_THROWS_WITH(config.validate(), containing("max.in.flight is \"6\", but must be 5 at most"));
    config.guarantee = streams::processing_guarantee::at_least_once;
    CHECK_NOTHROW(config.validate());
}

TEST_CASE("exactly once refuses to wait for an answer for longer than a transaction may be open") {
    auto config = valid();
    config.guarantee = streams::processing_guarantee::exactly_once_v2;
    for (const auto* name : {"delivery.timeout.ms", "message.timeout.ms"}) {
        config.producer = {{name, "10000"}};
        CHECK_NOTHROW(config.validate());
        config.producer = {{name, "10001"}};
        CHECK_THROWS_WITH(config.validate(),
                          containing(std::string(name) +
                                     " of producers is 10001 and producer.transaction.timeout.ms is "
                                     "10000") &&
                              containing("lower producer." + std::string(name) + " to 10000, or raise"));
    }
    config.producer = {};
    config.clients = {{"socket.timeout.ms", "10100"}};
    CHECK_NOTHROW(config.validate());
    config.clients = {{"socket.timeout.ms", "10101"}};
    CHECK_THROWS_WITH(config.validate(), containing("socket.timeout.ms of producers is 10101") &&
                                             containing("lower producer.socket.timeout.ms to 10100"));
    config.producer = {{"socket.timeout.ms", "5000"}};
    CHECK_NOTHROW(config.validate());
    config.producer = {{"transaction.timeout.ms", "60000"}};
    CHECK_NOTHROW(config.validate());
}

TEST_CASE("what exactly once decides is left out of what clients are given, with a warning") {
    auto config = valid();
    config.guarantee = streams::processing_guarantee::exactly_once_v2;
    config.consumer["isolation.level"] = "read_uncommitted";
    config.producer["enable.idempotence"] = "false";
    std::vector<std::string> lines;
    streams::set_log_handler([&](const streams::log_entry& entry) { lines.emplace_back(entry.text); });
    config.validate();
    streams::set_log_handler({});
    std::ranges::sort(lines);
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].starts_with("enable.idempotence is \"false\", which has no effect"));
    CHECK(lines[1].starts_with("isolation.level is \"read_uncommitted\", which has no effect"));
    CHECK(config.consumer_settings(false).empty());
    CHECK(config.consumer_settings(true).empty());
    CHECK(config.producer_settings().empty());
}

TEST_CASE("too little memory for the clients is refused with how much they need") {
    auto config = valid();
    config.num_stream_threads = 4;
    config.state_memory_bytes = 8'000'000;
    CHECK_THROWS_WITH(
        config.validate(),
        "state.memory.bytes is 8000000, but the clients of 4 stream threads, RocksDB and queries need 13107200 at "
        "least; raise it or lower num.stream.threads");
    config.num_stream_threads = 1;
    CHECK_NOTHROW(config.validate());
    config.state_memory_bytes = -1;
    CHECK_THROWS_AS(config.validate(), config_error);
    CHECK_THROWS_WITH(read({{"state.memory.bytes", "64m"}}), containing("state.memory.bytes is \"64m\""));
}
