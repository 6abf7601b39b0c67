#include "kafka_fixture.hpp"
#include "runtime/temporary_folder.hpp"
#include "runtime/topologies.hpp"

#include "src/runtime/commit/commit_metadata.hpp"
#include "src/runtime/topics/internal_topics.hpp"

#include <streams/runtime/kafka_streams.hpp>

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <sstream>
#include <thread>
#include <utility>

using namespace streams;
using namespace streams::tests;

namespace {

/// in -> counts by key -> out
topology counting_topology(const std::string& in, const std::string& out, testing_support::tapping::function tap = {}) {
    topology t;
    t.add_source<std::string, std::string>("source", in);
    t.add_processor("tap", [tap] { return std::make_unique<testing_support::tapping>(tap); }, {"source"});
    t.add_processor("count", [] { return std::make_unique<testing_support::counting>(); }, {"tap"});
    t.add_store({.name = "counts", .kind = key_value_kind{.timestamped = false}, .caching = false}, {"count"});
    t.add_sink<std::string, std::string>("sink", out, {"count"});
    return t;
}

/// A broker with an input and an output topic, and applications on it.
struct runtime_fixture : kafka_fixture {
    explicit runtime_fixture(std::int32_t partitions, std::chrono::milliseconds max_poll_interval = 300s)
        : kafka_fixture(partitions, max_poll_interval), partitions_(partitions), out(unique_name("out")) {
        // The records' timestamps are of 1970: nothing may be deleted by age.
        topic = unique_name("in");
        create(topic, partitions, {{"retention.ms", "-1"}});
        create(out, partitions, {{"retention.ms", "-1"}});
    }
    streams_config named(const std::string& instance) const {
        streams_config c = config;
        c.state_dir = folder.path() / instance;
        c.commit_interval = 100ms;
        return c;
    }
    kafka_streams run(const std::string& instance, testing_support::tapping::function tap = {}) const {
        kafka_streams app(counting_topology(topic, out, std::move(tap)), named(instance));
        app.start();
        return app;
    }
    /// The largest count of each key, once `records` results with `keys` keys are there.
    std::map<std::string, int> counts(std::size_t records, std::size_t keys) {
        auto consumer = reader();
        std::vector<position> positions;
        for (std::int32_t partition = 0; partition < partitions_; ++partition)
            positions.emplace_back(topic_partition{out, partition}, 0);
        REQUIRE(consumer->assign(positions).ok());
        std::vector<seen_record> seen;
        std::map<std::string, int> largest;
        std::size_t counted = 0;
        CHECK(poll_until(*consumer, seen, [&] {
            for (; counted < seen.size(); ++counted) {
                auto& count = largest[*seen[counted].key];
                count = std::max(count, std::stoi(*seen[counted].value));
            }
            return counted >= records && largest.size() >= keys;
        }));
        return largest;
    }

    std::int32_t partitions_;
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

/// The application of `[.killed]` in a process of its own.
class killed_process {
public:
    explicit killed_process(const runtime_fixture& t) : child_(::fork()) {
        REQUIRE(child_ >= 0);
        if (child_ != 0) return;
        ::setenv("STREAMS_TEST_TOPICS", (t.topic + ' ' + t.out + ' ' + t.config.application_id).c_str(), 1);
        ::setenv("STREAMS_TEST_FOLDER", t.folder.path().c_str(), 1);
        ::execl("/proc/self/exe", "test_integration", "[.killed]", nullptr);
        ::_exit(1);
    }
    ~killed_process() { kill(); }
    killed_process(const killed_process&) = delete;
    killed_process& operator=(const killed_process&) = delete;

    void kill() {
        if (child_ <= 0) return;
        ::kill(child_, SIGKILL);
        int status = 0;
        CHECK(::waitpid(std::exchange(child_, -1), &status, 0) > 0);
        CHECK(WIFSIGNALED(status));
    }

private:
    pid_t child_;
};

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
    const auto counts = t.counts(1000, 500);
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

TEST_CASE("what a changelog on a broker was made with decides for how long it is trusted, not what the application "
          "asks for") {
    runtime_fixture on(1);
    const std::string changelog = on.config.application_id + "-counts-changelog";
    on.create(changelog, 1, {{"cleanup.policy", "compact"}, {"delete.retention.ms", "1234"}});
    topic_layout layout;
    REQUIRE(set_up_topics(counting_topology(on.topic, on.out), on.named("one"), *on.admin, 20s, layout).ok());
    CHECK(layout.changelogs.at(changelog) == changelog_limits{.delete_retention = 1234ms});
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
    const auto counts = t.counts(600, 200);
    CHECK(counts.size() == 200);
    for (const auto& [key, count] : counts) CHECK(count == 3);
}

TEST_CASE("code slower than the poll interval on a broker loses its tasks and joins again, and nothing is lost") {
    runtime_fixture t(1, 6s);
    t.write(0, 50);
    std::atomic<int> slow{1};
    kafka_streams app = t.run("one", [&](const auto& r, auto&) {
        if (r.key == "25" && slow.fetch_sub(1) == 1) std::this_thread::sleep_for(9s);
    });
    const auto all_committed = [&] {
        std::vector<kafka::committed_offset> committed;
        const std::vector<topic_partition> inputs{t.part(0)};
        REQUIRE(t.member()->committed(inputs, committed, 10s).ok());
        return !committed.empty() && committed[0].offset == 50;
    };
    CHECK(eventually(all_committed));
    CHECK(app.state() == application_state::running);
    CHECK(t.counts(50, 50).size() == 50);
}

// What the test below runs in a process of its own: librdkafka's threads do not survive a fork.
TEST_CASE("an application that runs until it is killed", "[.killed]") {
    std::istringstream names(std::getenv("STREAMS_TEST_TOPICS"));
    std::string in, out, application_id;
    names >> in >> out >> application_id;
    streams_config config{.application_id = application_id, .bootstrap_servers = bootstrap_servers()};
    config.state_dir = std::filesystem::path(std::getenv("STREAMS_TEST_FOLDER")) / "one";
    config.commit_interval = 100ms;
    config.consumer = {{"session.timeout.ms", "6000"}, {"heartbeat.interval.ms", "500"}};
    kafka_streams app(counting_topology(in, out), config);
    app.start();
    std::this_thread::sleep_for(60s);
}

TEST_CASE("a process beside a broker that is killed and started again loses no input") {
    runtime_fixture t(4);
    constexpr int records = 200'000;
    t.write(0, records);
    for (int attempt = 0; attempt < 2; ++attempt) {
        killed_process one(t);
        std::this_thread::sleep_for(std::chrono::milliseconds(1500 + 700 * attempt));
        one.kill();
    }
    kafka_streams app = t.run("one");
    const auto counts = t.counts(records, records);
    CHECK(counts.size() == records);
}

TEST_CASE("a process beside a broker that is killed and started again takes its place, and the others hear nothing") {
    runtime_fixture t(4);
    const int keys = 400;
    std::atomic<int> rebalances{0};
    kafka_streams other(counting_topology(t.topic, t.out), t.named("other"));
    other.set_state_listener([&](application_state now, application_state) {
        if (now == application_state::rebalancing) ++rebalances;
    });
    other.start();
    REQUIRE(other.wait_for(application_state::running, 30s));
    killed_process one(t);
    REQUIRE(eventually([&] { return rebalances == 2 && other.state() == application_state::running; }));
    t.write(0, keys);
    CHECK(t.counts(keys, keys).size() == keys);
    one.kill();
    killed_process again(t);
    t.write(0, keys);
    CHECK(t.counts(2 * keys, keys).size() == keys);
    CHECK(rebalances == 2);
    again.kill();
}

TEST_CASE(
    "the tasks of a process beside a broker that is killed go on where their standbys are, and nothing is replayed") {
    runtime_fixture t(4);
    const int keys = 400;
    auto config = t.named("other");
    config.num_standby_replicas = 1;
    std::atomic<std::int64_t> restored{0};
    std::atomic<int> following{0};
    std::atomic<int> promoted{0};
    kafka_streams other(counting_topology(t.topic, t.out), config);
    other.set_restore_listener(
        {.on_batch_restored = [&](const restore_progress&, std::int64_t rows) { restored += rows; }});
    other.set_standby_update_listener({.on_update_start = [&](const standby_update&) { ++following; },
                                       .on_update_suspended =
                                           [&](const standby_update&, standby_suspend_reason why) {
                                               if (why == standby_suspend_reason::promoted) ++promoted;
                                           }});
    other.start();
    killed_process one(t);
    const auto has_all = [&] {
        std::size_t found = 0;
        auto lags = other.all_local_store_partition_lags();
        for (const auto& [partition, lag] : lags["counts"]) found += lag.offset_lag() == 0 ? 1 : 0;
        return found == 4;
    };
    REQUIRE(eventually([&] { return following == 2; }));
    t.write(0, keys);
    CHECK(t.counts(keys, keys).size() == keys);
    // What is not committed would be processed again, and counted from what the changelog has of it.
    const auto all_committed = [&] {
        std::vector<topic_partition> inputs;
        for (std::int32_t partition = 0; partition < 4; ++partition) inputs.emplace_back(t.topic, partition);
        std::vector<kafka::committed_offset> committed;
        if (!t.member()->committed(inputs, committed, 10s).ok()) return false;
        std::int64_t sum = 0;
        for (const auto& each : committed) sum += each.offset;
        return sum == keys;
    };
    REQUIRE(eventually(all_committed));
    REQUIRE(eventually(has_all));
    restored = 0;
    one.kill();
    REQUIRE(eventually([&] { return promoted == 2; }));
    t.write(0, keys);
    const auto counts = t.counts(2 * keys, keys);
    for (const auto& [key, count] : counts) CHECK(count == 2);
    CHECK(restored == 0);
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

TEST_CASE("a partition that is added to an input on a broker is read by a task of its own") {
    runtime_fixture t(1);
    auto config = t.named("one");
    config.consumer["topic.metadata.refresh.interval.ms"] = "1000";
    topology copy;
    copy.add_source<std::string, std::string>("source", t.topic);
    copy.add_sink<std::string, std::string>("sink", t.out, {"source"});
    kafka_streams app(copy, config);
    app.start();
    t.write(0, 10);
    CHECK(eventually([&] { return app.counts().processed == 10; }));
    t.create_partitions(t.topic, 2);
    t.write(0, 10, 1);
    CHECK(eventually([&] { return app.counts().processed == 20; }));
    t.write(0, 10, 0);
    CHECK(eventually([&] { return app.counts().processed == 30; }));
    CHECK(app.close(30s));
}

TEST_CASE("an input with a store that grows on a broker ends all instances, with the changelog and the remedy") {
    runtime_fixture t(2);
    const auto run = [&](const std::string& instance) {
        auto config = t.named(instance);
        config.consumer["topic.metadata.refresh.interval.ms"] = "1000";
        kafka_streams app(counting_topology(t.topic, t.out), config);
        app.start();
        return app;
    };
    kafka_streams one = run("one");
    kafka_streams two = run("two");
    CHECK(one.wait_for(application_state::running, 60s));
    CHECK(two.wait_for(application_state::running, 60s));
    t.create_partitions(t.topic, 3);
    for (auto* app : {&one, &two}) {
        CHECK(app->wait_for(application_state::error, 60s));
        CHECK(app->error().find("counts-changelog has 2 partitions, but the inputs ask for 3") != std::string::npos);
        CHECK(app->close(30s));
    }
}

TEST_CASE(
    "an open transaction on one input holds up neither the others nor, unless asked for, what is written behind it") {
    for (const bool read_committed : {true, false}) {
        runtime_fixture t(1);
        const auto other = unique_name("other");
        t.create(other, 1);
        auto config = t.named("one");
        if (read_committed) config.consumer["isolation.level"] = "read_committed";
        std::atomic<int> of_input{0};
        std::atomic<int> of_other{0};
        topology what;
        what.add_source<std::string, std::string>("source", t.topic);
        what.add_source<std::string, std::string>("second", other);
        const auto tap = [&](const testing_support::tapping::record_type& r, auto&) {
            ++(r.value == "other" ? of_other : of_input);
        };
        what.add_processor("tap", [tap] { return std::make_unique<testing_support::tapping>(tap); },
                           {"source", "second"});
        what.add_sink<std::string, std::string>("sink", t.out, {"tap"});
        kafka_streams app(what, config);
        app.start();
        REQUIRE(app.wait_for(application_state::running, 60s));

        auto producer = t.clients->make_producer({.client_id = "w", .transactional_id = unique_name("transaction")});
        REQUIRE(producer->init_transactions(30s).ok());
        const auto write = [&](int records) {
            for (int i = 0; i < records; ++i)
                REQUIRE(
                    producer
                        ->append({.topic = producer->open(other), .key = bytes_view("k"), .value = bytes_view("other")})
                        .ok());
            REQUIRE(producer->flush(20s).ok());
        };
        REQUIRE(producer->begin_transaction().ok());
        write(1);
        REQUIRE(producer->commit_transaction(30s).ok());
        t.write(0, 1);
        CHECK(eventually([&] { return of_input == 1 && of_other == 1; }));
        REQUIRE(producer->begin_transaction().ok());
        write(2);
        const int readable = read_committed ? 1 : 3;
        CHECK(eventually([&] { return of_other == readable; }));
        t.write(1, 5);
        CHECK(eventually([&] { return of_input == 5; }));
        write(2); // the end of the log moves, the last stable offset does not
        t.write(5, 10);
        CHECK(eventually([&] { return of_input == 10; }));
        CHECK(of_other == (read_committed ? 1 : 5));
        REQUIRE(producer->commit_transaction(30s).ok());
        CHECK(eventually([&] { return of_other == 5; }));
        CHECK(app.close(30s));
    }
}
