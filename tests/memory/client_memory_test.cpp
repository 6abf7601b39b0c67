// A process of its own under ctest: what it holds at most is its alone.

#include "catch.hpp"
#include "memory/resident.hpp"

#include "src/core/memory_limits.hpp"
#include "src/kafka/client.hpp"

#include <streams/core/config.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

using namespace streams;
using memory::mib;
using testing_support::resident;

TEST_CASE("a producer whose brokers are away holds no more than its part of what a container of 64 MB has") {
    const std::size_t total = default_memory(64 * mib, 1);
    const std::size_t queue =
        memory_limits_of({.state_memory_bytes = static_cast<std::int64_t>(total)})[memory_role::send_queues].of_holder;
    const auto clients = kafka::make_rdkafka_clients({.application_id = "app", .bootstrap_servers = "127.0.0.1:1"});
    const auto producer = clients->make_producer({.client_id = "producer", .queue_bytes = queue});
    const std::int32_t topic = producer->open("out");
    const std::string value(100, 'x');
    const std::size_t before = resident("RssAnon");
    // What librdkafka takes by itself: a gigabyte, or 100,000 records, which are 70 MB then.
    constexpr std::size_t enough = 200'000;
    std::size_t taken = 0;
    while (taken < enough && producer->append({.topic = topic, .key = bytes_view(value), .value = bytes_view(value)}))
        ++taken;
    const std::size_t grown = resident("RssAnon") - before;
    INFO(taken << " records, a queue of " << queue / 1'024 << " KB, grown by " << grown / 1'024 << " KB");
    CHECK(taken > 1'000);
    CHECK(taken < enough);
    CHECK(grown <= queue + 4 * mib);
}
