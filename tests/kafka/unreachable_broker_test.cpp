#include "captured_log.hpp"
#include "catch.hpp"
#include "src/kafka/client.hpp"

#include <chrono>
#include <ctime>

using namespace streams;
using namespace std::chrono_literals;
using kafka::error_class;
using streams::tests::captured_log;

namespace {

// Nothing listens on port 1.
streams_config nowhere() {
    streams_config config;
    config.application_id = "app";
    config.bootstrap_servers = "127.0.0.1:1";
    return config;
}

std::chrono::milliseconds since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
}

} // namespace

TEST_CASE("an unreachable broker is one clear line for all clients, and waiting for it costs no processor time") {
    captured_log log;
    const auto clients = kafka::make_rdkafka_clients(nowhere());
    const auto consumer = clients->make_consumer({.client_id = "c", .group_id = "app"});
    const auto reader = clients->make_consumer({.client_id = "r"});
    const auto producer = clients->make_producer({.client_id = "p"});
    REQUIRE(consumer->subscribe(std::vector<std::string>{"topic"}).ok());
    const auto before = std::clock();
    const auto start = std::chrono::steady_clock::now();
    while (since(start) < 2s) {
        CHECK(consumer->poll(100ms, 100).errors.empty());
        CHECK(reader->poll(100ms, 100).errors.empty());
        producer->poll(0ms);
    }
    CHECK(static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC < 0.5);
    REQUIRE(log.lines().size() == 1);
    CHECK_THAT(log.lines()[0], containing("no Kafka broker can be reached at 127.0.0.1:1") && containing("refused") &&
                                   containing("trying again"));
    CHECK(producer->flush(1s).ok()); // of nothing
    CHECK(log.lines().size() == 1);
}

TEST_CASE("records that fail while no broker can be reached are no answer of a broker") {
    captured_log log;
    auto config = nowhere();
    config.producer["delivery.timeout.ms"] = "1500";
    const auto clients = kafka::make_rdkafka_clients(config);
    const auto producer = clients->make_producer({.client_id = "p"});
    REQUIRE(producer->append({.topic = producer->open("topic"), .partition = 0, .value = bytes_view("v")}).ok());
    const auto start = std::chrono::steady_clock::now();
    while (!producer->flush(100ms).ok() && since(start) < 20s) continue;
    CHECK(producer->take_failures().size() == 1);
    CHECK(log.lines().size() == 1);
}

TEST_CASE("questions to an unreachable broker end within their time and may be asked again") {
    captured_log log;
    const auto clients = kafka::make_rdkafka_clients(nowhere());
    const auto admin = clients->make_admin("a");
    const auto start = std::chrono::steady_clock::now();
    std::map<std::string, std::int32_t> partitions;
    const auto described = admin->describe(std::vector<std::string>{"a", "b"}, partitions, 300ms);
    REQUIRE_FALSE(described.ok());
    CHECK(described.kind() == error_class::retriable);
    std::vector<std::string> topics;
    const auto listed = admin->list(topics, 300ms);
    REQUIRE_FALSE(listed.ok());
    CHECK(listed.kind() == error_class::retriable);
    const auto created = admin->create(std::vector<kafka::new_topic>{{"a", 1, -1, {}}}, 300ms);
    REQUIRE_FALSE(created.ok());
    CHECK(created.kind() == error_class::retriable);
    const auto removed =
        admin->delete_records(std::vector<std::pair<topic_partition, std::int64_t>>{{{"a", 0}, 1}}, 300ms);
    REQUIRE_FALSE(removed.ok());
    CHECK(removed.kind() == error_class::retriable);

    const auto consumer = clients->make_consumer({.client_id = "c", .group_id = "app"});
    std::vector<kafka::committed_offset> found;
    const auto committed = consumer->committed(std::vector<topic_partition>{{"a", 0}}, found, 300ms);
    REQUIRE_FALSE(committed.ok());
    CHECK(committed.kind() == error_class::retriable);
    kafka::log_bounds bounds;
    const auto asked = consumer->bounds({"a", 0}, bounds, 300ms);
    REQUIRE_FALSE(asked.ok());
    CHECK(asked.kind() == error_class::retriable);
    CHECK(since(start) < 8s);
}

TEST_CASE("a flush to an unreachable broker ends in its time, a full queue is retriable, and closing does not hang") {
    captured_log log;
    auto config = nowhere();
    config.producer["queue.buffering.max.messages"] = "10";
    const auto clients = kafka::make_rdkafka_clients(config);
    auto producer = clients->make_producer({.client_id = "p"});
    const auto topic = producer->open("topic");
    CHECK(producer->partitions(topic, 100ms) == 0);
    const auto append = [&] { return producer->append({.topic = topic, .partition = 0, .value = bytes_view("v")}); };
    for (int i = 0; i < 10; ++i) REQUIRE(append().ok());
    const auto full = append();
    REQUIRE_FALSE(full.ok());
    CHECK(full.kind() == error_class::retriable);
    auto start = std::chrono::steady_clock::now();
    const auto flushed = producer->flush(200ms);
    REQUIRE_FALSE(flushed.ok());
    CHECK(flushed.kind() == error_class::retriable);
    CHECK(since(start) < 2s);

    auto member = clients->make_consumer({.client_id = "c", .group_id = "app"});
    REQUIRE(member->subscribe(std::vector<std::string>{"topic"}).ok());
    (void)member->poll(100ms, 10);
    start = std::chrono::steady_clock::now();
    producer->close();
    member->close();
    CHECK(since(start) < 5s);
}
