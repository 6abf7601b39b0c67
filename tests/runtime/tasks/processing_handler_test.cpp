#include "catch.hpp"
#include "faults/faulty_clients.hpp"
#include "runtime/messages.hpp"
#include "runtime/world.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/state/stores.hpp>
#include <streams/testing/topology_test_driver.hpp>
#include <streams/topology/processor_api.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::eventually;
using testing_support::message_of;
using testing_support::says;

namespace {

using text = std::string;

/// What a handler was asked.
struct question {
    text node;
    text topic;
    std::int64_t offset;
    std::int64_t timestamp;
    text header;
    std::optional<text> value; ///< of the input record, where it was at hand
    text cause;
};

/// A driver whose handler resumes and remembers.
struct resuming_driver {
    explicit resuming_driver(topology of) : driver(std::move(of), options()) {}

    void pipe(const text& value, std::int64_t timestamp) {
        driver.input_topic<text, text>("in").pipe("k", value, timestamp);
    }
    std::vector<text> read(const text& topic) {
        std::vector<text> values;
        for (const auto& each : driver.output_topic<text, text>(topic).read_all()) values.push_back(each.value);
        return values;
    }
    test_driver_options options() {
        test_driver_options o;
        o.config.on_processing_error = [this](const unprocessable_record& failed, const std::exception& cause) {
            const header* const found = failed.headers.last("h");
            asked.push_back({text(failed.node), text(failed.metadata.topic), failed.metadata.offset, failed.timestamp,
                             found && found->value ? text(found->value->text()) : "",
                             failed.record && failed.record->value ? std::optional(text(failed.record->value->text()))
                                                                   : std::nullopt,
                             cause.what()});
            return handler_response::resume;
        };
        return o;
    }

    std::vector<question> asked;
    topology_test_driver driver;
};

text not_bad(const text& value) {
    if (value == "bad") throw std::runtime_error("bad value");
    return value;
}

/// Forwards, and ticks by stream time.
struct ticking final : processor<text, text, text, text> {
    void init(context_type& context) override {
        context_ = &context;
        context.schedule(10ms, punctuation_type::stream_time, [this](std::int64_t now) {
            if (now == 20) throw std::runtime_error("in a punctuation");
            context_->forward("tick", now == 30 ? "bad" : std::to_string(now), now);
        });
    }
    void process(const record_type& r) override { context_->forward(r); }
    context_type* context_ = nullptr;
};

/// Says `before` and `after`, with a header of its own around what it forwards.
struct framing final : processor<text, text, text, text> {
    void init(context_type& context) override { context_ = &context; }
    void process(const record_type& r) override {
        headers marked;
        marked.add("h", bytes(std::string_view("own")));
        context_->forward({r.key, "before", r.timestamp, marked});
        context_->forward({r.key, r.value, r.timestamp + 5, marked});
        context_->forward({r.key, "after", r.timestamp, marked});
    }
    context_type* context_ = nullptr;
};

} // namespace

TEST_CASE("a node that throws loses its record, its siblings do not") {
    streams_builder builder;
    auto in = builder.stream<text, text>("in");
    in.map_values(not_bad, named{"first"}).to("one");
    in.to("two");
    in.map_values(not_bad, named{"third"}).to("three");
    resuming_driver d(builder.build());
    for (const text value : {"a", "bad", "b"}) d.pipe(value, 7);
    CHECK(d.read("one") == std::vector<text>{"a", "b"});
    CHECK(d.read("two") == std::vector<text>{"a", "bad", "b"});
    CHECK(d.read("three") == std::vector<text>{"a", "b"});
    REQUIRE(d.asked.size() == 2);
    CHECK(d.asked[0].node == "first");
    CHECK(d.asked[1].node == "third");
    CHECK(d.asked[0].topic == "in");
    CHECK(d.asked[0].offset == 1);
    CHECK(d.asked[0].timestamp == 7);
    CHECK(d.asked[0].value == "bad");
    CHECK(d.asked[0].cause == "bad value");
}

TEST_CASE("an error is answered by the node that threw, and the node above goes on") {
    streams_builder builder;
    builder.stream<text, text>("in")
        .process([] { return std::make_unique<framing>(); }, named{"frame"})
        .map_values(not_bad, named{"inner"})
        .to("out");
    resuming_driver d(builder.build());
    d.pipe("bad", 1);
    CHECK(d.read("out") == std::vector<text>{"before", "after"});
    REQUIRE(d.asked.size() == 1);
    CHECK(d.asked[0].node == "inner");
    CHECK(d.asked[0].timestamp == 6);
    CHECK(d.asked[0].header == "own");
}

TEST_CASE("a handler is asked once about an error, however deep it was thrown") {
    int asked = 0;
    test_driver_options o;
    o.config.on_processing_error = [&](const unprocessable_record&, const std::exception&) {
        ++asked;
        return handler_response::fail;
    };
    streams_builder builder;
    builder.stream<text, text>("in")
        .filter([](const text&) { return true; })
        .map_values(not_bad, named{"deep"})
        .to("out");
    topology_test_driver driver(builder.build(), o);
    const auto message = message_of([&] { driver.input_topic<text, text>("in").pipe("k", "bad", std::int64_t{1}); });
    CHECK(asked == 1);
    for (const char* part :
         {"topic in partition 0 offset 0", "node deep threw: bad value", "processing.exception.handler"})
        CHECK(says(message, part));
}

TEST_CASE("a sink whose choice of a topic throws is a node that threw") {
    streams_builder builder;
    auto in = builder.stream<text, text>("in");
    in.to([](const text&, const text& value) { return not_bad(value); });
    in.to("all");
    resuming_driver d(builder.build());
    d.pipe("bad", 1);
    CHECK(d.read("all").size() == 1);
    REQUIRE(d.asked.size() == 1);
    CHECK(says(d.asked[0].node, "SINK"));
}

TEST_CASE("what throws behind a cache that is flushed is answered for, and names the update's record") {
    streams_builder builder;
    builder.stream<text, text>("in")
        .group_by_key()
        .count(materialized{.name = "counts"})
        .to_stream()
        .map_values([](std::int64_t count) { return not_bad(count == 2 ? "bad" : std::to_string(count)); },
                    named{"behind"})
        .to("out");
    resuming_driver d(builder.build());
    for (const std::int64_t time : {1, 20, 21}) d.pipe("v", time);
    CHECK(d.read("out") == std::vector<text>{"1", "3"});
    REQUIRE(d.asked.size() == 1);
    CHECK(d.asked[0].node == "behind");
    CHECK(d.asked[0].offset == 1);
    CHECK(d.asked[0].timestamp == 20);
}

TEST_CASE("a punctuation that throws is answered for, and so is what it forwards") {
    streams_builder builder;
    builder.stream<text, text>("in")
        .process([] { return std::make_unique<ticking>(); }, named{"ticks"})
        .map_values(not_bad, named{"behind"})
        .to("out");
    resuming_driver d(builder.build());
    for (const std::int64_t time : {10, 20, 30, 40}) d.pipe(std::to_string(time), time);
    CHECK(d.read("out") == std::vector<text>{"10", "10", "20", "30", "40", "40"});
    REQUIRE(d.asked.size() == 2);
    CHECK(d.asked[0].node == "ticks");
    CHECK(d.asked[0].cause == "in a punctuation");
    CHECK(d.asked[0].timestamp == 20);
    CHECK(d.asked[0].offset == -1);
    CHECK_FALSE(d.asked[0].value);
    CHECK(d.asked[1].node == "behind");
    CHECK(d.asked[1].timestamp == 30);
}

TEST_CASE("a punctuation that throws without a handler names its node and its time") {
    streams_builder builder;
    builder.stream<text, text>("in").process([] { return std::make_unique<ticking>(); }, named{"ticks"}).to("out");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<text, text>("in");
    in.pipe("k", "v", std::int64_t{10});
    const auto message = message_of([&] { in.pipe("k", "v", std::int64_t{20}); });
    CHECK(says(message, "a punctuation at 20 ms: node ticks threw: in a punctuation"));
}

TEST_CASE("a record that waited for a join fails alone") {
    streams_builder builder;
    const auto table = builder.table<text, text>("rows", materialized{.name = "rows", .history_retention = 1h});
    builder.stream<text, text>("in")
        .left_join(
            table, [](const text& value, const text*) { return not_bad(value); }, joined{.grace = 10ms})
        .to("out");
    resuming_driver d(builder.build());
    d.pipe("bad", 1);
    d.pipe("good", 2);
    d.pipe("late", 30);
    d.pipe("later", 60);
    CHECK(d.read("out") == std::vector<text>{"good", "late"});
    REQUIRE(d.asked.size() == 1);
    CHECK(d.asked[0].offset == 0);
    CHECK_FALSE(d.asked[0].value); // the record at hand is another one
}

TEST_CASE("an unmatched record whose joiner throws is not tried for ever") {
    streams_builder builder;
    const auto right = builder.stream<text, text>("right");
    builder.stream<text, text>("in")
        .left_join(
            right, [](const text& value, const text*) { return not_bad(value); }, join_windows{10ms})
        .to("out");
    resuming_driver d(builder.build());
    d.pipe("bad", 1);
    for (const std::int64_t time : {100, 200, 300}) d.pipe(std::to_string(time), time);
    CHECK(d.read("out") == std::vector<text>{"100", "200"});
    CHECK(d.asked.size() == 1);
}

TEST_CASE("a handler that throws ends the task with both sentences' causes") {
    test_driver_options o;
    o.config.on_processing_error = [](const unprocessable_record&, const std::exception&) -> handler_response {
        throw std::runtime_error("no pager");
    };
    streams_builder builder;
    builder.stream<text, text>("in").map_values(not_bad, named{"n"}).to("out");
    topology_test_driver driver(builder.build(), o);
    const auto message = message_of([&] { driver.input_topic<text, text>("in").pipe("k", "bad", std::int64_t{1}); });
    CHECK(says(message, "node n"));
    CHECK(says(message, "no pager"));
}

TEST_CASE("what is thrown that is no exception is answered for too") {
    streams_builder builder;
    builder.stream<text, text>("in")
        .peek([](const text& value) {
            if (value == "bad") throw 42;
        })
        .to("out");
    resuming_driver d(builder.build());
    d.pipe("bad", 1);
    d.pipe("good", 2);
    CHECK(d.read("out") == std::vector<text>{"good"});
    REQUIRE(d.asked.size() == 1);
    CHECK(says(d.asked[0].cause, "no std::exception"));
}

TEST_CASE("errors of the cluster are no fault of a record, and no handler is asked") {
    testing_support::world w;
    auto plan = std::make_shared<testing_support::fault_plan>();
    auto config = w.config();
    std::atomic<int> asked = 0;
    config.on_processing_error = [&](const unprocessable_record&, const std::exception&) {
        ++asked;
        return handler_response::resume;
    };
    streams_builder builder;
    builder.stream<text, text>("in").to("out");
    auto app =
        w.run(builder.build(), config, std::make_shared<testing_support::faulty_clients>(w.cluster.clients(), plan));
    plan->fail(testing_support::call::append, {kafka::error_class::fatal, "refused for good"}, 10);
    w.produce("k", "v", 1234);
    CHECK(app.wait_for(application_state::error, testing_support::patience));
    for (const char* part : {"refused for good", "timestamp 1234", "record 0 of in-0"}) CHECK(says(app.error(), part));
    CHECK(asked == 0);
}

TEST_CASE("a node of a global store is answered for where the setting says so") {
    struct refuses_bad final : processor<text, text> {
        void init(context_type& context) override { store_ = &context.state_store<key_value_store>("global"); }
        void process(const record_type& r) override {
            const text value = not_bad(r.value);
            store_->put(bytes_view(std::string_view(r.key)), bytes_view(std::string_view(value)));
        }
        key_value_store* store_ = nullptr;
    };
    const auto what = [] {
        streams_builder builder;
        builder.add_global_store<text, text>(stores::key_value("global", {.timestamped = false}), "globals",
                                             [] { return std::make_unique<refuses_bad>(); });
        return builder.build();
    };
    test_driver_options o;
    o.config.on_processing_error = resume_on_error{};
    {
        topology_test_driver driver(what(), o);
        const auto message =
            message_of([&] { driver.input_topic<text, text>("globals").pipe("k", "bad", std::int64_t{1}); });
        CHECK(says(message, "processing.exception.handler.global.enabled to true"));
    }
    o.config.processing_exception_handler_global_enabled = true;
    topology_test_driver driver(what(), o);
    driver.input_topic<text, text>("globals").pipe("k", "bad", std::int64_t{1});
    CHECK_NOTHROW(driver.input_topic<text, text>("globals").pipe("k", "good", std::int64_t{2}));
}
