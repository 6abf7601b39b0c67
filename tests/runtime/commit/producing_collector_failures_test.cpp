#include "catch.hpp"
#include "faults/faulty_clients.hpp"
#include "runtime/messages.hpp"
#include "runtime/world.hpp"

#include "src/runtime/commit/producing_collector.hpp"
#include "src/runtime/tasks/task_errors.hpp"

#include <streams/core/manual_clock.hpp>

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using kafka::error_class;
using testing_support::call;
using testing_support::message_of;
using testing_support::says;

namespace {

using text = std::string;

const text too_large(2000, 'x');

/// What a handler was asked about.
struct question {
    text node;
    text topic;
    text key;
    text value;
    text header;
    text input;
    std::int64_t offset;
    bool retriable;
    text cause;
};

/// A collector that writes to `out`, to the topic `narrow`, which takes no large records, and to `dead`.
struct collector_under_test {
    explicit collector_under_test(processing_guarantee guarantee = processing_guarantee::at_least_once)
        : config{.guarantee = guarantee} {
        config.errors_dead_letter_queue_topic_name = "dead";
        config.on_production_error = [this](const unwritable_record& failed, const std::exception& cause) {
            const header* const found = failed.output.headers.last("trace");
            asked.push_back({text(failed.node), text(failed.output.topic),
                             failed.output.key ? text(failed.output.key->text()) : "null",
                             failed.output.value ? text(failed.output.value->text()) : "null",
                             found ? text(found->value->text()) : "none", text(failed.metadata.topic),
                             failed.metadata.offset, failed.retriable, cause.what()});
            auto decided = answer;
            if (decided.dead_letters.empty() && decided.response != production_response::retry)
                decided.dead_letters = dead_letters_of(failed, cause);
            return decided;
        };
        w.cluster.create_topic("narrow", 1, {{"max.message.bytes", "1000"}});
        w.cluster.create_topic("dead");
        if (config.exactly_once()) REQUIRE(producer.init_transactions(0ms).ok());
    }
    void send(const text& value, std::int64_t offset = 41) {
        const headers with{{"trace", bytes("a")}};
        const text input = "in";
        const record_metadata origin{input, 3, offset};
        collector.send(narrow, {.key = bytes_view(std::string_view("k")),
                                .value = bytes_view(std::string_view(value)),
                                .timestamp = 5,
                                .headers = &with,
                                .origin = &origin});
    }
    void flush() {
        const patience within{time, stop, 1s};
        while (!collector.flush(within, 10ms)) continue;
    }
    std::vector<raw_stored_record> dead() const {
        return w.cluster.read_bytes("dead", isolation_level::read_committed);
    }
    std::vector<raw_stored_record> written() const {
        return w.cluster.read_bytes("narrow", isolation_level::read_committed);
    }
    void commit() {
        const std::vector<task_id> tasks{{0, 3}};
        REQUIRE(producer.commit_transaction(0ms).ok());
        collector.transaction_ended();
        collector.committed(tasks, {});
    }
    void abort() {
        REQUIRE(producer.abort_transaction(0ms).ok());
        collector.give_up_sent();
        collector.transaction_ended();
    }

    manual_clock time;
    testing_support::world w{1};
    streams_config config;
    production_answer answer = production_response::resume;
    std::vector<question> asked;
    stop_source stop{time, "a test"};
    std::shared_ptr<testing_support::fault_plan> plan = std::make_shared<testing_support::fault_plan>();
    testing_support::faulty_producer producer{
        w.cluster.clients()->make_producer({.client_id = "p", .transactional_id = config.exactly_once() ? "t" : ""}),
        plan};
    std::atomic<std::uint64_t> sent{0};
    drop_counters drops;
    std::function<void()> while_waiting = [] {};
    producing_collector collector{producer, config, time, stop, sent, drops, [this] { while_waiting(); }};
    std::int32_t narrow = collector.open("narrow", {{0, 3}, "sink"});
};

} // namespace

TEST_CASE("a handler sees the record that was refused, where it comes from, and why") {
    collector_under_test t;
    t.send(too_large);
    t.flush();
    REQUIRE(t.asked.size() == 1);
    const auto& asked = t.asked[0];
    CHECK(asked.node == "sink");
    CHECK(asked.topic == "narrow");
    CHECK(asked.key == "k");
    CHECK(asked.value == too_large);
    CHECK(asked.header == "a");
    CHECK(asked.input == "in");
    CHECK(asked.offset == 41);
    CHECK_FALSE(asked.retriable);
    for (const char* part : {"narrow-0", "timestamp 5", "record 41 of in-3", "max.message.bytes"})
        CHECK(says(asked.cause, part));
}

TEST_CASE("where the handler resumes, the record is dropped and counted, and its dead letter is there at the flush") {
    collector_under_test t;
    t.send(too_large);
    t.send("small");
    t.flush();
    CHECK(t.drops[drop_reason::production] == 1);
    CHECK(t.written().size() == 1);
    const auto letters = t.dead();
    REQUIRE(letters.size() == 1);
    const auto& letter = letters[0];
    CHECK(letter.timestamp == 5);
    CHECK_FALSE(letter.value); // of the input record, which is not at hand any more
    CHECK(letter.headers.last("trace") != nullptr);
    CHECK(letter.headers.last("__streams.errors.offset")->value->text() == "41");
}

TEST_CASE("where the handler fails, that is thrown, nothing goes on, and the dead letter is written before") {
    collector_under_test t;
    t.answer = production_response::fail;
    t.send(too_large);
    const auto message = message_of([&] { t.flush(); });
    for (const char* part : {"record 41 of in-3", "max.message.bytes", "production.exception.handler"})
        CHECK(says(message, part));
    CHECK_THROWS_AS(t.flush(), cluster_error);
    CHECK(t.asked.size() == 1);
    CHECK(t.dead().size() == 1);
    CHECK(t.drops.total() == 0);
}

TEST_CASE("what may pass is tried again from the last commit where the handler says so, and fails for good otherwise") {
    collector_under_test t;
    t.answer = production_response::retry;
    t.plan->fail(call::deliver, {error_class::retriable, "timed out"});
    t.send("small");
    CHECK_THROWS_AS(t.flush(), lost_records_error);
    REQUIRE(t.asked.size() == 1);
    CHECK(t.asked[0].retriable);
    t.collector.give_up_sent();
    t.answer = production_response::resume;
    t.plan->fail(call::deliver, {error_class::retriable, "timed out"});
    t.send("small");
    CHECK_NOTHROW(t.flush());
    CHECK(t.drops[drop_reason::production] == 1);
}

TEST_CASE("retry fails about a record that is refused for good") {
    collector_under_test t;
    t.answer = production_response::retry;
    t.send(too_large);
    CHECK_THROWS_AS(t.flush(), cluster_error);
}

TEST_CASE("a handler that throws ends the task") {
    collector_under_test t;
    t.config.on_production_error = [](const unwritable_record&, const std::exception&) -> production_answer {
        throw std::runtime_error("no pager");
    };
    t.send(too_large);
    const auto message = message_of([&] { t.flush(); });
    for (const char* part : {"max.message.bytes", "no pager", "a handler must answer"}) CHECK(says(message, part));
    CHECK_THROWS_AS(t.flush(), failed_processing_error);
}

TEST_CASE("an update of a store that is refused has its task, and no node") {
    collector_under_test t;
    t.w.cluster.create_topic("changes", 1, {{"max.message.bytes", "1000"}});
    const auto changelog = t.collector.open_changelog("changes", {2, 0});
    task_id task;
    t.config.on_production_error = [&](const unwritable_record& failed, const std::exception&) {
        CHECK(failed.node.empty());
        CHECK(failed.metadata.offset == -1);
        task = failed.task;
        return handler_response::resume;
    };
    changelog->append(bytes_view(std::string_view("k")), bytes_view(std::string_view(too_large)), 7, nullptr);
    t.flush();
    CHECK(task == task_id{2, 0});
    CHECK_FALSE(t.collector.acknowledged("changes", 0));
}

TEST_CASE("no handler is asked about a producer that is fenced, nor about a record that follows its transaction") {
    collector_under_test t;
    t.plan->fail(call::deliver, {error_class::fenced, "replaced"});
    t.send("small");
    CHECK_THROWS_AS(t.flush(), fenced_error);
    t.collector.use(t.producer);
    t.narrow = t.collector.open("narrow", {{0, 3}, "sink"});
    t.plan->fail(call::deliver, {error_class::abortable, "out of order"});
    t.send("small");
    CHECK_THROWS_AS(t.flush(), lost_records_error);
    CHECK(t.asked.empty());
}

TEST_CASE("a dead letter that cannot be written fails, and no handler is asked about it") {
    collector_under_test t;
    t.answer = {production_response::resume, {dead_letter{.topic = "missing"}}};
    t.send(too_large);
    const auto message = message_of([&] { t.flush(); });
    for (const char* part : {"missing", "the dead letter of record 41 of in-3"}) CHECK(says(message, part));
    CHECK(t.asked.size() == 1);
    CHECK_THROWS_AS(t.flush(), cluster_error);
}

TEST_CASE("a handler is asked in the middle of another record too, whose writing goes on") {
    collector_under_test t;
    t.send(too_large);
    t.plan->fail(call::append, {error_class::retriable, "queue full"}, 2);
    t.send("small");
    CHECK(t.asked.size() == 1);
    t.flush();
    CHECK(t.written().size() == 1);
    CHECK(t.dead().size() == 1);
}

TEST_CASE("exactly once, a record that is refused takes its transaction with it, and is passed over in the next one") {
    collector_under_test t(processing_guarantee::exactly_once_v2);
    t.send("before", 40);
    t.send(too_large);
    CHECK_THROWS_AS(t.collector.serve(), lost_records_error);
    CHECK(t.drops.total() == 0);
    for (int replay = 0; replay < 2; ++replay) { // an abort for something else lets it be passed over again
        t.abort();
        t.send("before", 40);
        t.send(too_large);
        t.send("after", 42);
        CHECK_NOTHROW(t.collector.serve());
    }
    CHECK(t.written().empty());
    CHECK(t.drops.total() == 0);
    t.commit();
    CHECK(t.drops[drop_reason::production] == 1); // once, however often it was passed over
    CHECK(t.written().size() == 2);
    CHECK(t.dead().size() == 1);
    CHECK(t.asked.size() == 1);
    t.send(too_large); // committed: it is another one
    CHECK_THROWS_AS(t.collector.serve(), lost_records_error);
    CHECK(t.asked.size() == 2);
}

TEST_CASE("exactly once, the dead letter of who fails goes with its transaction") {
    collector_under_test t(processing_guarantee::exactly_once_v2);
    t.answer = production_response::fail;
    t.send(too_large);
    CHECK_THROWS_AS(t.collector.serve(), cluster_error);
    t.abort();
    CHECK(t.dead().empty());
}

TEST_CASE("of a batch that is refused each record is sent alone, and the handler is asked about none but the guilty") {
    for (const auto guarantee : {processing_guarantee::at_least_once, processing_guarantee::exactly_once_v2}) {
        CAPTURE(static_cast<int>(guarantee));
        collector_under_test t(guarantee);
        const bool exactly_once = t.config.exactly_once();
        const auto send_all = [&] {
            t.send("first", 40);
            t.send(too_large, 41);
            t.send("last", 42);
        };
        t.plan->fail(call::deliver, {error_class::fatal, "a batch is too large"});
        t.send("first", 40);
        t.plan->fail(call::deliver, {error_class::fatal, "a batch is too large"});
        t.send(too_large, 41);
        t.plan->fail(call::deliver, {error_class::fatal, "a batch is too large"});
        t.send("last", 42);
        CHECK_THROWS_AS(t.collector.serve(), refused_records_error);
        CHECK(t.asked.empty());
        const auto go_back = [&] { exactly_once ? t.abort() : t.collector.give_up_sent(); };
        go_back();
        if (exactly_once) {
            CHECK_THROWS_AS(send_all(), refused_records_error);
            go_back();
        }
        CHECK(t.collector.expects_refused());
        CHECK_FALSE(t.collector.wants_commit());
        send_all();
        CHECK(t.collector.wants_commit());
        t.flush();
        REQUIRE(t.asked.size() == 1);
        CHECK(t.asked[0].value == too_large);
        if (exactly_once) t.commit();
        CHECK(t.written().size() == 2);
        CHECK(t.drops[drop_reason::production] == 1);
        CHECK(t.dead().size() == 1);
    }
}

TEST_CASE("records for a topic that was deleted are asked about at once, and none is sent alone") {
    collector_under_test t;
    t.w.cluster.remove_topic("narrow");
    for (const std::int64_t offset : {40, 41, 42}) t.send("small", offset);
    CHECK_NOTHROW(t.flush());
    CHECK(t.asked.size() == 3);
    CHECK(t.drops[drop_reason::production] == 3);
    CHECK_FALSE(t.collector.expects_refused());
}

TEST_CASE(
    "while a record that is sent alone waits for the cluster the thread goes on with its group, which may end it") {
    collector_under_test t;
    for (const std::int64_t offset : {40, 41}) {
        t.plan->fail(call::deliver, {error_class::fatal, "a batch is too large"});
        t.send("small", offset);
    }
    CHECK_THROWS_AS(t.collector.serve(), lost_records_error);
    t.collector.give_up_sent();
    int waits = 0;
    t.while_waiting = [&] { ++waits; };
    t.plan->fail(call::flush, {error_class::retriable, "records wait"}, 3);
    t.send("small", 40);
    CHECK(waits == 4); // the last one is of every record that is sent alone
    t.while_waiting = [] { throw lost_records_error("the group takes its partitions back"); };
    t.plan->fail(call::flush, {error_class::retriable, "records wait"});
    CHECK_THROWS_AS(t.send("small", 41), lost_records_error);
    CHECK(t.plan->failed(call::flush) == 4);
}

TEST_CASE("retry has no dead letters") {
    collector_under_test t;
    t.answer = {production_response::retry, {dead_letter{.topic = "dead"}}};
    t.plan->fail(call::deliver, {error_class::retriable, "timed out"});
    t.send("small");
    CHECK_THROWS_AS(t.flush(), lost_records_error);
    CHECK(t.dead().empty());
}

TEST_CASE(
    "exactly once a commit is wanted as soon as a refused record was passed over, and until it is made or given up") {
    collector_under_test t(processing_guarantee::exactly_once_v2);
    t.send(too_large, 41);
    CHECK_THROWS_AS(t.collector.serve(), refused_records_error);
    t.abort();
    for (const bool committed : {false, true}) {
        t.send(too_large, 41);
        CHECK(t.collector.wants_commit());
        committed ? t.commit() : t.abort();
        CHECK_FALSE(t.collector.wants_commit());
    }
    CHECK_FALSE(t.collector.expects_refused());
}

TEST_CASE("what was refused is still known to the next producer") {
    collector_under_test t(processing_guarantee::exactly_once_v2);
    t.send(too_large);
    CHECK_THROWS_AS(t.collector.serve(), lost_records_error);
    t.abort();
    t.collector.use(t.producer);
    t.narrow = t.collector.open("narrow", {{0, 3}, "sink"});
    t.send(too_large);
    CHECK_NOTHROW(t.collector.serve());
    CHECK(t.asked.size() == 1);
}
