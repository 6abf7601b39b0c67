#include "catch.hpp"
#include "kafka/captured_log.hpp"
#include "runtime/messages.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/state/stores.hpp>
#include <streams/testing/topology_test_driver.hpp>
#include <streams/topology/processor_api.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::message_of;
using testing_support::says;

namespace {

using text = std::string;

/// Text that is neither read nor written where it says "bad".
struct strict_text {
    text content;
};

} // namespace

template <>
struct streams::serde<strict_text> {
    static void serialize(const strict_text& value, bytes& out) {
        if (value.content.ends_with("!")) throw std::invalid_argument("too loud");
        out.append(std::string_view(value.content));
    }
    static strict_text deserialize(bytes_view in) {
        if (in.text() == "bad") throw std::invalid_argument("no such word");
        return {text(in.text())};
    }
};

namespace {

test_driver_options with_dead_letters() {
    test_driver_options options;
    options.config.errors_dead_letter_queue_topic_name = "dead";
    options.config.on_deserialization_error = resume_on_error{};
    options.config.on_processing_error = resume_on_error{};
    options.config.on_production_error = resume_on_error{};
    return options;
}

std::optional<text> text_of(const std::optional<bytes>& content) {
    return content ? std::optional<text>(content->text()) : std::nullopt;
}

text header_of(const raw_test_record& letter, const text& name) {
    const header* const found = letter.headers.last("__streams.errors." + name);
    if (found == nullptr) return "there is none";
    return found->value ? text(found->value->text()) : "null";
}

/// in -> out, each value through `change`.
template <class Change>
topology changing(Change change) {
    streams_builder builder;
    builder.stream<text, strict_text>("in").map_values(change, named{"change"}).to("out");
    return builder.build();
}

strict_text same(const strict_text& value) { return value; }

struct driver_under_test {
    explicit driver_under_test(topology of, test_driver_options with = with_dead_letters())
        : driver(std::move(of), std::move(with)) {}
    void pipe(const text& value, std::int64_t timestamp = 7, headers with = {}) {
        driver.raw().pipe("in", {.key = bytes("k"),
                                 .value = bytes(std::string_view(value)),
                                 .timestamp = timestamp,
                                 .headers = std::move(with)});
    }
    std::vector<text> out() {
        std::vector<text> values;
        for (const auto& each : driver.raw().written("out")) values.push_back(*text_of(each.value));
        return values;
    }
    const std::vector<raw_test_record>& dead(const text& topic = "dead") { return driver.raw().written(topic); }

    topology_test_driver driver;
};

} // namespace

TEST_CASE("what does not decode is written to the dead-letter topic as it came, with what was wrong in headers") {
    driver_under_test t(changing(same));
    t.pipe("good");
    t.pipe("bad", 8, {{"trace", bytes("a")}});
    CHECK(t.out() == std::vector<text>{"good"});
    REQUIRE(t.dead().size() == 1);
    const auto& letter = t.dead()[0];
    CHECK(text_of(letter.key) == "k");
    CHECK(text_of(letter.value) == "bad");
    CHECK(letter.timestamp == 8);
    CHECK(letter.headers.last("trace") != nullptr);
    CHECK(header_of(letter, "exception") == "streams::undecodable");
    CHECK(says(header_of(letter, "message"), "no such word"));
    CHECK(says(header_of(letter, "stacktrace"), "Caused by: std::invalid_argument: no such word"));
    CHECK(header_of(letter, "topic") == "in");
    CHECK(header_of(letter, "partition") == "0");
    CHECK(header_of(letter, "offset") == "1");
    CHECK(t.driver.dropped()[drop_reason::deserialization] == 1);
    CHECK(t.driver.output_topic<text, text>("dead").size() == 1);
}

TEST_CASE("a deserialization handler that throws is named, with the record that it was asked about") {
    const bool no_exception = GENERATE(false, true);
    test_driver_options options;
    options.config.on_deserialization_error = [&](const undecodable_record&,
                                                  const std::exception&) -> handler_response {
        if (no_exception) throw 42;
        throw std::runtime_error("no pager");
    };
    driver_under_test t(changing(same), options);
    const auto message = message_of([&] { t.pipe("bad"); });
    for (const char* part : {"topic in partition 0 offset 0", "no such word", "deserialization exception handler"})
        CHECK(says(message, part));
    CHECK(says(message, no_exception ? "no std::exception" : "no pager"));
}

TEST_CASE("a production handler that throws what is no exception is named, with the record's topic") {
    test_driver_options options;
    options.config.on_production_error = [](const unwritable_record&, const std::exception&) -> production_response {
        throw 42;
    };
    driver_under_test t(changing(same), options);
    const auto message = message_of([&] { t.pipe("loud!"); });
    for (const char* part : {"topic out", "too loud", "production exception handler", "no std::exception"})
        CHECK(says(message, part));
}

TEST_CASE("a record whose time is not to be had because it does not decode is a dead letter when its turn comes") {
    streams_builder builder;
    builder
        .stream<text, strict_text>("in", timestamp_from([](const strict_text& value) {
                                       return static_cast<std::int64_t>(value.content.size());
                                   }))
        .to("out");
    driver_under_test t(builder.build());
    for (const text value : {"bad", "word", "bad"}) t.pipe(value);
    CHECK(t.out() == std::vector<text>{"word"});
    REQUIRE(t.dead().size() == 2);
    CHECK(header_of(t.dead()[1], "offset") == "2");
}

TEST_CASE("a record that a node throws at is a dead letter with the bytes that were read") {
    driver_under_test t(changing([](const strict_text& value) -> strict_text {
        if (value.content == "odd") throw std::domain_error("cannot be");
        return value;
    }));
    t.pipe("odd", 9);
    t.pipe("even", 10);
    CHECK(t.out() == std::vector<text>{"even"});
    REQUIRE(t.dead().size() == 1);
    CHECK(text_of(t.dead()[0].value) == "odd");
    CHECK(t.dead()[0].timestamp == 9);
    CHECK(header_of(t.dead()[0], "exception") == "std::domain_error");
    CHECK(header_of(t.dead()[0], "message") == "cannot be");
    CHECK(t.driver.dropped()[drop_reason::processing] == 1);
}

TEST_CASE("what a serde refuses to write is dropped, counted and a dead letter, and the input record goes on") {
    streams_builder builder;
    auto in = builder.stream<text, strict_text>("in");
    in.map_values([](const strict_text& value) { return strict_text{value.content + "!"}; }).to("loud");
    in.to("out");
    auto options = with_dead_letters();
    std::vector<text> asked;
    options.config.on_production_error = [&](const unwritable_record& failed,
                                             const std::exception& cause) -> production_answer {
        CHECK(failed.step == production_step::serializing_value);
        CHECK(says(failed.node, "SINK"));
        CHECK(failed.metadata.offset == 0);
        CHECK(failed.output.topic == "loud");
        CHECK(failed.output.key == bytes_view(std::string_view("k")));
        CHECK(failed.output.timestamp == 7);
        CHECK_FALSE(failed.retriable);
        REQUIRE(failed.record != nullptr);
        asked.emplace_back(cause.what());
        return resume_on_error{}(failed, cause);
    };
    driver_under_test t(builder.build(), options);
    t.pipe("word");
    CHECK(t.out() == std::vector<text>{"word"});
    CHECK(t.driver.raw().written("loud").empty());
    CHECK(asked == std::vector<text>{"too loud"});
    REQUIRE(t.dead().size() == 1);
    CHECK(text_of(t.dead()[0].value) == "word");
    CHECK(header_of(t.dead()[0], "exception") == "std::invalid_argument");
    CHECK(t.driver.dropped()[drop_reason::production] == 1);
    CHECK(t.driver.dropped().total() == 1);
}

TEST_CASE("where the production handler fails about a serde, the processing handler is asked, as in Kafka Streams") {
    const auto loud = changing([](const strict_text& value) { return strict_text{value.content + "!"}; });
    auto options = with_dead_letters();
    options.config.on_production_error = fail_on_error{};
    {
        driver_under_test t(loud, options);
        t.pipe("word");
        CHECK(t.driver.dropped()[drop_reason::processing] == 1);
        CHECK(t.driver.dropped()[drop_reason::production] == 0);
        CHECK(t.dead().size() == 2);
    }
    options.config.on_processing_error = fail_on_error{};
    driver_under_test t(loud, options);
    const auto message = message_of([&] { t.pipe("word"); });
    for (const char* part :
         {"topic in partition 0 offset 0", "the value of a record for topic out cannot be serialized", "too loud",
          "production.exception.handler"})
        CHECK(says(message, part));
}

TEST_CASE("retry is no answer about a serde, and fails") {
    auto options = with_dead_letters();
    options.config.on_processing_error = fail_on_error{};
    options.config.on_production_error = [](const unwritable_record&, const std::exception&) {
        return production_response::retry;
    };
    driver_under_test t(changing([](const strict_text& value) { return strict_text{value.content + "!"}; }), options);
    CHECK(says(message_of([&] { t.pipe("word"); }), "cannot be serialized"));
}

TEST_CASE("a handler that fails writes its dead letter, and the task ends") {
    auto options = with_dead_letters();
    options.config.on_deserialization_error = fail_on_error{};
    driver_under_test t(changing(same), options);
    CHECK(says(message_of([&] { t.pipe("bad"); }), "cannot decode"));
    CHECK(t.dead().size() == 1);
}

TEST_CASE("a handler answers with records of its own, to any topic, and the setting is no matter of it") {
    auto options = with_dead_letters();
    options.config.on_deserialization_error = [](const undecodable_record& failed,
                                                 const std::exception& cause) -> handler_answer {
        CHECK(failed.dead_letter_topic == "dead");
        dead_letter first{.topic = "mine", .key = bytes("k"), .value = bytes(*failed.record.value), .timestamp = 3};
        first.headers.add("why", bytes(std::string_view(cause.what())));
        return {handler_response::resume, {first, dead_letter{.topic = "yours"}}};
    };
    driver_under_test t(changing(same), options);
    t.pipe("bad");
    CHECK(t.dead().empty());
    REQUIRE(t.dead("mine").size() == 1);
    CHECK(t.dead("mine")[0].timestamp == 3);
    CHECK(t.dead("yours").size() == 1);
    CHECK(t.driver.output_topic<text, text>("mine").read_value() == "bad");
}

TEST_CASE("without a dead-letter topic nothing is written but results") {
    auto options = with_dead_letters();
    options.config.errors_dead_letter_queue_topic_name.clear();
    driver_under_test t(changing(same), options);
    t.pipe("bad");
    t.pipe("good");
    CHECK(t.driver.produced_topics() == std::vector<text>{"out"});
}

TEST_CASE("behind a cache there is no input record at hand, and the dead letter has nulls in its place") {
    streams_builder builder;
    builder.stream<text, strict_text>("in")
        .group_by_key()
        .count(materialized{.name = "counts"})
        .to_stream()
        .map_values([](std::int64_t) -> text { throw std::runtime_error("never"); }, named{"behind"})
        .to("out");
    driver_under_test t(builder.build());
    t.pipe("word", 20);
    REQUIRE(t.dead().size() == 1);
    CHECK_FALSE(t.dead()[0].key);
    CHECK_FALSE(t.dead()[0].value);
    CHECK(t.dead()[0].timestamp == 20);
    CHECK(header_of(t.dead()[0], "topic") == "in");
    CHECK(header_of(t.dead()[0], "offset") == "0");
}

TEST_CASE("a punctuation that throws is a dead letter of no input record") {
    struct throwing final : processor<text, strict_text, text, text> {
        void init(context_type& context) override {
            context.schedule(10ms, punctuation_type::wall_clock_time,
                             [](std::int64_t) { throw std::runtime_error("in a punctuation"); });
        }
        void process(const record_type&) override {}
    };
    streams_builder builder;
    builder.stream<text, strict_text>("in").process([] { return std::make_unique<throwing>(); }).to("out");
    driver_under_test t(builder.build());
    t.driver.advance_wall_clock(10ms);
    REQUIRE(t.dead().size() == 1);
    CHECK(t.dead()[0].timestamp == 10);
    CHECK_FALSE(t.dead()[0].value);
    CHECK(header_of(t.dead()[0], "message") == "in a punctuation");
    CHECK(header_of(t.dead()[0], "topic") == "null");
    CHECK(header_of(t.dead()[0], "offset") == "-1");
}

TEST_CASE("nodes of global stores write no dead letters, and say so once") {
    struct refuses final : processor<text, strict_text> {
        void process(const record_type&) override { throw std::runtime_error("no"); }
    };
    streams_builder builder;
    builder.add_global_store<text, strict_text>(stores::key_value("global", {.timestamped = false}), "globals",
                                                [] { return std::make_unique<refuses>(); });
    auto options = with_dead_letters();
    options.config.processing_exception_handler_global_enabled = true;
    const tests::captured_log log;
    topology_test_driver driver(builder.build(), options);
    for (const text value : {"bad", "odd", "odd"})
        driver.raw().pipe("globals", {.key = bytes("k"), .value = bytes(std::string_view(value)), .timestamp = 1});
    CHECK(driver.produced_topics().empty());
    CHECK(std::ranges::count_if(log.lines(),
                                [](const text& line) { return says(line, "global stores have no producer"); }) == 1);
    CHECK(driver.dropped()[drop_reason::deserialization] == 1);
    CHECK(driver.dropped()[drop_reason::processing] == 2);
}

TEST_CASE("a dead letter that is read by the same topology comes back as input") {
    streams_builder builder;
    builder.stream<text, strict_text>("in").to("out");
    builder.stream<text, text>("dead").map_values([](const text& value) { return "again " + value; }).to("out");
    driver_under_test t(builder.build());
    t.pipe("bad");
    CHECK(t.out() == std::vector<text>{"again bad"});
}
