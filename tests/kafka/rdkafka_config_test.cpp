#include "catch.hpp"
#include "src/core/memory_limits.hpp"
#include "src/core/secret_settings.hpp"
#include "src/kafka/rdkafka_config.hpp"
#include "src/kafka/rdkafka_version.hpp"

#include <streams/core/error.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <string_view>

using namespace streams;
using namespace std::chrono_literals;

namespace {

streams_config minimal() {
    streams_config config;
    config.application_id = "app";
    config.bootstrap_servers = "localhost:9092";
    return config;
}

} // namespace

TEST_CASE("a group's consumer never commits or resets by itself and assigns by range") {
    const auto settings = kafka::consumer_settings(minimal(), {.client_id = "app-1", .group_id = "app"});
    CHECK(settings.at("bootstrap.servers") == "localhost:9092");
    CHECK(settings.at("client.id") == "app-1");
    CHECK(settings.at("group.id") == "app");
    CHECK(settings.at("enable.auto.commit") == "false");
    CHECK(settings.at("enable.auto.offset.store") == "false");
    CHECK(settings.at("auto.offset.reset") == "error");
    CHECK(settings.at("partition.assignment.strategy") == "range");
    CHECK(settings.count("group.instance.id") == 0);
    CHECK_NOTHROW(kafka::make_conf(settings, "consumer"));
}

TEST_CASE("at least once reads uncommitted records too, as Kafka Streams does, in inputs and changelogs, unless told") {
    const auto isolation = [](const streams_config& config, bool restore) {
        return kafka::consumer_settings(config, {.client_id = "c", .restore = restore}).at("isolation.level");
    };
    auto config = minimal();
    CHECK(isolation(config, false) == "read_uncommitted");
    CHECK(isolation(config, true) == "read_uncommitted");
    config.consumer["isolation.level"] = "read_committed";
    CHECK(isolation(config, false) == "read_committed");
    CHECK(isolation(config, true) == "read_committed");
    config.restore_consumer["isolation.level"] = "read_uncommitted";
    CHECK(isolation(config, true) == "read_uncommitted");
}

TEST_CASE("a static member keeps its id, and a consumer without a group still has a group's name") {
    const auto member =
        kafka::consumer_settings(minimal(), {.client_id = "c", .group_id = "app", .group_instance_id = "i-1"});
    CHECK(member.at("group.instance.id") == "i-1");
    const auto alone = kafka::consumer_settings(minimal(), {.client_id = "c"});
    CHECK(alone.at("group.id") == "app");
}

TEST_CASE("how much is read ahead follows the bytes that the consumer is given, small records by number too") {
    const auto settings = kafka::consumer_settings(minimal(), {.client_id = "c", .queue_bytes = 64 * 1024 * 1024});
    CHECK(settings.at("queued.max.messages.kbytes") == "32768");
    CHECK(settings.at("queued.min.messages") == "131072");
    CHECK(settings.at("fetch.max.bytes") == "4194304");
    CHECK(settings.at("fetch.message.max.bytes") == "1048576");
    auto config = minimal();
    for (const auto& [largest, answer] : {std::pair("20000000", "20000000"), std::pair("1000", "1048576")}) {
        config.consumer["message.max.bytes"] = largest;
        const auto with = kafka::consumer_settings(config, {.client_id = "c"});
        CHECK(with.at("fetch.max.bytes") == answer);
        CHECK_NOTHROW(kafka::make_conf(with, "consumer"));
    }
    CHECK_NOTHROW(
        kafka::make_conf(kafka::consumer_settings(minimal(), {.client_id = "c", .queue_bytes = 1}), "consumer"));
}

TEST_CASE("how much waits to be sent follows the bytes that the producer is given, small records by number too") {
    const auto settings = kafka::producer_settings(minimal(), {.client_id = "p", .queue_bytes = 64 * 1024 * 1024});
    CHECK(settings.at("queue.buffering.max.kbytes") == "32769");
    CHECK(settings.at("queue.buffering.max.messages") == "131072");
    const auto config =
        streams_config::from_properties({{"application.id", "app"}, {"producer.buffer.memory", "1024000"}});
    CHECK(kafka::producer_settings(config, {.client_id = "p"}).at("queue.buffering.max.kbytes") == "1000");
}

TEST_CASE("the largest record that a producer takes finds room in its queue, however little memory there is") {
    auto config = minimal();
    CHECK(kafka::producer_settings(config, {.client_id = "p", .queue_bytes = 1}).at("queue.buffering.max.kbytes") ==
          "977");
    config.producer["message.max.bytes"] = "50000000";
    const auto settings = kafka::producer_settings(config, {.client_id = "p"});
    CHECK(settings.at("queue.buffering.max.kbytes") == "48829");
    CHECK_NOTHROW(kafka::make_conf(settings, "producer"));
}

TEST_CASE("in a container of 64 MB the queues of all clients take less than a quarter of it") {
    // librdkafka's defaults: 64 MB ahead for each consumer, beside what 100,000 small records take, and 1 GB to be sent.
    auto config = minimal();
    config.state_memory_bytes = static_cast<std::int64_t>(default_memory(64 * memory::mib, 1));
    const auto limits = memory_limits_of(config);
    const auto number = [](const client_settings& settings, const std::string& name) {
        return static_cast<std::size_t>(std::stoul(settings.at(name)));
    };
    std::size_t queued = 0;
    for (const auto role : {memory_role::fetch_queues, memory_role::restore_queues}) {
        const auto settings =
            kafka::consumer_settings(config, {.client_id = "c", .queue_bytes = limits[role].of_holder});
        queued += number(settings, "queued.max.messages.kbytes") * memory::kib;
        queued += number(settings, "queued.min.messages") * memory::queued_record / 2;
        queued += number(settings, "fetch.max.bytes"); // one answer more
        CHECK_NOTHROW(kafka::make_conf(settings, "consumer"));
    }
    const auto settings =
        kafka::producer_settings(config, {.client_id = "p", .queue_bytes = limits[memory_role::send_queues].of_holder});
    queued += number(settings, "queue.buffering.max.kbytes") * memory::kib;
    queued += number(settings, "queue.buffering.max.messages") * memory::sent_record;
    CHECK_NOTHROW(kafka::make_conf(settings, "producer"));
    CHECK(queued < 16 * memory::mib);
}

TEST_CASE("the session is never longer than the interval between polls") {
    auto config = minimal();
    config.max_poll_interval = 10s;
    auto settings = kafka::consumer_settings(config, {.client_id = "c"});
    CHECK(settings.at("max.poll.interval.ms") == "10000");
    CHECK(settings.at("session.timeout.ms") == "10000");
    CHECK(settings.at("heartbeat.interval.ms") == "1000");
    config.max_poll_interval = 300s;
    CHECK(kafka::consumer_settings(config, {.client_id = "c"}).at("session.timeout.ms") == "45000");
    config.consumer["session.timeout.ms"] = "7000";
    CHECK(kafka::consumer_settings(config, {.client_id = "c"}).at("session.timeout.ms") == "7000");
}

TEST_CASE("what the configuration says for a role wins over the defaults, and only there") {
    auto config = minimal();
    config.clients["reconnect.backoff.ms"] = "33";
    config.consumer["isolation.level"] = "read_committed";
    config.restore_consumer["fetch.min.bytes"] = "7";
    config.producer["linger.ms"] = "50";
    const auto consumer = kafka::consumer_settings(config, {.client_id = "c"});
    CHECK(consumer.at("isolation.level") == "read_committed");
    CHECK(consumer.at("reconnect.backoff.ms") == "33");
    CHECK(consumer.count("fetch.min.bytes") == 0);
    CHECK(kafka::consumer_settings(config, {.client_id = "c", .restore = true}).at("fetch.min.bytes") == "7");
    const auto producer = kafka::producer_settings(config, {.client_id = "p"});
    CHECK(producer.at("linger.ms") == "50");
    CHECK(producer.at("reconnect.backoff.ms") == "33");
    CHECK(kafka::admin_settings(config, "a").at("reconnect.backoff.ms") == "33");
}

TEST_CASE("a producer is idempotent, places keys as Java does and writes uncompressed unless told") {
    const auto settings = kafka::producer_settings(minimal(), {.client_id = "p"});
    CHECK(settings.at("enable.idempotence") == "true");
    CHECK(settings.at("partitioner") == "murmur2_random");
    CHECK(settings.at("linger.ms") == "5");
    CHECK(settings.count("compression.type") == 0);
    CHECK(settings.count("transactional.id") == 0);
    CHECK_NOTHROW(kafka::make_conf(settings, "producer"));
    const auto transactional = kafka::producer_settings(minimal(), {.client_id = "p", .transactional_id = "app-1"});
    CHECK(transactional.at("transactional.id") == "app-1");
    CHECK_NOTHROW(kafka::make_conf(transactional, "producer"));
}

TEST_CASE("settings of TLS and SASL under Java's names reach the client under its own") {
    auto config = minimal();
    config.clients["security.protocol"] = "SASL_SSL";
    config.clients["sasl.mechanism"] = "PLAIN";
    config.clients["sasl.jaas.config"] =
        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\" password=\"p\";";
    const auto settings = kafka::admin_settings(config, "a");
    CHECK(settings.at("sasl.username") == "u");
    CHECK(settings.at("sasl.password") == "p");
    CHECK_NOTHROW(kafka::make_conf(settings, "admin"));
}

TEST_CASE("a value that librdkafka refuses is an error that names the role, the setting, the value and why") {
    CHECK_THROWS_WITH(kafka::make_conf({{"fetch.min.bytes", "many"}}, "consumer"),
                      containing("consumer setting fetch.min.bytes=many is refused") && containing("fetch.min.bytes"));
    CHECK_THROWS_AS(kafka::make_conf({{"fetch.min.bytes", "many"}}, "consumer"), config_error);
}

TEST_CASE("a name that librdkafka does not know is an error that names it") {
    CHECK_THROWS_WITH(kafka::make_conf({{"fetch.min.bites", "1"}}, "consumer"),
                      containing("consumer setting fetch.min.bites is unknown"));
}

TEST_CASE("settings that contradict each other are refused when the client is made") {
    auto config = minimal();
    config.producer["acks"] = "1";
    const auto clients = kafka::make_rdkafka_clients(config);
    CHECK_THROWS_AS(clients->make_producer({.client_id = "p"}), config_error);
    CHECK_THROWS_WITH(clients->make_producer({.client_id = "p"}), containing("acks"));
}

TEST_CASE("exactly once reads what is committed, and has 10 s for a transaction, whatever is said of isolation") {
    auto config = minimal();
    config.guarantee = processing_guarantee::exactly_once_v2;
    config.consumer["isolation.level"] = "read_uncommitted";
    CHECK(kafka::consumer_settings(config, {.client_id = "c", .read_committed = true}).at("isolation.level") ==
          "read_committed");
    const kafka::producer_options transactional{.client_id = "p", .transactional_id = "app-1"};
    CHECK(kafka::producer_settings(config, transactional).at("transaction.timeout.ms") == "10000");
    CHECK_NOTHROW(kafka::make_conf(kafka::producer_settings(config, transactional), "producer"));
    config.producer["transaction.timeout.ms"] = "7000";
    CHECK(kafka::producer_settings(config, transactional).at("transaction.timeout.ms") == "7000");
    CHECK(kafka::admin_settings(config, "a").at("isolation.level") == "read_uncommitted"); // it tells where logs end
}

TEST_CASE("a secret that librdkafka refuses is not in the error") {
    for (const auto name : secret_settings()) try {
            static_cast<void>(kafka::make_conf({{std::string(name), "s3cret"}}, "consumer"));
        } catch (const config_error& refused) {
            INFO(refused.what());
            CHECK(std::string_view(refused.what()).find("s3cret") == std::string_view::npos);
        }
}

TEST_CASE("every setting of the librdkafka which is loaded that sounds like a secret is known for one") {
    char* text = nullptr;
    std::size_t size = 0;
    FILE* const out = ::open_memstream(&text, &size);
    rd_kafka_conf_properties_show(out);
    std::fclose(out);
    std::istringstream lines(std::string(text, size));
    std::free(text); // NOLINT(cppcoreguidelines-no-malloc): from C
    int found = 0;
    for (std::string line; std::getline(lines, line);) {
        const auto name = line.substr(0, line.find_first_of(" |"));
        const bool sounds_so =
            std::ranges::any_of(std::array{"password", "secret", "passphrase", "key.pem", "oauthbearer.config"},
                                [&](const char* part) { return name.find(part) != name.npos; });
        if (!sounds_so) continue;
        ++found;
        INFO(name);
        CHECK(is_secret(name));
    }
    CHECK(found > 5);
}

TEST_CASE("tokens of an identity provider are refused with what to use instead where librdkafka is built without") {
    const kafka::conf_ptr conf{rd_kafka_conf_new()};
    std::array<char, 512> features{};
    auto size = features.size();
    REQUIRE(rd_kafka_conf_get(conf.get(), "builtin.features", features.data(), &size) == RD_KAFKA_CONF_OK);
    const auto make = [] { static_cast<void>(kafka::make_conf({{"sasl.oauthbearer.method", "oidc"}}, "consumer")); };
    if (std::string_view(features.data()).find("oidc") != std::string_view::npos)
        CHECK_NOTHROW(make());
    else
        CHECK_THROWS_WITH(make(),
                          containing("libcurl") && containing("give streams_config::sasl_login_callback a function"));
}
