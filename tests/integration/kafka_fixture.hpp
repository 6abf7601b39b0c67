#pragma once

#include "broker.hpp"
#include "src/kafka/client.hpp"
#include "src/kafka/rdkafka_ptr.hpp"

#include <streams/core/bytes.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace streams::tests {

using namespace std::chrono_literals;
using position = std::pair<topic_partition, std::int64_t>;

/// A record as a test keeps it.
struct seen_record {
    std::int32_t partition = 0;
    std::int64_t offset = 0;
    std::int64_t timestamp = 0;
    std::optional<std::string> key;
    std::optional<std::string> value;
    headers with;
};

/// A topic of its own on the broker, an application of its own, and the clients to use them.
class kafka_fixture {
public:
    explicit kafka_fixture(std::int32_t partitions = 1, std::chrono::milliseconds max_poll_interval = 300s)
        : config{.application_id = unique_name("app"), .bootstrap_servers = bootstrap_servers()},
          topic(unique_name("topic")) {
        config.max_poll_interval = max_poll_interval;
        // The smallest that brokers accept.
        config.consumer["session.timeout.ms"] = "6000";
        config.consumer["heartbeat.interval.ms"] = "500";
        clients = kafka::make_rdkafka_clients(config);
        admin = clients->make_admin("admin");
        create(topic, partitions);
    }

    void create(const std::string& name, std::int32_t partitions, std::map<std::string, std::string> with = {}) {
        with.emplace("retention.ms", "-1"); // the records' timestamps are of 1970
        const auto created = admin->create(std::vector<kafka::new_topic>{{name, partitions, 1, std::move(with)}}, 20s);
        INFO((created ? "" : created.reason()));
        REQUIRE(created.ok());
    }

    /// Widens a topic to `partitions` in all.
    void create_partitions(const std::string& name, std::int32_t partitions) {
        std::array<char, 256> why{};
        const auto client = plain_client();
        const kafka::queue_ptr answers{rd_kafka_queue_new(client.get())};
        auto* wanted =
            rd_kafka_NewPartitions_new(name.c_str(), static_cast<std::size_t>(partitions), why.data(), why.size());
        rd_kafka_CreatePartitions(client.get(), &wanted, 1, nullptr, answers.get());
        const kafka::event_ptr answer{rd_kafka_queue_poll(answers.get(), 20'000)};
        rd_kafka_NewPartitions_destroy(wanted);
        REQUIRE(answer);
        std::size_t count = 0;
        const auto** topics =
            rd_kafka_CreatePartitions_result_topics(rd_kafka_event_CreatePartitions_result(answer.get()), &count);
        REQUIRE(count == 1);
        REQUIRE(rd_kafka_topic_result_error(topics[0]) == RD_KAFKA_RESP_ERR_NO_ERROR);
    }

    std::unique_ptr<kafka::consumer> member(const std::string& id = "member") {
        return clients->make_consumer({.client_id = id, .group_id = config.application_id});
    }
    std::unique_ptr<kafka::consumer> reader() { return clients->make_consumer({.client_id = "reader"}); }

    /// From here on nobody may write to a topic. The broker has to have an authorizer.
    void let_only_read(const std::string& name) const {
        std::array<char, 256> why{};
        const auto client = plain_client();
        const kafka::queue_ptr answers{rd_kafka_queue_new(client.get())};
        auto* right = rd_kafka_AclBinding_new(RD_KAFKA_RESOURCE_TOPIC, name.c_str(), RD_KAFKA_RESOURCE_PATTERN_LITERAL,
                                              "User:*", "*", RD_KAFKA_ACL_OPERATION_READ,
                                              RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW, why.data(), why.size());
        REQUIRE(right != nullptr);
        rd_kafka_CreateAcls(client.get(), &right, 1, nullptr, answers.get());
        const kafka::event_ptr answer{rd_kafka_queue_poll(answers.get(), 20'000)};
        rd_kafka_AclBinding_destroy(right);
        REQUIRE(answer);
        std::size_t count = 0;
        const auto** results = rd_kafka_CreateAcls_result_acls(rd_kafka_event_CreateAcls_result(answer.get()), &count);
        REQUIRE(count == 1);
        const auto* failed = rd_kafka_acl_result_error(results[0]);
        INFO((failed ? rd_kafka_error_string(failed) : ""));
        REQUIRE(failed == nullptr);
    }

    /// Writes records `from`..`to` - 1 whose key and value are their number.
    void write(std::int64_t from, std::int64_t to, std::optional<std::int32_t> partition = {}) {
        auto producer = clients->make_producer({.client_id = "writer"});
        const auto out = producer->open(topic);
        for (auto number = from; number < to; ++number) {
            const auto text = std::to_string(number);
            const kafka::producer_record record{.topic = out,
                                                .partition = partition,
                                                .key = bytes_view(text),
                                                .value = bytes_view(text),
                                                .timestamp = number};
            auto taken = producer->append(record);
            for (int waits = 0; waits < 2'000 && !taken && taken.kind() == kafka::error_class::retriable; ++waits) {
                producer->poll(10ms); // its queue is full
                taken = producer->append(record);
            }
            REQUIRE(taken.ok());
        }
        REQUIRE(producer->flush(20s).ok());
        REQUIRE(producer->take_failures().empty());
    }

    using plain_client_ptr = std::unique_ptr<rd_kafka_t, kafka::rdkafka_deleter<rd_kafka_destroy>>;
    /// For what the library has no call for.
    plain_client_ptr plain_client() const {
        std::array<char, 256> why{};
        kafka::conf_ptr conf{rd_kafka_conf_new()};
        rd_kafka_conf_set(conf.get(), "bootstrap.servers", config.bootstrap_servers.c_str(), why.data(), why.size());
        plain_client_ptr client{rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), why.data(), why.size())};
        REQUIRE(client);
        static_cast<void>(conf.release()); // the client's now
        return client;
    }

    topic_partition part(std::int32_t partition) const { return {topic, partition}; }

    streams_config config;
    std::string topic;
    std::shared_ptr<kafka::client_supplier> clients;
    std::unique_ptr<kafka::admin> admin;
};

inline std::optional<std::string> text_of(const std::optional<bytes_view>& content) {
    return content ? std::optional(std::string(content->text())) : std::nullopt;
}

inline void add_to(std::vector<seen_record>& seen, const kafka::poll_result& polled) {
    for (const auto& batch : polled.batches)
        for (const auto& one : batch.records())
            seen.push_back({batch.source().partition, one.offset, one.timestamp, text_of(one.key), text_of(one.value),
                            one.headers ? *one.headers : headers()});
}

/// Polls until `enough` says so, for 30 s at most; whether it has.
template <class Enough>
bool poll_until(kafka::consumer& consumer, std::vector<seen_record>& seen, Enough enough) {
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (!enough() && std::chrono::steady_clock::now() < deadline) add_to(seen, consumer.poll(100ms, 1000));
    return enough();
}

/// Polls until the consumer is given a rebalance; fails after 30 s.
inline kafka::rebalance next_rebalance(kafka::consumer& consumer, const std::vector<kafka::consumer*>& others = {}) {
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (std::chrono::steady_clock::now() < deadline) {
        auto polled = consumer.poll(50ms, 1000);
        for (const auto& error : polled.errors) FAIL(error.reason());
        if (!polled.rebalances.empty()) return polled.rebalances.front();
        for (auto* other : others) (void)other->poll(10ms, 1000);
    }
    FAIL("no rebalance within 30 s");
    return {};
}

/// Positions at the beginning of all partitions of a rebalance.
inline std::vector<position> from_beginning(const kafka::rebalance& of) {
    std::vector<position> positions;
    for (const auto& partition : of.partitions) positions.emplace_back(partition, 0);
    return positions;
}

/// Joins the group and takes on what it is assigned, from the beginning.
inline kafka::rebalance join(kafka::consumer& consumer, const std::vector<std::string>& topics) {
    REQUIRE(consumer.subscribe(topics).ok());
    auto assigned = next_rebalance(consumer);
    REQUIRE(assigned.kind == kafka::rebalance::event::assigned);
    REQUIRE(consumer.acknowledge(assigned, from_beginning(assigned), false).ok());
    return assigned;
}

} // namespace streams::tests
