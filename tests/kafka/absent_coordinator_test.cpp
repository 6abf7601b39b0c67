// The coordinator of a group that is away while that of transactions answers, on the cluster that librdkafka has for tests.

#include "catch.hpp"
#include "src/kafka/client.hpp"
#include "src/kafka/rdkafka_ptr.hpp"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using kafka::error_class;

namespace {

constexpr std::int32_t of_transactions = 1;
constexpr std::int32_t of_group = 2;

/// Two brokers: one has the topic and the transactions, the other the group.
class two_brokers {
public:
    two_brokers() {
        std::array<char, 256> why{};
        auto* const conf = rd_kafka_conf_new();
        rd_kafka_conf_set(conf, "bootstrap.servers", "127.0.0.1:1", why.data(), why.size()); // it needs none itself
        rd_kafka_conf_set(conf, "log_level", "0", why.data(), why.size());
        host_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf, why.data(), why.size()));
        REQUIRE(host_);
        cluster_.reset(rd_kafka_mock_cluster_new(host_.get(), 2));
        REQUIRE(cluster_);
        rd_kafka_mock_topic_create(cluster_.get(), "out", 1, 1);
        rd_kafka_mock_partition_set_leader(cluster_.get(), "out", 0, of_transactions);
        rd_kafka_mock_coordinator_set(cluster_.get(), "transaction", "id", of_transactions);
        rd_kafka_mock_coordinator_set(cluster_.get(), "group", "app", of_group);
    }
    [[nodiscard]] std::string bootstrap() const { return rd_kafka_mock_cluster_bootstraps(cluster_.get()); }
    void stop_group() { rd_kafka_mock_broker_set_down(cluster_.get(), of_group); }
    void start_group() { rd_kafka_mock_broker_set_up(cluster_.get(), of_group); }

private:
    std::unique_ptr<rd_kafka_t, kafka::rdkafka_deleter<rd_kafka_destroy>> host_;
    std::unique_ptr<rd_kafka_mock_cluster_t, kafka::rdkafka_deleter<rd_kafka_mock_cluster_destroy>> cluster_;
};

kafka::group_metadata a_group() {
    return {std::shared_ptr<rd_kafka_consumer_group_metadata_t>(rd_kafka_consumer_group_metadata_new("app"),
                                                                rd_kafka_consumer_group_metadata_destroy)};
}

} // namespace

TEST_CASE("offsets of a transaction are given up in their time where the group's coordinator is away, and so is the "
          "producer") {
    two_brokers brokers;
    const int threads_before = rd_kafka_thread_cnt();
    {
        streams_config config;
        config.application_id = "app";
        config.bootstrap_servers = brokers.bootstrap();
        const auto clients = kafka::make_rdkafka_clients(config);
        const auto producer =
            clients->make_producer({.client_id = "p", .transactional_id = "id", .transaction_timeout = 10s});
        REQUIRE(producer->init_transactions(20s).ok());
        REQUIRE(producer->begin_transaction().ok());
        REQUIRE(producer->append({.topic = producer->open("out"), .partition = 0, .value = bytes_view("v")}).ok());
        brokers.stop_group();
        const std::vector<kafka::committed_offset> offsets{{{"in", 0}, 1}};
        const auto answer = producer->send_offsets(offsets, a_group(), 500ms);
        REQUIRE_FALSE(answer.ok());
        INFO(answer.reason());
        CHECK(answer.kind() == error_class::fatal);
        CHECK_THAT(answer.reason(), containing("the coordinator of the group"));
        producer->close();
    }
    // What was left behind ends once the coordinator is back.
    brokers.start_group();
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (rd_kafka_thread_cnt() > threads_before && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(20ms);
    CHECK(rd_kafka_thread_cnt() == threads_before);
}
