// What changes on a broker while an application runs: its topics, its threads, and whether it is to run at all.

#include "kafka_fixture.hpp"
#include "runtime/temporary_folder.hpp"
#include "runtime/topologies.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/runtime/kafka_streams.hpp>
#include <streams/state/stores.hpp>
#include <streams/topology/processor_api.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace streams;
using namespace streams::tests;

namespace {

template <class Condition>
bool eventually(Condition&& condition) {
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(20ms);
    }
    return true;
}

/// A broker with an output topic, and topics whose names begin with a prefix of their own.
struct changing_fixture : kafka_fixture {
    changing_fixture() : kafka_fixture(2), prefix(unique_name("matching")), out(unique_name("out")) {
        config.consumer["metadata.max.age.ms"] = "500";
        config.commit_interval = 100ms;
        create(out, 2);
    }
    streams_config named(const std::string& instance) const {
        streams_config c = config;
        c.client_id = instance;
        c.state_dir = folder.path() / instance;
        return c;
    }
    topology copy(testing_support::tapping::function tap = {}) const {
        topology t;
        t.add_source<std::string, std::string>("source", topic);
        t.add_processor("tap", [tap] { return std::make_unique<testing_support::tapping>(tap); }, {"source"});
        t.add_sink<std::string, std::string>("sink", out, {"tap"});
        return t;
    }
    topology copy_matching() const {
        topology t;
        t.add_node({.kind = node_kind::source,
                    .name = "source",
                    .make = [] { return make_node<topic_source<std::string, std::string>>(); },
                    .pattern = prefix + ".*"});
        t.add_sink<std::string, std::string>("sink", out, {"source"});
        return t;
    }
    void write_to(const std::string& to, std::int32_t partition, std::string_view value) {
        auto producer = clients->make_producer({.client_id = "writer"});
        REQUIRE(producer
                    ->append({.topic = producer->open(to),
                              .partition = partition,
                              .key = bytes_view(value),
                              .value = bytes_view(value),
                              .timestamp = 1})
                    .ok());
        REQUIRE(producer->flush(20s).ok());
    }

    std::string prefix;
    std::string out;
    testing_support::temporary_folder folder;
};

} // namespace

TEST_CASE(
    "topics of a pattern are read when they are made while the application runs, and let go of when they are deleted") {
    changing_fixture t;
    t.create(t.prefix + "1", 1);
    kafka_streams app(t.copy_matching(), t.named("one"));
    app.start();
    t.write_to(t.prefix + "1", 0, "a");
    REQUIRE(eventually([&] { return app.counts().processed == 1; }));
    t.create(t.prefix + "2", 2);
    t.write_to(t.prefix + "2", 0, "b");
    t.write_to(t.prefix + "2", 1, "c");
    INFO(app.error());
    CHECK(eventually([&] { return app.counts().processed == 3; }));
    REQUIRE(t.admin->remove(std::vector<std::string>{t.prefix + "2"}, 20s).ok());
    std::this_thread::sleep_for(2s);
    t.write_to(t.prefix + "1", 0, "d");
    CHECK(eventually([&] { return app.counts().processed == 4; }));
    CHECK(app.wait_for(application_state::running, 60s));
    CHECK(app.close(30s));
}

TEST_CASE(
    "a partition that is added to the topic of a global store on a broker is read too, and the first no second time") {
    struct counting : processor<std::string, std::string> {
        explicit counting(std::atomic<int>& records) : records_(records) {}
        void process(const record_type&) override { ++records_; }
        std::atomic<int>& records_;
    };
    changing_fixture t;
    const auto rows = unique_name("rows");
    t.create(rows, 1);
    t.write_to(rows, 0, "before");
    std::atomic<int> records{0};
    streams_builder builder;
    builder.add_global_store<std::string, std::string>(
        stores::key_value("rows", {.persistent = false, .logging = false}), rows,
        [&] { return std::make_unique<counting>(records); });
    kafka_streams app(builder.build(), t.named("one"));
    app.start();
    REQUIRE(eventually([&] { return records == 1; }));
    REQUIRE(app.wait_for(application_state::running, 60s));
    t.create_partitions(rows, 2);
    t.write_to(rows, 1, "added");
    CHECK(eventually([&] { return records == 2; }));
    t.write_to(rows, 0, "after");
    CHECK(eventually([&] { return records == 3; }));
    INFO(app.error());
    CHECK(app.close(30s));
    CHECK(records == 3);
}

TEST_CASE("a source topic that is deleted under way ends the application, which names it") {
    changing_fixture t;
    kafka_streams app(t.copy(), t.named("one"));
    app.start();
    t.write(0, 10);
    REQUIRE(eventually([&] { return app.counts().processed == 10; }));
    REQUIRE(t.admin->remove(std::vector<std::string>{t.topic}, 20s).ok());
    CHECK(app.wait_for(application_state::error, 60s));
    INFO(app.error());
    CHECK(app.error().find(t.topic) != std::string::npos);
    CHECK(app.close(30s));
}

TEST_CASE("one instance asks all others to end, and each of them does, in error") {
    changing_fixture t;
    const auto fails_at_bad = [](const auto& r, auto&) {
        if (r.value == "bad") throw std::runtime_error("of the test");
    };
    std::vector<std::unique_ptr<kafka_streams>> instances;
    for (const std::string name : {"one", "two"}) {
        auto& app = instances.emplace_back(std::make_unique<kafka_streams>(t.copy(fails_at_bad), t.named(name)));
        app->set_uncaught_exception_handler(
            [](const std::exception&) { return thread_exception_response::shutdown_application; });
        app->start();
        REQUIRE(app->wait_for(application_state::running, 60s));
    }
    REQUIRE(instances[0]->wait_for(application_state::running, 60s));
    t.write_to(t.topic, 0, "bad");
    int asked = 0;
    for (const auto& app : instances) {
        CHECK(app->wait_for(application_state::error, 60s));
        CHECK(app->close(60s));
        if (app->error().find("asked all instances of the application to end") != std::string::npos) ++asked;
    }
    CHECK(asked == 1);
}

TEST_CASE(
    "a thread that is added shares the tasks, and gives them back when it is removed, and a failed one is replaced") {
    changing_fixture t;
    std::atomic<int> failures{1};
    kafka_streams app(t.copy([&](const auto& r, auto&) {
        if (r.value == "bad" && failures-- > 0) throw std::runtime_error("of the test");
    }),
                      t.named("one"));
    app.set_uncaught_exception_handler([](const std::exception&) { return thread_exception_response::replace_thread; });
    app.start();
    REQUIRE(app.wait_for(application_state::running, 60s));
    REQUIRE(app.add_stream_thread());
    REQUIRE(app.wait_for(application_state::running, 60s));
    for (const int partition : {0, 1}) t.write_to(t.topic, partition, "good");
    CHECK(eventually([&] { return app.counts().processed == 2; }));
    t.write_to(t.topic, 0, "bad");
    CHECK(eventually([&] { return app.counts().processed >= 3 && failures <= 0; }));
    REQUIRE(app.remove_stream_thread(30s));
    for (const int partition : {0, 1}) t.write_to(t.topic, partition, "good");
    CHECK(eventually([&] { return app.counts().processed >= 5; }));
    CHECK(app.wait_for(application_state::running, 60s));
    CHECK(app.error().empty());
    CHECK(app.close(30s));
    CHECK(app.state() == application_state::not_running);
}
