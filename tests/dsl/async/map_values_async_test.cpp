#include "catch.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/topology_test_driver.hpp>

#include <algorithm>
#include <coroutine>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using streams::async_options;
using streams::completion;
using streams::ordering;
using streams::topology_test_driver;

namespace {

using strings = std::vector<std::string>;

/// Stands for another service: notes what it is called with, and answers when the test says.
struct service {
    struct call {
        std::string value;
        completion<std::string> answer;
    };
    std::vector<call> calls{};

    [[nodiscard]] auto function() {
        return [this](const std::string& value, completion<std::string> answer) {
            calls.push_back({value, std::move(answer)});
        };
    }
    [[nodiscard]] strings called() const {
        strings values;
        for (const call& each : calls) values.push_back(each.value);
        return values;
    }
    /// Answers the first call with that value that is not answered.
    void answer(const std::string& value) {
        const auto found =
            std::find_if(calls.begin(), calls.end(), [&](const call& each) { return each.value == value; });
        REQUIRE(found != calls.end());
        const auto answer = std::move(found->answer);
        calls.erase(found);
        answer.set_value(value + "!");
    }
};

template <class F>
streams::topology mapping(F&& call, const async_options& how = {}) {
    streams::streams_builder builder;
    builder.stream<std::optional<std::string>, std::string>("in")
        .map_values_async(std::forward<F>(call), how)
        .to("out");
    return builder.build();
}

/// A topology under test with one asynchronous operator.
struct async_test {
    template <class F>
    explicit async_test(F&& call, const async_options& how = {}, streams::streams_config config = {})
        : driver(mapping(std::forward<F>(call), how), {.config = std::move(config)}) {}

    void pipe(const std::optional<std::string>& key, const std::string& value) { in.pipe(key, value); }
    /// Lets the driver see what was answered.
    strings results() {
        driver.advance_wall_clock(0ms);
        return out.read_values();
    }

    topology_test_driver driver;
    streams::input_topic<std::optional<std::string>, std::string> in =
        driver.input_topic<std::optional<std::string>, std::string>("in");
    streams::output_topic<std::optional<std::string>, std::string> out =
        driver.output_topic<std::optional<std::string>, std::string>("out");
};

void answer_at_once(const std::string& value, const completion<std::string>& answer) { answer.set_value(value + "!"); }

/// Drops what fails, and remembers how.
streams::streams_config remembering(strings& failures) {
    return {.on_processing_error = [&](const streams::unprocessable_record& failed, const std::exception& cause) {
        failures.push_back(streams::concat(failed.node, " at ", failed.metadata.offset, " of ", failed.timestamp, ": ",
                                           std::string_view(cause.what())));
        return streams::handler_response::resume;
    }};
}

} // namespace

TEST_CASE("what is answered during the call has gone on when the record is processed, with its key, time and headers") {
    async_test test(answer_at_once);
    const streams::headers headers{{"trace", streams::bytes(std::string_view("t"))}};
    test.in.pipe("k", "v", 42, headers);
    const auto result = test.out.read();
    CHECK(result.key == "k");
    CHECK(result.value == "v!");
    CHECK(result.timestamp == 42);
    CHECK(result.headers == headers);
}

TEST_CASE("a functor that takes the key is called with it, and one of auto parameters where the new type is named") {
    streams::streams_builder builder;
    builder.stream<std::string, std::string>("in")
        .map_values_async<int>([](const auto& key, const auto& value, auto answer) {
            answer.set_value(static_cast<int>(key.size() * 10 + value.size()));
        })
        .map_values([](int number) { return std::to_string(number); })
        .to("out");
    topology_test_driver driver(builder.build());
    driver.input_topic<std::string, std::string>("in").pipe("key", "v");
    CHECK(driver.output_topic<std::string, std::string>("out").read_value() == "31");
}

TEST_CASE("a record waits for its answer while others go on") {
    service other;
    async_test test(other.function());
    test.pipe("a", "1");
    test.pipe("b", "2");
    CHECK(test.results().empty());
    other.answer("2");
    CHECK(test.results() == strings{"2!"});
    other.answer("1");
    CHECK(test.results() == strings{"1!"});
}

TEST_CASE("calls of a key follow each other, and records without a key wait for none") {
    service other;
    async_test test(other.function());
    test.pipe("a", "1");
    test.pipe("a", "2");
    test.pipe("b", "3");
    test.pipe("", "4");
    test.pipe("", "5");
    test.pipe(std::nullopt, "6");
    test.pipe(std::nullopt, "7");
    CHECK(other.called() == strings{"1", "3", "4", "6", "7"});
    other.answer("7");
    CHECK(test.results() == strings{"7!"});
    other.answer("1");
    other.answer("4");
    CHECK(test.results() == strings{"1!", "4!"});
    CHECK(other.called() == strings{"3", "6", "2", "5"});
}

TEST_CASE("ordered by partition, calls are made at once and results come in the order of the records") {
    service other;
    async_test test(other.function(), {.ordering = ordering::per_partition});
    for (const auto* value : {"1", "2", "3"}) test.pipe("a", value);
    CHECK(other.called() == strings{"1", "2", "3"});
    other.answer("3");
    other.answer("2");
    CHECK(test.results().empty());
    other.answer("1");
    CHECK(test.results() == strings{"1!", "2!", "3!"});
}

TEST_CASE("ordered by partition, inputs do not wait for each other") {
    service other;
    streams::streams_builder builder;
    builder.stream<std::string, std::string>("in")
        .merge(builder.stream<std::string, std::string>("more"))
        .map_values_async(other.function(), {.ordering = ordering::per_partition})
        .to("out");
    topology_test_driver driver(builder.build());
    driver.input_topic<std::string, std::string>("in").pipe("a", "1");
    driver.input_topic<std::string, std::string>("more").pipe("a", "2");
    other.answer("2");
    driver.advance_wall_clock(0ms);
    CHECK(driver.output_topic<std::string, std::string>("out").read_value() == "2!");
}

TEST_CASE("without an order, calls are made at once and results come as they are answered") {
    service other;
    async_test test(other.function(), {.ordering = ordering::unordered});
    for (const auto* value : {"1", "2", "3"}) test.pipe("a", value);
    other.answer("3");
    other.answer("1");
    CHECK(test.results() == strings{"3!", "1!"});
    other.answer("2");
    CHECK(test.results() == strings{"2!"});
}

TEST_CASE("with as many records under way as may be, none is taken from the input until one is done") {
    service other;
    async_test test(other.function(), {.max_in_flight = 2});
    for (const auto* value : {"1", "2", "3", "4"}) test.pipe(value, value);
    CHECK(other.called() == strings{"1", "2"});
    other.answer("2");
    CHECK(test.results() == strings{"2!"});
    CHECK(other.called() == strings{"1", "3"});
}

TEST_CASE("of the many records that one leads to, no more are called for at once than may be") {
    service other;
    streams::streams_builder builder;
    builder.stream<std::string, std::string>("in")
        .flat_map_values([](const std::string& value) { return strings{value + "a", value + "b", value + "c"}; })
        .map_values_async(other.function(), {.max_in_flight = 2, .ordering = ordering::unordered})
        .to("out");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<std::string, std::string>("in");
    in.pipe("k", "1");
    in.pipe("k", "2");
    CHECK(other.called() == strings{"1a", "1b"});
    for (const auto* value : {"1a", "1b"}) other.answer(value);
    driver.advance_wall_clock(0ms);
    CHECK(other.called() == strings{"1c", "2a"}); // one was left, so that the next record was let in
}

TEST_CASE("a call that is not answered in time is made again after its back-off, and in the end a handler is asked") {
    service other;
    strings failures;
    async_test test(other.function(), {.timeout = 1s, .retry = {.times = 2, .backoff = 100ms}}, remembering(failures));
    test.in.pipe("a", "1", 7);
    test.pipe("a", "2");
    CHECK(other.calls.size() == 1);
    test.driver.advance_wall_clock(999ms);
    test.driver.advance_wall_clock(1ms); // its time is over
    test.driver.advance_wall_clock(99ms);
    CHECK(other.calls.size() == 1);
    test.driver.advance_wall_clock(1ms); // the back-off too
    CHECK(other.called() == strings{"1", "1"});
    test.driver.advance_wall_clock(1s);
    test.driver.advance_wall_clock(199ms);
    CHECK(other.calls.size() == 2);
    test.driver.advance_wall_clock(1ms);
    CHECK(other.calls.size() == 3);
    CHECK(failures.empty());
    test.driver.advance_wall_clock(1s);
    REQUIRE(failures.size() == 1);
    CHECK(failures[0] == "KSTREAM-MAPVALUES-ASYNC-0000000001 at 0 of 7: call number 3 was not answered within 1000 ms "
                         "(async_options::timeout)");
    CHECK(test.driver.dropped()[streams::drop_reason::processing] == 1);
    CHECK(other.called() == strings{"1", "1", "1", "2"}); // the next one of the key
    CHECK(test.out.empty());
}

TEST_CASE("the back-off doubles five times and stays so") {
    std::vector<std::int64_t> times;
    strings failures;
    topology_test_driver* running = nullptr;
    async_test test(
        [&](const std::string&, const completion<std::string>& answer) {
            times.push_back(running->wall_clock());
            answer.set_exception(std::runtime_error("no"));
        },
        {.retry = {.times = 8, .backoff = 1ms}}, remembering(failures));
    running = &test.driver;
    test.pipe("a", "1");
    for (int at = 0; at < 200; ++at) test.driver.advance_wall_clock(1ms);
    CHECK(times == std::vector<std::int64_t>{0, 1, 3, 7, 15, 31, 63, 95, 127});
    CHECK(failures.size() == 1);
}

TEST_CASE("an answer that comes after its time is ignored, and the one to the next attempt counts") {
    service other;
    async_test test(other.function(), {.timeout = 1s, .retry = {.times = 1, .backoff = 0ms}});
    test.pipe("a", "1");
    test.driver.advance_wall_clock(1s);
    REQUIRE(other.calls.size() == 2);
    other.calls[0].answer.set_value("late");
    CHECK(test.results().empty());
    other.calls[1].answer.set_value("in time");
    CHECK(test.results() == strings{"in time"});
}

TEST_CASE("the first answer counts") {
    async_test test([](const std::string& value, const completion<std::string>& answer) {
        const auto copy = answer;
        copy.set_value(value);
        answer.set_value("again");
        answer.set_exception(std::runtime_error("too late"));
        throw std::runtime_error("much too late");
    });
    test.pipe("a", "1");
    CHECK(test.results() == strings{"1"});
    CHECK(test.driver.dropped().total() == 0);
}

TEST_CASE("whatever a call fails by, its record goes to the processing handler") {
    strings failures;
    async_test test(
        [](const std::string& value, const completion<std::string>& answer) {
            if (value == "throws") throw std::runtime_error("thrown");
            if (value == "answers") answer.set_exception(std::runtime_error("answered"));
            if (value == "null") answer.set_exception(nullptr);
            if (value == "fine") answer.set_value("fine");
        },
        {}, remembering(failures));
    for (const auto* value : {"throws", "answers", "null", "drops", "fine"}) test.pipe("a", value);
    REQUIRE(failures.size() == 4);
    CHECK_THAT(failures[0], containing("at 0 of 0: thrown"));
    CHECK_THAT(failures[1], containing("at 1 of 0: answered"));
    CHECK_THAT(failures[2], containing("set_exception was called without an exception"));
    CHECK_THAT(failures[3], containing("the completion was dropped without an answer"));
    CHECK(test.results() == strings{"fine"});
    CHECK(test.driver.dropped()[streams::drop_reason::processing] == 4);
}

TEST_CASE("a call that fails stops the topology where the handler says so, and names node and record") {
    async_test test([](const std::string&, const completion<std::string>&) { throw std::runtime_error("no service"); });
    CHECK_THROWS_WITH(test.pipe("a", "1"), containing("KSTREAM-MAPVALUES-ASYNC-0000000001 threw: no service"));
}

TEST_CASE("a call that is dropped later has failed as well") {
    service other;
    strings failures;
    async_test test(other.function(), {}, remembering(failures));
    test.pipe("a", "1");
    other.calls.clear();
    CHECK(test.results().empty());
    CHECK(failures.size() == 1);
}

TEST_CASE(
    "key and value stay as they are for as long as somebody may answer, and answers to a closed topology are ignored") {
    std::vector<std::pair<const std::string*, completion<std::string>>> calls;
    {
        async_test test([&](const std::string& value, completion<std::string> answer) {
            calls.emplace_back(&value, std::move(answer));
        });
        test.pipe("a", "a value that is too long for a small string");
        test.driver.close();
        calls[0].second.set_value("closed");
    }
    CHECK(*calls[0].first == "a value that is too long for a small string");
    calls[0].second.set_value("gone");
    calls.clear();
}

TEST_CASE("other threads answer, and a test waits for them") {
    std::vector<std::thread> threads;
    async_test test(
        [&](const std::string& value, completion<std::string> answer) {
            threads.emplace_back([value, answer = std::move(answer)] { answer.set_value(value + "!"); });
        },
        {.max_in_flight = 4, .ordering = ordering::per_partition});
    strings expected;
    for (int at = 0; at < 200; ++at) {
        test.pipe(std::to_string(at % 7), std::to_string(at));
        expected.push_back(std::to_string(at) + "!");
    }
    CHECK(test.driver.await_pending(20s));
    CHECK(test.out.read_values() == expected);
    for (auto& each : threads) each.join();
}

TEST_CASE("who waits for what nobody answers is told so") {
    service other;
    async_test test(other.function());
    test.pipe("a", "1");
    CHECK_FALSE(test.driver.await_pending(1ms));
    other.answer("1");
    CHECK(test.driver.await_pending(1ms));
    CHECK(test.out.size() == 1);
}

TEST_CASE("several asynchronous operators follow each other, before and behind a repartition and a join") {
    service first;
    service second;
    streams::streams_builder builder;
    const auto names = builder.table<std::string, std::string>("names");
    builder.stream<std::string, std::string>("in")
        .map_values_async(first.function())
        .select_key([](const std::string& value) { return value; })
        .repartition()
        .map_values_async(second.function())
        .join(names, [](const std::string& value, const std::string& name) { return name + " has " + value; })
        .to("out");
    topology_test_driver driver(builder.build());
    driver.input_topic<std::string, std::string>("names").pipe("x!", "Ada");
    driver.input_topic<std::string, std::string>("in").pipe("k", "x");
    first.answer("x");
    driver.advance_wall_clock(0ms);
    REQUIRE(second.called() == strings{"x!"});
    second.answer("x!");
    driver.advance_wall_clock(0ms);
    const auto result = driver.output_topic<std::string, std::string>("out").read();
    CHECK(result.key == "x!");
    CHECK(result.value == "Ada has x!!");
}

TEST_CASE("what leaves a cache is called for too") {
    service other;
    streams::streams_builder builder;
    builder.table<std::string, std::string>("in")
        .map_values([](const std::string& value) { return value; }, streams::materialized{.name = "rows"})
        .to_stream()
        .map_values_async(
            [call = other.function()](const std::optional<std::string>& value, completion<std::string> answer) {
                call(value.value_or("deleted"), std::move(answer));
            })
        .to("out");
    topology_test_driver driver(builder.build());
    driver.input_topic<std::string, std::string>("in").pipe("k", "1");
    REQUIRE(other.called() == strings{"1"});
    other.answer("1");
    driver.advance_wall_clock(0ms);
    CHECK(driver.output_topic<std::string, std::string>("out").read_value() == "1!");
}

TEST_CASE("a result goes on as the record that it is of, whatever was read since") {
    struct places final : streams::processor<std::string, std::string, std::string, std::string> {
        void init(context_type& context) override { context_ = &context; }
        void process(const record_type& r) override {
            const auto place = context_->record_metadata();
            context_->forward(r.with_value(streams::concat(place->topic, '-', place->partition, '@', place->offset, ' ',
                                                           r.timestamp, ' ', context_->current_stream_time_ms())));
        }
        context_type* context_ = nullptr;
    };
    service other;
    streams::streams_builder builder;
    builder.stream<std::string, std::string>("in")
        .map_values_async(other.function())
        .process([] { return std::make_unique<places>(); })
        .to("out");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<std::string, std::string>("in");
    in.pipe("a", "1", 10);
    in.pipe("b", "2", 20);
    other.answer("1");
    in.pipe("c", "3", 30);
    CHECK(driver.output_topic<std::string, std::string>("out").read_values() == strings{"in-0@0 10 20"});
}

TEST_CASE("a new value may be null") {
    streams::streams_builder builder;
    builder.stream<std::string, std::string>("in")
        .map_values_async([](const std::string&, const completion<std::optional<std::string>>& answer) {
            answer.set_value(std::nullopt);
        })
        .to("out");
    topology_test_driver driver(builder.build());
    driver.input_topic<std::string, std::string>("in").pipe("k", "v");
    CHECK(driver.output_topic<std::string, std::optional<std::string>>("out").read_value() == std::nullopt);
}

namespace {

/// A coroutine that nobody waits for.
struct detached {
    struct promise_type {
        detached get_return_object() noexcept { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() noexcept {}
        void unhandled_exception() noexcept {}
    };
};

/// Goes on when the test says so.
struct later {
    std::vector<std::coroutine_handle<>>& waiting;
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> who) const { waiting.push_back(who); }
    void await_resume() const noexcept {}
};

} // namespace

TEST_CASE("the functor may be a coroutine, and one that ends by an exception has not answered") {
    std::vector<std::coroutine_handle<>> waiting;
    strings failures;
    async_test test(
        [&](std::string value, completion<std::string> answer) -> detached {
            co_await later{waiting};
            if (value == "bad") throw std::runtime_error("lost");
            answer.set_value(value + "!");
        },
        {}, remembering(failures));
    test.pipe("a", "1");
    test.pipe("b", "bad");
    REQUIRE(waiting.size() == 2);
    CHECK(test.out.empty());
    for (const auto each : waiting) each.resume();
    CHECK(test.results() == strings{"1!"});
    REQUIRE(failures.size() == 1);
    CHECK_THAT(failures[0], containing("dropped without an answer"));
}

TEST_CASE("what a coroutine's functor captures stays for as long as it may answer, also a functor of one task") {
    std::vector<std::coroutine_handle<>> waiting;
    std::string seen;
    {
        async_test test(streams::per_task([&] {
            return [&, mark = std::string("a mark that is too long for a small string")](
                       std::string, completion<std::string> answer) -> detached {
                auto& to = seen;
                co_await later{waiting};
                to = mark;
                answer.set_value("");
            };
        }));
        test.pipe("a", "1");
        test.driver.close();
    }
    waiting.at(0).resume();
    CHECK(seen == "a mark that is too long for a small string");
}

TEST_CASE("what a node forwards while it is closed is not called for, which is told") {
    struct last_words final : streams::processor<std::string, std::string, std::string, std::string> {
        void init(context_type& context) override { context_ = &context; }
        void process(const record_type& r) override { context_->forward(r); }
        void close() override { context_->forward(std::string("k"), std::string("last"), 1); }
        context_type* context_ = nullptr;
    };
    streams::streams_builder builder;
    builder.stream<std::string, std::string>("in")
        .process([] { return std::make_unique<last_words>(); }, streams::named{"talkative"})
        .map_values_async(answer_at_once)
        .to("out");
    topology_test_driver driver(builder.build());
    CHECK_THROWS_WITH(driver.close(), containing("node talkative forwards records while it is closed"));
}

TEST_CASE("options under which nothing would be called are refused") {
    streams::streams_builder builder;
    const auto in = builder.stream<std::string, std::string>("in");
    CHECK_THROWS_WITH(in.map_values_async(answer_at_once, {.max_in_flight = 0}), containing("at least 1"));
    CHECK_THROWS_WITH(in.map_values_async(answer_at_once, {.timeout = 0ms}), containing("above zero"));
    CHECK_THROWS_WITH(in.map_values_async(answer_at_once, {.retry = {.times = -1}}), containing("zero or more"));
}

TEST_CASE("under exactly once a record is not called for longer than the commit of a transaction waits") {
    const auto with = [](const async_options& how) {
        topology_test_driver driver(mapping(answer_at_once, how),
                                    {.config = {.guarantee = streams::processing_guarantee::exactly_once_v2}});
    };
    CHECK_NOTHROW(with({.timeout = 3'600ms, .retry = {.times = 1}}));
    CHECK_THROWS_WITH(with({.timeout = 9s}), containing("9000 ms for one record"));
    CHECK_THROWS_WITH(with({.timeout = 5s, .retry = {.times = 1}}), containing("10100 ms for one record"));
    CHECK_THROWS_WITH(with({.timeout = 1ms, .retry = {.times = 2'000'000'000}}), containing("waits for 7425 ms"));
}

TEST_CASE("an asynchronous operator has a name of its own or the one that it is given") {
    streams::streams_builder builder;
    builder.stream<std::string, std::string>("in")
        .map_values_async(answer_at_once)
        .map_values_async(answer_at_once, {}, streams::named{"rate"})
        .to("out");
    const auto text = builder.build().describe();
    CHECK_THAT(text, containing("KSTREAM-MAPVALUES-ASYNC-0000000001"));
    CHECK_THAT(text, containing("Processor: rate "));
}
