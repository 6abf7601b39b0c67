#include "kafka_fixture.hpp"
#include "runtime/temporary_folder.hpp"
#include "runtime/topologies.hpp"

#include "src/runtime/commit_metadata.hpp"

#include <streams/runtime/kafka_streams.hpp>

#include <thread>

using namespace streams;
using namespace streams::tests;

namespace {

/// A broker with an input and an output topic, and applications on it.
struct runtime_fixture : kafka_fixture {
    explicit runtime_fixture(std::int32_t partitions) : kafka_fixture(partitions), out(unique_name("out")) {
        create(out, partitions);
    }
    streams_config named(const std::string& instance) const {
        streams_config c = config;
        c.state_dir = folder.path() / instance;
        c.commit_interval = 100ms;
        return c;
    }
    /// topic -> counts by key -> out
    topology counting() const {
        topology t;
        t.add_source<std::string, std::string>("source", topic);
        t.add_processor("count", [] { return std::make_unique<testing_support::counting>(); }, {"source"});
        t.add_store({.name = "counts", .timestamped = false, .caching = false}, {"count"});
        t.add_sink<std::string, std::string>("sink", out, {"count"});
        return t;
    }
    kafka_streams run(const std::string& instance) const {
        kafka_streams app(counting(), named(instance));
        app.start();
        return app;
    }
    /// The largest count of each key, once `records` results are there.
    std::map<std::string, int> counts(std::size_t records) {
        auto consumer = reader();
        std::vector<position> positions;
        for (std::int32_t partition = 0; partition < 4; ++partition) positions.emplace_back(topic_partition{out, partition}, 0);
        REQUIRE(consumer->assign(positions).ok());
        std::vector<seen_record> seen;
        CHECK(poll_until(*consumer, seen, [&] { return seen.size() >= records; }));
        std::map<std::string, int> largest;
        for (const auto& each : seen) {
            auto& count = largest[*each.key];
            count = std::max(count, std::stoi(*each.value));
        }
        return largest;
    }

    std::string out;
    testing_support::temporary_folder folder;
};

template <class Condition>
bool eventually(Condition&& condition) {
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(20ms);
    }
    return true;
}

} // namespace

TEST_CASE("an application on a broker counts, is stopped, and goes on from its state") {
    runtime_fixture t(4);
    t.write(0, 500);
    {
        kafka_streams app = t.run("one");
        INFO(app.error());
        CHECK(eventually([&] { return app.counts().processed == 500; }));
        CHECK(app.close(30s));
    }
    t.write(0, 500);
    kafka_streams app = t.run("one");
    CHECK(eventually([&] { return app.counts().processed == 500; }));
    const auto counts = t.counts(1000);
    CHECK(counts.size() == 500);
    for (const auto& [key, count] : counts) CHECK(count == 2);

    std::vector<kafka::committed_offset> committed;
    CHECK(app.close(30s));
    const std::vector<topic_partition> all{t.part(0), t.part(1), t.part(2), t.part(3)};
    REQUIRE(t.member()->committed(all, committed, 10s).ok());
    std::int64_t sum = 0;
    for (const auto& each : committed) {
        sum += each.offset;
        CHECK(decode_commit_metadata(each.metadata).partition_time > 0);
    }
    CHECK(sum == 1000);
}

TEST_CASE("instances on a broker share the partitions, and one rebuilds what the other leaves") {
    runtime_fixture t(4);
    t.write(0, 200);
    kafka_streams one = t.run("one");
    CHECK(eventually([&] { return one.counts().processed == 200; }));
    {
        kafka_streams two = t.run("two");
        CHECK(two.wait_for(application_state::running, 60s));
        CHECK(one.wait_for(application_state::running, 60s));
        t.write(0, 200);
        CHECK(eventually([&] { return one.counts().processed + two.counts().processed == 400; }));
        CHECK(two.counts().processed > 0);
    }
    t.write(0, 200);
    const auto counts = t.counts(600);
    CHECK(counts.size() == 200);
    for (const auto& [key, count] : counts) CHECK(count == 3);
}

TEST_CASE("an unreachable broker is waited for, without a crash, until the application is closed") {
    streams_config config{.application_id = unique_name("app"), .bootstrap_servers = "127.0.0.1:1"};
    kafka_streams app(testing_support::copy_topology(), config);
    app.start();
    CHECK(app.state() == application_state::rebalancing);
    CHECK_FALSE(app.wait_for(application_state::running, 1s));
    CHECK(app.close(30s));
    CHECK(app.state() == application_state::not_running);
}
