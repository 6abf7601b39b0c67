// A group that somebody else uses too.

#include "kafka/captured_log.hpp"
#include "kafka_fixture.hpp"
#include "runtime/messages.hpp"
#include "runtime/temporary_folder.hpp"
#include "runtime/topologies.hpp"

#include <streams/runtime/kafka_streams.hpp>
#include <streams/serde/standard.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <string>

using namespace streams;
using namespace streams::tests;
using testing_support::says;

namespace {

topology copying(const std::string& from, const std::string& to) {
    topology t;
    t.add_source<std::string, std::string>("source", from);
    t.add_sink<std::string, std::string>("sink", to, {"source"});
    return t;
}

using consumer_ptr = std::unique_ptr<rd_kafka_t, kafka::rdkafka_deleter<rd_kafka_destroy>>;

/// A consumer of the application's group that is not of this library.
consumer_ptr consumer_of(const streams_config& config, const char* strategy) {
    std::array<char, 256> why{};
    kafka::conf_ptr conf{rd_kafka_conf_new()};
    for (const auto& [name, value] : std::map<std::string, std::string>{{"bootstrap.servers", config.bootstrap_servers},
                                                                        {"group.id", config.application_id},
                                                                        {"partition.assignment.strategy", strategy},
                                                                        {"session.timeout.ms", "6000"}})
        REQUIRE(rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), why.data(), why.size()) == RD_KAFKA_CONF_OK);
    consumer_ptr consumer{rd_kafka_new(RD_KAFKA_CONSUMER, conf.get(), why.data(), why.size())};
    REQUIRE(consumer);
    static_cast<void>(conf.release()); // the consumer's now
    return consumer;
}

/// Has it join the group, and waits for its partitions.
void join(rd_kafka_t* consumer, const std::string& topic) {
    rd_kafka_poll_set_consumer(consumer);
    const kafka::partition_list_ptr topics{rd_kafka_topic_partition_list_new(1)};
    rd_kafka_topic_partition_list_add(topics.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
    REQUIRE(rd_kafka_subscribe(consumer, topics.get()) == RD_KAFKA_RESP_ERR_NO_ERROR);
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    for (bool joined = false; !joined;) {
        REQUIRE(std::chrono::steady_clock::now() < deadline);
        if (auto* const message = rd_kafka_consumer_poll(consumer, 100)) rd_kafka_message_destroy(message);
        rd_kafka_topic_partition_list_t* found = nullptr;
        rd_kafka_assignment(consumer, &found);
        const kafka::partition_list_ptr owned{found};
        joined = owned && owned->cnt > 0;
    }
}

/// What an application that copies the first topic to `out` ends with.
std::string error_of(const kafka_fixture& t, const std::string& out) {
    const testing_support::temporary_folder folder;
    streams_config config = t.config;
    config.state_dir = folder.path();
    config.commit_interval = 100ms;
    config.task_timeout = 3s;
    kafka_streams app(copying(t.topic, out), config);
    app.start();
    CHECK(app.wait_for(application_state::error, 60s));
    CHECK(app.close(30s));
    return app.error();
}

} // namespace

TEST_CASE("a group with members that share partitions in another way ends the application, with the remedy") {
    kafka_fixture t;
    const auto out = unique_name("out");
    t.create(out, 1);
    // As one of Kafka Streams, or any consumer with another strategy: the broker wants one that all members know.
    const auto other = consumer_of(t.config, "roundrobin");
    join(other.get(), t.topic);
    const auto error = error_of(t, out);
    INFO(error);
    CHECK(says(error, "the group has members with another assignment strategy"));
    CHECK(says(error, "application.id"));
    rd_kafka_consumer_close(other.get());
}

TEST_CASE("a group with a member that reads other topics is told of once, and the application goes on") {
    kafka_fixture t;
    const auto out = unique_name("out");
    const auto beside = unique_name("beside");
    t.create(out, 1);
    t.create(beside, 2); // one for each member
    const captured_log log;
    const testing_support::temporary_folder folder;
    t.config.state_dir = folder.path();
    topology reads_both = copying(t.topic, out);
    reads_both.add_source<std::string, std::string>("second", beside);
    reads_both.add_sink<std::string, std::string>("second-sink", out, {"second"});
    kafka_streams app(reads_both, t.config);
    app.start();
    REQUIRE(app.wait_for(application_state::running, 60s));
    const auto other = consumer_of(t.config, "range");
    join(other.get(), beside);
    const auto told = [&] {
        return std::ranges::count_if(log.lines(), [&](const auto& line) {
            return says(line, "has members that read other topics than this topology: rdkafka read not " + t.topic);
        });
    };
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (told() == 0 && std::chrono::steady_clock::now() < deadline)
        if (auto* const message = rd_kafka_consumer_poll(other.get(), 100)) rd_kafka_message_destroy(message);
    CHECK(told() == 1);
    CHECK(app.error().empty());
    rd_kafka_consumer_close(other.get());
    CHECK(app.close(30s));
}
