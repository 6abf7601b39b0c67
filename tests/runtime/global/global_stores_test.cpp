#include "catch.hpp"
#include "faults/faulty_clients.hpp"
#include "kafka/captured_log.hpp"
#include "runtime/messages.hpp"
#include "runtime/world.hpp"
#include "state/disk/corrupt_state_error.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/state/stores.hpp>
#include <streams/topology/processor_api.hpp>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string_view>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::call;
using testing_support::eventually;
using testing_support::patience;
using testing_support::says;
using testing_support::world;
using text = std::string;

namespace {

/// Joins `in` with the global table of topic `rows`.
topology joining(bool persistent) {
    streams_builder builder;
    auto rows = builder.global_table<text, text>("rows", materialized{.name = "rows", .in_memory = !persistent});
    builder.stream<text, text>("in")
        .left_join(
            rows, [](const text& value) { return value; },
            [](const text& value, const text* row) { return value + "=" + (row ? *row : "?"); })
        .to("out");
    return builder.build();
}

/// Whether the last record of `out` reads so, after another one that looks for row `a`.
bool joins(world& w, const text& result) {
    w.produce("k", "a");
    const auto all = w.out();
    return !all.empty() && all.back() == result;
}

/// A cluster whose topic `rows` grows under an application with a global table of it; the calls of the consumer that fills
/// the table follow a plan.
struct growing_table : world {
    growing_table() {
        cluster.create_topic("rows", 1);
        looking.consumer["metadata.max.age.ms"] = "20";
    }
    kafka_streams started() const {
        kafka_streams app = run(joining(false), looking,
                                std::make_shared<testing_support::faulty_clients>(
                                    cluster.clients(), std::make_shared<testing_support::fault_plan>(), filling));
        CHECK(app.wait_for(application_state::running, patience));
        return app;
    }

    streams_config looking = config();
    std::shared_ptr<testing_support::fault_plan> filling = std::make_shared<testing_support::fault_plan>();
    tests::captured_log log;
};

} // namespace

TEST_CASE("a damaged global store that a task reads ends the application with a sentence") {
    world w;
    w.cluster.create_topic("rows");
    streams_builder builder;
    static_cast<void>(builder.global_table<text, text>("rows", materialized{.name = "rows"}));
    builder.stream<text, text>("in")
        .peek([](const text&) { throw corrupt_state_error("rows", "a block does not fit its checksum"); })
        .to("out");
    auto app = w.run(builder.build(), w.config());
    w.produce("k", "v");
    REQUIRE(app.wait_for(application_state::error, patience));
    CHECK(says(app.error(), "global store rows is damaged: a block does not fit its checksum"));
}

TEST_CASE("a global table is filled from all partitions before the first record is processed") {
    const bool persistent = GENERATE(true, false);
    world w(2);
    w.cluster.create_topic("rows", 3);
    for (int row = 0; row < 100; ++row) {
        const auto name = std::to_string(row);
        w.cluster.produce("rows", name, text("old"));
        w.cluster.produce("rows", name, text("row" + name));
    }
    for (int row = 0; row < 100; ++row) w.produce("k" + std::to_string(row), std::to_string(row));
    kafka_streams app = w.run(joining(persistent), w.config());
    CHECK(eventually([&] { return w.out().size() == 100; }));
    for (const auto& each : w.out())
        CHECK(each == each.substr(0, each.find('=')) + "=row" + each.substr(0, each.find('=')));
}

TEST_CASE("a global table follows its topic while the application runs") {
    world w;
    w.cluster.create_topic("rows", 2);
    kafka_streams app = w.run(joining(false), w.config());
    CHECK(app.wait_for(application_state::running, patience));
    w.cluster.produce("rows", text("a"), text("1"));
    CHECK(eventually([&] { return joins(w, "a=1"); }));
}

TEST_CASE("partitions that are added to the topic of a global table are read too, and the others no second time") {
    struct counting : processor<text, text> {
        explicit counting(std::atomic<int>& records) : records_(records) {}
        void process(const record_type&) override { ++records_; }
        std::atomic<int>& records_;
    };
    world w;
    w.cluster.create_topic("rows", 2);
    w.cluster.create_topic("events", 1);
    std::atomic<int> records{0};
    streams_builder builder;
    auto rows = builder.global_table<text, text>("rows", materialized{.name = "rows", .in_memory = true});
    builder.add_global_store<text, text>(stores::key_value("events", {.persistent = false, .logging = false}), "events",
                                         [&] { return std::make_unique<counting>(records); });
    builder.stream<text, text>("in")
        .left_join(
            rows, [](const text& value) { return value; },
            [](const text& value, const text* row) { return value + "=" + (row ? *row : "?"); })
        .to("out");
    auto config = w.config();
    config.consumer["metadata.max.age.ms"] = "50";
    for (int i = 0; i < 3; ++i) w.cluster.produce("events", text("k"), text("before"));
    kafka_streams app = w.run(builder.build(), config);
    CHECK(app.wait_for(application_state::running, patience));
    CHECK(eventually([&] { return records == 3; }));
    w.cluster.create_partitions("rows", 4);
    w.cluster.create_partitions("events", 2);
    w.cluster.produce("rows", text("a"), text("1"), {.partition = 3});
    w.cluster.produce("events", text("k"), text("after"), {.partition = 1});
    w.cluster.produce("events", text("k"), text("after"), {.partition = 0});
    CHECK(eventually([&] { return joins(w, "a=1"); }));
    CHECK(eventually([&] { return records == 5; }));
    CHECK(app.close(patience));
    CHECK(records == 5);
    CHECK(app.error().empty());
}

TEST_CASE(
    "of partitions that are added to a global topic one without a leader withholds no other, and is told of once") {
    growing_table w;
    kafka_streams app = w.started();
    const kafka::result no_leader{kafka::error_class::retriable, "rows-1 has no leader"};
    w.filling->fail(call::bounds, no_leader);
    w.filling->pass(call::bounds);
    w.filling->fail(call::bounds, no_leader, 10'000);
    w.cluster.create_partitions("rows", 3);
    w.cluster.produce("rows", text("a"), text("1"), {.partition = 2});
    CHECK(eventually([&] { return joins(w, "a=1"); }));
    CHECK(eventually([&] { return w.filling->failed(call::bounds) > 10; }));
    CHECK(std::ranges::count_if(w.log.lines(), [](const auto& line) { return says(line, "rows-1 has no leader"); }) ==
          1);
}

TEST_CASE(
    "a broker that has not heard yet of a partition that was added to a global topic is asked again for a while") {
    growing_table w;
    const bool passes = GENERATE(true, false);
    if (!passes) w.looking.task_timeout = 50ms;
    kafka_streams app = w.started();
    w.cluster.create_partitions("rows", 2);
    REQUIRE(eventually([&] {
        return std::ranges::any_of(w.log.lines(), [](const auto& line) { return says(line, "reads rows-1 too"); });
    }));
    w.filling->fail(call::poll, {kafka::error_class::fatal, "rows-1 does not exist"}, passes ? 3 : 10'000);
    if (!passes) {
        CHECK(app.wait_for(application_state::error, patience));
        return;
    }
    CHECK(eventually([&] { return w.filling->failed(call::poll) == 3; }));
    w.cluster.produce("rows", text("a"), text("1"), {.partition = 1});
    CHECK(eventually([&] { return joins(w, "a=1"); }));
    CHECK(app.error().empty());
}

TEST_CASE("a global table has nothing of a transaction that was aborted, from before the start or after it") {
    world w;
    w.cluster.create_topic("rows", 1);
    const auto writer = w.cluster.clients()->make_producer({.client_id = "w", .transactional_id = "rows"});
    REQUIRE(writer->init_transactions(0ms).ok());
    const auto write = [&](std::string_view key, std::string_view row, bool commit) {
        REQUIRE(writer->begin_transaction().ok());
        REQUIRE(writer->append({.topic = writer->open("rows"), .key = bytes_view(key), .value = bytes_view(row)}).ok());
        REQUIRE((commit ? writer->commit_transaction(0ms) : writer->abort_transaction(0ms)).ok());
    };
    const auto row_of = [&](const text& key) {
        const auto before = w.out().size();
        w.produce("k", key);
        REQUIRE(eventually([&] { return w.out().size() > before; }));
        return w.out().back();
    };
    write("a", "committed", true);
    write("a", "aborted before", false);
    auto config = w.config();
    config.guarantee = processing_guarantee::exactly_once_v2;
    kafka_streams app = w.run(joining(false), config);
    CHECK(row_of("a") == "a=committed");
    write("a", "aborted after", false);
    write("b", "committed", true);
    CHECK(eventually([&] { return row_of("b") == "b=committed"; }));
    CHECK(row_of("a") == "a=committed");
}

TEST_CASE("every instance holds the whole global table") {
    world w(4);
    w.cluster.create_topic("rows", 2);
    for (int row = 0; row < 20; ++row) w.cluster.produce("rows", std::to_string(row), text("x"));
    auto second_config = w.config("two");
    second_config.num_stream_threads = 2;
    kafka_streams first = w.run(joining(true), w.config("one"));
    kafka_streams second = w.run(joining(true), second_config);
    CHECK(eventually([&] { return w.cluster.members("app") == 3; }));
    for (int row = 0; row < 20; ++row) w.produce("k" + std::to_string(row), std::to_string(row));
    CHECK(eventually([&] { return w.out().size() == 20; }));
    for (const auto& each : w.out()) CHECK(each.ends_with("=x"));
}

TEST_CASE("rows deleted while an application is down are not there when it comes back") {
    world w;
    w.cluster.create_topic("rows", 1);
    w.cluster.produce("rows", text("a"), text("1"));
    w.cluster.produce("rows", text("b"), text("1"));
    {
        kafka_streams app = w.run(joining(true), w.config());
        w.produce("k", "a");
        CHECK(eventually([&] { return w.out() == std::vector<text>{"a=1"}; }));
    }
    w.cluster.produce("rows", text("a"), std::optional<text>());
    kafka_streams app = w.run(joining(true), w.config());
    w.produce("k", "a");
    w.produce("k", "b");
    CHECK(eventually([&] { return w.out().size() == 3; }));
    CHECK(w.out() == std::vector<text>{"a=1", "a=?", "b=1"});
}

TEST_CASE("an application whose global topic does not exist says so") {
    world w;
    kafka_streams app(joining(false), w.config(), w.cluster.clients());
    CHECK_THROWS_WITH(app.start(), containing("topic rows") && containing("does not exist"));
}

TEST_CASE("a record of a global topic that does not decode stops the application") {
    world w;
    w.cluster.create_topic("rows", 1);
    streams_builder builder;
    builder.global_table<text, std::int64_t>("rows");
    builder.stream<text, text>("in").to("out");
    kafka_streams app = w.run(builder.build(), w.config());
    CHECK(app.wait_for(application_state::running, patience));
    w.cluster.produce("rows", text("a"), text("no number"));
    CHECK(app.wait_for(application_state::error, patience));
}

TEST_CASE("an application of global tables alone runs without stream threads") {
    world w;
    w.cluster.create_topic("rows", 1);
    streams_builder builder;
    builder.global_table<text, text>("rows");
    kafka_streams app = w.run(builder.build(), w.config());
    CHECK(app.wait_for(application_state::running, patience));
    CHECK(app.close(patience));
    CHECK(app.state() == application_state::not_running);
}

TEST_CASE("a processor of a global store that throws at its close, whatever it throws, is logged and harms nobody") {
    struct closing : processor<text, text> {
        void process(const record_type&) override {}
        void close() override { throw 42; }
    };
    world w;
    w.cluster.create_topic("rows", 1);
    streams_builder builder;
    builder.add_global_store<text, text>(stores::key_value("rows", {.persistent = false, .logging = false}), "rows",
                                         [] { return std::make_unique<closing>(); });
    kafka_streams app = w.run(builder.build(), w.config());
    CHECK(app.wait_for(application_state::running, patience));
    CHECK(app.close(patience));
    CHECK(app.state() == application_state::not_running);
}

TEST_CASE("a processor of a global store that schedules is refused, since nothing would call it") {
    struct scheduling : processor<text, text> {
        void init(context_type& context) override {
            context.schedule(1s, punctuation_type::wall_clock_time, [](std::int64_t) {});
        }
        void process(const record_type&) override {}
    };
    world w;
    w.cluster.create_topic("rows", 1);
    streams_builder builder;
    builder.add_global_store<text, text>(stores::key_value("rows", {.persistent = false, .logging = false}), "rows",
                                         [] { return std::make_unique<scheduling>(); });
    kafka_streams app = w.run(builder.build(), w.config());
    CHECK(app.wait_for(application_state::error, patience));
    CHECK(app.error().find("fills a global store, where nothing is punctuated") != text::npos);
}

TEST_CASE("a stream reads the topics that match its pattern when the application starts") {
    world w;
    w.cluster.create_topic("in-1", 1);
    w.cluster.create_topic("in-2", 2);
    streams_builder builder;
    builder.stream<text, text>(topic_pattern{"in-.*"}).to("out");
    kafka_streams app = w.run(builder.build(), w.config());
    for (const auto* topic : {"in-1", "in-2", "in"}) w.cluster.produce(topic, text("k"), text(topic));
    CHECK(eventually([&] { return w.out().size() == 2; }));
    auto values = w.out();
    std::sort(values.begin(), values.end());
    CHECK(values == std::vector<text>{"in-1", "in-2"});
}
