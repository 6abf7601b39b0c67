#include "testing/word_lengths.hpp"

#include <streams/core/partitioner.hpp>
#include <streams/testing/topology_test_driver.hpp>

#include "catch.hpp"

using namespace streams;
using namespace std::chrono_literals;
using testing_support::passthrough;
using testing_support::word_lengths;

namespace {

/// Forwards, at each punctuation, its time under the key `key`, and every record as it is.
class ticking final : public processor<std::string, std::string, std::string, std::string> {
public:
    ticking(punctuation_type type, std::chrono::milliseconds interval) : type_(type), interval_(interval) {}
    void init(context_type& context) override {
        context_ = &context;
        schedule_ = context.schedule(interval_, type_, [this](std::int64_t now) { tick(now); });
    }
    void process(const record_type& r) override {
        if (r.value == "stop") schedule_->cancel();
        context_->forward(r);
    }

private:
    void tick(std::int64_t now) {
        REQUIRE_FALSE(context_->record_metadata().has_value());
        REQUIRE(context_->headers().empty());
        context_->forward("tick", std::to_string(now), now);
    }
    punctuation_type type_;
    std::chrono::milliseconds interval_;
    context_type* context_ = nullptr;
    std::optional<cancellable> schedule_;
};

topology ticks(punctuation_type type, std::chrono::milliseconds interval) {
    topology t;
    t.add_source<std::string, std::string>("source", "in")
        .add_processor("ticking", [=] { return std::make_unique<ticking>(type, interval); }, {"source"})
        .add_sink<std::string, std::string>("sink", "out", {"ticking"});
    return t;
}

/// Notes where each record comes from.
class noting final : public processor<std::string, std::string, std::string, std::string> {
public:
    void init(context_type& context) override { context_ = &context; }
    void process(const record_type& r) override {
        const auto from = context_->record_metadata();
        context_->forward(
            r.key, concat(to_string(context_->task()), " ", from->topic, "-", from->partition, "@", from->offset),
            r.timestamp);
    }

private:
    context_type* context_ = nullptr;
};

topology notes() {
    topology t;
    t.add_source<std::string, std::string>("source", "in", "in2")
        .add_processor("noting", [] { return std::make_unique<noting>(); }, {"source"})
        .add_sink<std::string, std::string>("sink", "out", {"noting"});
    return t;
}

} // namespace

TEST_CASE("a piped record is processed through repartition topics before the call returns") {
    topology_test_driver driver{word_lengths()};
    auto words = driver.input_topic<std::string, std::string>("words");
    auto sums = driver.output_topic<std::string, std::int64_t>("sums");
    words.pipe("x", "ab", 1ms);
    words.pipe("y", "abc", 2ms);
    words.pipe("z", "ab", 3ms);
    CHECK(sums.read_key_values() ==
          std::vector<std::pair<std::string, std::int64_t>>{{"ab", 2}, {"abc", 3}, {"ab", 4}});
    CHECK(sums.empty());
}

TEST_CASE("every written topic can be read, under its full name, changelogs included") {
    topology_test_driver driver{word_lengths(), {.config = {.application_id = "app"}}};
    driver.input_topic<std::string, std::string>("words").pipe("x", "ab", 7ms);
    CHECK(driver.produced_topics() ==
          std::vector<std::string>{"app-lengths-repartition", "app-sums-changelog", "sums"});
    const auto& changes = driver.raw().written("app-sums-changelog");
    REQUIRE(changes.size() == 1);
    CHECK(changes[0].key == bytes(std::string_view("ab")));
    CHECK(changes[0].value == bytes(std::string_view("\0\0\0\0\0\0\0\2", 8)));
    CHECK(changes[0].timestamp == 7);
    auto log = driver.output_topic<std::string, std::int64_t>("app-sums-changelog");
    CHECK(log.read() == test_record<std::string, std::int64_t>{"ab", 2, 7});
}

TEST_CASE("stores can be read") {
    topology_test_driver driver{word_lengths()};
    auto words = driver.input_topic<std::string, std::string>("words");
    for (const auto* word : {"ab", "abc", "ab"}) words.pipe("x", word, 7ms);
    auto sums = driver.key_value_store<std::string, std::int64_t>("sums");
    CHECK(sums.get("ab") == 4);
    CHECK(sums.get("a") == std::nullopt);
    CHECK(sums.get_with_timestamp("abc") == value_and_timestamp<std::int64_t>{3, 7});
    CHECK(sums.map() == std::map<std::string, std::int64_t>{{"ab", 4}, {"abc", 3}});
}

TEST_CASE("a store is asked for by its name and kind") {
    topology_test_driver driver{word_lengths()};
    CHECK_THROWS_WITH((driver.key_value_store<std::string, std::int64_t>("sum")),
                      "store sum is not in the topology under test, which has sums; name one of those");
    CHECK_THROWS_WITH((driver.window_store<std::string, std::int64_t>("sums")),
                      "store sums is no window store; ask the driver for a store of the kind the topology declares");
}

TEST_CASE("stream-time punctuation runs at once, then once an interval, with the missed ones in one") {
    topology_test_driver driver{ticks(punctuation_type::stream_time, 10ms)};
    auto in = driver.input_topic<std::string, std::string>("in");
    auto out = driver.output_topic<std::string, std::string>("out");
    in.pipe("k", "a", 5ms);
    CHECK(out.read_values() == std::vector<std::string>{"a", "5"});
    in.pipe("k", "b", 9ms);
    CHECK(out.read_values() == std::vector<std::string>{"b"});
    in.pipe("k", "c", 47ms);
    CHECK(out.read_values() == std::vector<std::string>{"c", "47"});
    in.pipe("k", "late", 3ms);
    CHECK(out.read_values() == std::vector<std::string>{"late"});
    in.pipe("k", "d", 50ms);
    CHECK(out.read() == test_record<std::string, std::string>{"k", "d", 50});
    CHECK(out.read() == test_record<std::string, std::string>{"tick", "50", 50});
}

TEST_CASE("wall-clock punctuation follows the test's clock alone") {
    topology_test_driver driver{ticks(punctuation_type::wall_clock_time, 10ms), {.wall_clock = 1000ms}};
    auto in = driver.input_topic<std::string, std::string>("in");
    auto out = driver.output_topic<std::string, std::string>("out");
    CHECK(driver.wall_clock() == 1000);
    in.pipe("k", "a", 5000ms);
    CHECK(out.read_values() == std::vector<std::string>{"a"});
    driver.advance_wall_clock(9ms);
    CHECK(out.empty());
    driver.advance_wall_clock(1ms);
    CHECK(out.read_all() == std::vector<test_record<std::string, std::string>>{{"tick", "1010", 1010}});
    driver.advance_wall_clock(35ms);
    CHECK(out.read_values() == std::vector<std::string>{"1045"});
    in.pipe("k", "stop", 5000ms);
    driver.advance_wall_clock(100ms);
    CHECK(out.read_values() == std::vector<std::string>{"stop"});
}

TEST_CASE("with one partition task 0_0 runs the whole topology, and offsets count for each topic") {
    topology_test_driver driver{notes()};
    auto first = driver.input_topic<std::string, std::string>("in");
    auto second = driver.input_topic<std::string, std::string>("in2");
    auto out = driver.output_topic<std::string, std::string>("out");
    first.pipe("k", "", 0ms);
    first.pipe("l", "", 0ms);
    second.pipe("k", "", 0ms);
    CHECK(out.read_values() == std::vector<std::string>{"0_0 in-0@0", "0_0 in-0@1", "0_0 in2-0@0"});
}

TEST_CASE("with several partitions records are placed by murmur2 of their key, and each partition has a task") {
    topology_test_driver driver{notes(), {.partitions = 4}};
    auto in = driver.input_topic<std::string, std::string>("in");
    auto out = driver.output_topic<std::string, std::string>("out");
    for (const auto* key : {"a", "b", "c", "d", "a"}) in.pipe(key, "", 0ms);
    std::map<std::string, std::string> first_of_key;
    for (const auto& r : out.read_all()) {
        const bytes key{std::string_view(r.key)};
        const std::string where = std::to_string(partition_of(key, 4));
        CHECK(r.value.rfind("0_" + where + " in-" + where + "@", 0) == 0);
        CHECK(r.partition == partition_of(key, 4));
        first_of_key.emplace(r.key, r.value);
    }
    CHECK(first_of_key.size() == 4);
    in.pipe({.key = "a", .partition = 3});
    CHECK(out.read_value().rfind("0_3 in-3@", 0) == 0);
}

TEST_CASE("with several partitions repartition topics lead from task to task") {
    topology_test_driver driver{word_lengths(), {.config = {.application_id = "app"}, .partitions = 3}};
    auto words = driver.input_topic<std::string, std::string>("words");
    auto sums = driver.output_topic<std::string, std::int64_t>("sums");
    for (const auto* key : {"k1", "k2", "k3", "k4", "k5"})
        for (const auto* word : {"a", "bb", "ccc"}) words.pipe(key, word, 1ms);
    CHECK(sums.read_map() == std::map<std::string, std::int64_t>{{"a", 5}, {"bb", 10}, {"ccc", 15}});
    CHECK(driver.key_value_store<std::string, std::int64_t>("sums").map() ==
          std::map<std::string, std::int64_t>{{"a", 5}, {"bb", 10}, {"ccc", 15}});
    for (const auto& change : driver.raw().written("app-sums-changelog"))
        CHECK(change.partition == partition_of(*change.key, 3));
}

TEST_CASE("an explicit partition count of a repartition topic counts where there are several partitions") {
    topology t;
    t.add_repartition_topic({.name = "r-repartition", .partitions = 2})
        .add_source<std::string, std::string>("source", "in")
        .add_sink<std::string, std::string>("to-r", "r-repartition", {"source"})
        .add_source<std::string, std::string>("from-r", "r-repartition")
        .add_processor("noting", [] { return std::make_unique<noting>(); }, {"from-r"})
        .add_sink<std::string, std::string>("sink", "out", {"noting"});
    topology_test_driver driver{t, {.partitions = 4}};
    auto in = driver.input_topic<std::string, std::string>("in");
    auto out = driver.output_topic<std::string, std::string>("out");
    for (int i = 0; i < 20; ++i) in.pipe("key-" + std::to_string(i), "v", 0ms);
    REQUIRE(out.size() == 20);
    while (!out.empty()) {
        const auto where = out.read_value().substr(0, 3);
        CHECK((where == "1_0" || where == "1_1"));
    }
}

TEST_CASE("a topic that the topology writes and reads comes back as input") {
    topology t;
    t.add_source<std::string, std::string>("a", "in")
        .add_sink<std::string, std::string>("to-b", "b", {"a"})
        .add_source<std::string, std::string>("b", "b")
        .add_sink<std::string, std::string>("out", "out", {"b"});
    topology_test_driver driver{t};
    driver.input_topic<std::string, std::string>("in").pipe("k", "v", 3ms);
    CHECK(driver.output_topic<std::string, std::string>("b").size() == 1);
    CHECK(driver.output_topic<std::string, std::string>("out").read() ==
          test_record<std::string, std::string>{"k", "v", 3});
}

TEST_CASE("an error names the record, stops the topology under test, and the driver says so from then on") {
    topology_test_driver driver{word_lengths()};
    auto words = driver.input_topic<std::string, std::string>("words");
    words.pipe("x", "ok", 1ms);
    CHECK_THROWS_WITH(words.pipe("x", "boom", 2ms),
                      containing("boom came") && containing("topic words partition 0 offset 1"));
    CHECK_THROWS_WITH(words.pipe("x", "ok", 3ms),
                      "the topology under test has failed before and cannot go on; make a new driver");
    CHECK(driver.output_topic<std::string, std::int64_t>("sums").size() == 1);
}

TEST_CASE("handlers of the configuration decide about bad records, and drops are counted") {
    topology_test_driver driver{
        word_lengths(),
        {.config = {.on_deserialization_error = resume_on_error{}, .on_processing_error = resume_on_error{}}}};
    auto words = driver.input_topic<std::string, std::string>("words");
    words.pipe("x", "boom", 2ms);
    driver.raw().pipe("words", {.key = bytes(std::string_view("x"))});
    words.pipe("x", "ok", 3ms);
    CHECK(driver.dropped()[drop_reason::processing] == 1);
    CHECK(driver.dropped()[drop_reason::deserialization] == 1);
    CHECK(driver.output_topic<std::string, std::int64_t>("sums").size() == 1);
}

TEST_CASE("a record that does not decode names itself and both remedies") {
    topology_test_driver driver{word_lengths()};
    CHECK_THROWS_WITH(driver.raw().pipe("words", {.key = bytes(std::string_view("x"))}),
                      containing("topic words partition 0 offset 0") && containing("std::optional") &&
                          containing("on_null"));
}

TEST_CASE("a closed driver takes no more input") {
    topology_test_driver driver{passthrough()};
    driver.close();
    driver.close();
    CHECK_THROWS_WITH(driver.advance_wall_clock(1ms), "the test driver is closed; make a new one");
}

TEST_CASE("a driver refuses what cannot run") {
    CHECK_THROWS_AS(topology_test_driver{topology{}}, topology_error);
    CHECK_THROWS_WITH((topology_test_driver{passthrough(), {.partitions = 0}}),
                      "a test driver cannot run with 0 partitions; ask for at least 1");
    CHECK_THROWS_AS((topology_test_driver{passthrough(), {.config = {.num_stream_threads = 0}}}), config_error);
}

namespace {

/// Forwards the times of a schedule that starts at a time, from either kind of processor.
class anchored final : public processor<std::string, std::string, std::string, std::string> {
public:
    anchored(punctuation_type type, std::chrono::milliseconds start) : type_(type), start_(start) {}
    void init(context_type& context) override {
        context.schedule(std::chrono::sys_time<std::chrono::milliseconds>(start_), 10ms, type_,
                         [&context](std::int64_t now) { context.forward("tick", std::to_string(now), now); });
    }
    void process(const record_type&) override {}

private:
    punctuation_type type_;
    std::chrono::milliseconds start_;
};
class anchored_for_values final : public fixed_key_processor<std::string, std::string, std::string> {
public:
    void init(context_type& context) override {
        context.schedule(std::chrono::sys_days{std::chrono::year(1970) / 1 / 1} + 15ms, 10ms,
                         punctuation_type::stream_time, [this](std::int64_t now) { last_ = std::to_string(now); });
    }
    void process(const record_type& r) override { CHECK(last_ == r.value); }

private:
    std::string last_ = "none";
};

topology anchored_ticks(punctuation_type type, std::chrono::milliseconds start) {
    topology t;
    t.add_source<std::string, std::string>("source", "in")
        .add_processor("anchored", [=] { return std::make_unique<anchored>(type, start); }, {"source"})
        .add_sink<std::string, std::string>("sink", "out", {"anchored"});
    return t;
}

} // namespace

TEST_CASE("stream-time punctuation with a start is called at that time and on its grid alone") {
    topology_test_driver driver{anchored_ticks(punctuation_type::stream_time, 15ms)};
    auto in = driver.input_topic<std::string, std::string>("in");
    auto out = driver.output_topic<std::string, std::string>("out");
    const auto ticks_at = [&](std::chrono::milliseconds time) {
        in.pipe("k", "v", time);
        return out.read_values();
    };
    CHECK(ticks_at(14ms).empty());
    CHECK(ticks_at(16ms) == std::vector<std::string>{"16"});
    CHECK(ticks_at(24ms).empty());
    CHECK(ticks_at(47ms) == std::vector<std::string>{"47"});
    CHECK(ticks_at(54ms).empty());
    CHECK(ticks_at(55ms) == std::vector<std::string>{"55"});
}

TEST_CASE("wall-clock punctuation with a start that has passed waits for the next time of its grid") {
    topology_test_driver driver{anchored_ticks(punctuation_type::wall_clock_time, 995ms), {.wall_clock = 1000ms}};
    auto out = driver.output_topic<std::string, std::string>("out");
    driver.advance_wall_clock(4ms);
    CHECK(out.empty());
    driver.advance_wall_clock(1ms);
    CHECK(out.read_values() == std::vector<std::string>{"1005"});
    driver.advance_wall_clock(10ms);
    CHECK(out.read_values() == std::vector<std::string>{"1015"});
}

TEST_CASE("a processor that keeps keys schedules from a start too") {
    topology t;
    t.add_source<std::string, std::string>("source", "in");
    t.add_node({.kind = node_kind::processor, .name = "values", .parents = {"source"}, .make = [] {
                    return std::make_unique<fixed_key_processor_node<std::string, std::string, std::string>>(
                        std::make_unique<anchored_for_values>());
                }});
    topology_test_driver driver{t};
    auto in = driver.input_topic<std::string, std::string>("in");
    in.pipe("k", "none", 14ms);
    in.pipe("k", "none", 15ms); // is called behind the record that moves time
    in.pipe("k", "15", 16ms);
}
