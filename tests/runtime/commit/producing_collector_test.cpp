#include "catch.hpp"
#include "faults/faulty_clients.hpp"
#include "runtime/messages.hpp"
#include "runtime/world.hpp"

#include "src/runtime/commit/producing_collector.hpp"
#include "src/runtime/tasks/task_errors.hpp"

#include <streams/core/manual_clock.hpp>
#include <streams/core/partitioner.hpp>

using namespace streams;
using namespace std::chrono_literals;
using kafka::error_class;
using testing_support::call;
using testing_support::message_of;
using testing_support::says;

namespace {

constexpr record_sender sink{{0, 3}, "sink"};

struct collector_under_test {
    void send(const std::string& key) {
        outgoing_record r;
        r.key = bytes_view(std::string_view(key));
        r.timestamp = 5;
        collector.send(collector.open("out", sink), r);
    }

    void flush(std::chrono::milliseconds limit) {
        const patience within{time, stop, limit};
        while (!collector.flush(within, 10ms)) continue;
    }

    manual_clock time;
    testing_support::world w{4};
    streams_config config{.task_timeout = 5s};
    stop_source stop{time, "a test"};
    std::shared_ptr<testing_support::fault_plan> plan = std::make_shared<testing_support::fault_plan>(time);
    testing_support::faulty_producer producer{w.cluster.clients()->make_producer({.client_id = "p"}), plan};
    std::atomic<std::uint64_t> sent{0};
    drop_counters drops;
    producing_collector collector{producer, config, time, stop, sent, drops};
};

} // namespace

TEST_CASE("a collector names a topic once and counts what it sends") {
    collector_under_test t;
    CHECK(t.collector.open("out", sink) == t.collector.open("out", sink));
    CHECK(t.collector.open("out", sink) != t.collector.open("in", sink));
    CHECK(t.collector.partitions(t.collector.open("out", sink)) == 4);
    t.send("a");
    t.send("b");
    CHECK(t.sent == 2);
}

TEST_CASE("a record with a key to be placed by goes to the partition of that key") {
    collector_under_test t;
    const std::string key = "key and window";
    const std::string inner = "key";
    outgoing_record r;
    r.key = bytes_view(std::string_view(key));
    r.partition_key = bytes_view(std::string_view(inner));
    t.collector.send(t.collector.open("out", sink), r);
    t.flush(1s);
    const auto wanted = partition_of(bytes_view(std::string_view(inner)), 4);
    CHECK(t.w.cluster.read_bytes("out").at(0).partition == wanted);
}

TEST_CASE("an unknown width of a topic is asked for for a moment, and then the task is named that waits for it") {
    collector_under_test t;
    t.plan->fail(call::partitions, {error_class::retriable, ""}, 2);
    CHECK(t.collector.partitions(t.collector.open("out", sink)) == 4);
    t.plan->fail(call::partitions, {error_class::retriable, ""}, 1000);
    const auto ask = [&] { static_cast<void>(t.collector.partitions(t.collector.open("in", sink))); };
    CHECK_THROWS_AS(ask(), unknown_partitions_error);
    CHECK(says(message_of([&] { t.collector.serve(); }), "how many partitions topic in has, which task 0_3 writes to"));
    t.collector.give_up_sent();
    t.collector.serve();
}

TEST_CASE("a topic whose width was asked for in vain is not asked for again in mid-record, until it was learnt") {
    collector_under_test t;
    const auto ask = [&] { return t.collector.partitions(t.collector.open("late", sink)); };
    CHECK_THROWS_AS(ask(), unknown_partitions_error);
    t.collector.give_up_sent();
    const int asked = t.plan->made(call::partitions);
    CHECK_THROWS_AS(ask(), unknown_partitions_error);
    CHECK(t.plan->made(call::partitions) == asked);
    t.collector.give_up_sent();
    t.w.cluster.create_topic("late", 3);
    CHECK(t.collector.learn_partitions("late", 10ms));
    CHECK(ask() == 3);
}

TEST_CASE("a topic that a task waits for is known once its cluster knows it") {
    collector_under_test t;
    CHECK_FALSE(t.collector.learn_partitions("late", 10ms));
    t.w.cluster.create_topic("late", 3);
    CHECK(t.collector.learn_partitions("late", 10ms));
    CHECK(t.collector.partitions(t.collector.open("late", sink)) == 3);
}

TEST_CASE("a record with a key to be placed by follows its topic's partition count, once that was asked for again") {
    collector_under_test t;
    CHECK(t.collector.partitions(t.collector.open("out", sink)) == 4);
    t.w.cluster.remove_topic("out");
    t.w.cluster.create_topic("out", 64);
    t.collector.refresh_partitions();
    const std::string key = "key";
    outgoing_record r;
    r.key = r.partition_key = bytes_view(std::string_view(key));
    t.collector.send(t.collector.open("out", sink), r);
    CHECK(t.w.cluster.read_bytes("out").at(0).partition == partition_of(bytes_view(std::string_view(key)), 64));
}

TEST_CASE("a cluster that is slow to say how wide topics are is asked for some of them at a time") {
    constexpr int topics = 10;
    collector_under_test t;
    for (int topic = 0; topic < topics; ++topic) {
        const auto name = "out" + std::to_string(topic);
        t.w.cluster.create_topic(name, 3);
        CHECK(t.collector.partitions(t.collector.open(name, sink)) == 3);
        t.w.cluster.create_partitions(name, 64);
    }
    t.plan->delay(call::partitions, 90ms, 2 * topics);
    const int before = t.plan->made(call::partitions);
    t.collector.refresh_partitions();
    CHECK(t.plan->made(call::partitions) == before + 2);
    for (int commit = 1; commit < topics / 2; ++commit) t.collector.refresh_partitions();
    for (int topic = 0; topic < topics; ++topic)
        CHECK(t.collector.partitions(t.collector.open("out" + std::to_string(topic), sink)) == 64);
}

TEST_CASE("a queue that stays full is an error that names the topic") {
    collector_under_test t;
    t.plan->fail(call::append, {error_class::retriable, "queue full"}, 100'000);
    CHECK(says(message_of([&] { t.send("a"); }), "topic out within 5000 ms"));
    CHECK(t.sent == 0);
}

TEST_CASE("with task.timeout.ms=0 a full queue is waited for as long as a call has time for one attempt") {
    collector_under_test t;
    t.config.task_timeout = 0ms;
    producing_collector collector(t.producer, t.config, t.time, t.stop, t.sent, t.drops);
    const auto topic = collector.open("out", sink);
    t.plan->fail(call::append, {error_class::retriable, "queue full"}, 10);
    CHECK_NOTHROW(collector.send(topic, {.timestamp = 5}));
    t.plan->fail(call::append, {error_class::retriable, "queue full"}, 100'000);
    CHECK(says(message_of([&] { collector.send(topic, {.timestamp = 5}); }), "topic out within 1000 ms"));
}

TEST_CASE("what a write has thrown is thrown again where a node caught it, until what was sent is given up") {
    collector_under_test t;
    for (const auto kind : {error_class::fatal, error_class::fenced, error_class::abortable}) {
        CAPTURE(static_cast<int>(kind));
        t.plan->fail(call::append, {kind, "refused"});
        CHECK_THROWS_AS(t.send("a"), task_error);
        t.send("b");
        CHECK(says(message_of([&] { t.flush(1s); }), "refused"));
        CHECK(says(message_of([&] { t.collector.serve(); }), "refused"));
        t.collector.give_up_sent();
        CHECK_NOTHROW(t.flush(1s));
    }
}

TEST_CASE("a record that the end of the application has cut short is committed by nobody, though a node caught it") {
    collector_under_test t;
    t.config.task_timeout = 1h;
    producing_collector collector(t.producer, t.config, t.time, t.stop, t.sent, t.drops);
    t.plan->fail(call::append, {error_class::retriable, "queue full"}, 100'000);
    t.stop.request_stop();
    const auto topic = collector.open("out", sink);
    CHECK_THROWS_AS(collector.send(topic, {.timestamp = 5}), stopped_error);
    const patience within(t.time, t.stop, 1h);
    CHECK_THROWS_AS((void)collector.flush(within, 10ms), stopped_error);
}

TEST_CASE("what is called in a wait for a full queue may end the wait, and what was sent counts as lost") {
    collector_under_test t;
    int calls = 0;
    producing_collector collector(t.producer, t.config, t.time, t.stop, t.sent, t.drops, [&] {
        if (++calls == 3) throw lost_records_error("the group takes its partitions back");
    });
    t.plan->fail(call::append, {error_class::retriable, "queue full"}, 100'000);
    const auto topic = collector.open("out", sink);
    CHECK_THROWS_AS(collector.send(topic, {.timestamp = 5}), lost_records_error);
    CHECK(calls == 3);
    CHECK_THROWS_AS(collector.serve(), lost_records_error);
    collector.give_up_sent();
    CHECK_NOTHROW(collector.serve());
}

TEST_CASE("failures are thrown by what can be done about them") {
    collector_under_test t;
    t.plan->fail(call::deliver, {error_class::retriable, "timed out"});
    t.send("a");
    CHECK_THROWS_AS(t.flush(1s), lost_records_error);
    t.collector.give_up_sent();
    t.plan->fail(call::deliver, {error_class::fatal, "not authorised"});
    t.send("a");
    CHECK_THROWS_AS(t.collector.serve(), cluster_error);
    t.collector.give_up_sent();
    t.plan->fail(call::deliver, {error_class::fenced, "replaced"});
    t.send("a");
    CHECK_THROWS_AS(t.flush(1s), fenced_error);
    t.collector.use(t.producer);
    CHECK_NOTHROW(t.flush(1s));
}

TEST_CASE("a failure that somebody caught is thrown again, until what was sent is given up") {
    collector_under_test t;
    t.plan->fail(call::deliver, {error_class::retriable, "timed out"});
    t.send("a");
    for (int time = 0; time < 3; ++time) CHECK_THROWS_AS(t.flush(1s), lost_records_error);
    t.collector.give_up_sent();
    CHECK_NOTHROW(t.flush(1s));
}

TEST_CASE("a failed record is named with its time, and with the input record that it goes back to") {
    collector_under_test t;
    t.plan->fail(call::deliver, {error_class::fatal, "too large"}, 2);
    const std::string first = "in";
    const record_metadata origin{first, 3, 41};
    outgoing_record r{.timestamp = 1234, .origin = &origin};
    t.collector.send(t.collector.open("out", sink), r);
    const auto message = message_of([&] { t.flush(1s); });
    for (const char* part : {"out-0", "timestamp 1234", "record 41 of in-3", "too large"}) CHECK(says(message, part));

    t.collector.give_up_sent();
    r.origin = nullptr;
    t.collector.send(t.collector.open("out", sink), r);
    CHECK_FALSE(says(message_of([&] { t.flush(1s); }), "a result of"));
}

TEST_CASE("the input record of a failed record is named whichever partition was written from last") {
    collector_under_test t;
    t.plan->fail(call::deliver, {error_class::fatal, "too large"});
    for (const std::int32_t partition : {0, 7, 0, 2}) {
        const std::string topic = "in"; // the origin borrows it
        const record_metadata origin{topic, partition, 100 + partition};
        t.collector.send(t.collector.open("out", sink), {.timestamp = 1, .origin = &origin});
        if (partition == 0) t.plan->fail(call::deliver, {error_class::fatal, "too large"});
    }
    const auto message = message_of([&] { t.flush(1s); });
    CHECK(says(message, "record 100 of in-0"));
}

TEST_CASE("a topic that is not there is named when records do not leave in time") {
    collector_under_test t;
    static_cast<void>(t.collector.open("missing", sink));
    t.plan->fail(call::flush, {error_class::retriable, "2 records wait"});
    const auto message = message_of([&] { t.flush(0ms); });
    CHECK(says(message, "2 records wait"));
    CHECK(says(message, "the cluster knows no partitions of missing"));
}

TEST_CASE("a changelog that is opened again has no acknowledged offset of before") {
    collector_under_test t;
    const auto write = [&] {
        const auto changelog = t.collector.open_changelog("out", {0, 0});
        changelog->append(bytes_view(std::string_view("k")), std::nullopt, 7, nullptr);
        t.flush(1s);
    };
    write();
    CHECK(t.collector.acknowledged("out", 0) == 0);
    const auto again = t.collector.open_changelog("out", {0, 0});
    CHECK_FALSE(t.collector.acknowledged("out", 0)); // others may have written since
    again->append(bytes_view(std::string_view("k")), std::nullopt, 7, nullptr);
    t.flush(1s);
    CHECK(t.collector.acknowledged("out", 0) == 1);
}

TEST_CASE("a changelog's acknowledged offset is that of its last record") {
    collector_under_test t;
    const auto changelog = t.collector.open_changelog("out", {0, 2});
    CHECK_FALSE(t.collector.acknowledged("out", 2));
    changelog->append(bytes_view(std::string_view("k")), std::nullopt, 7, nullptr);
    changelog->append(bytes_view(std::string_view("k")), bytes_view(std::string_view("v")), 8, nullptr);
    t.flush(1s);
    CHECK(t.collector.acknowledged("out", 2) == 1);
    CHECK(t.w.cluster.read_bytes("out").at(1).timestamp == 8);
}

TEST_CASE("what was acknowledged of what was given up vouches for no store") {
    collector_under_test t;
    const auto changelog = t.collector.open_changelog("out", {0, 0});
    const auto write = [&] {
        changelog->append(bytes_view(std::string_view("k")), std::nullopt, 7, nullptr);
        t.flush(1s);
    };
    write();
    t.collector.give_up_sent();
    CHECK_FALSE(t.collector.acknowledged("out", 0));
    write();
    CHECK(t.collector.acknowledged("out", 0) == 1);
}

TEST_CASE("exactly once, a transaction begins with the first record that is sent, and the next after its end") {
    collector_under_test t;
    t.config.guarantee = processing_guarantee::exactly_once_v2;
    testing_support::faulty_producer producer{
        t.w.cluster.clients()->make_producer({.client_id = "p", .transactional_id = "t"}), t.plan};
    producing_collector collector(producer, t.config, t.time, t.stop, t.sent, t.drops);
    const auto topic = collector.open("out", sink);
    REQUIRE(producer.init_transactions(0ms).ok());
    CHECK_FALSE(collector.transaction_open());
    collector.send(topic, {.timestamp = 5});
    collector.send(topic, {.timestamp = 6});
    CHECK(collector.transaction_open());
    CHECK(t.plan->made(call::begin_transaction) == 1);
    REQUIRE(producer.commit_transaction(0ms).ok());
    collector.transaction_ended();
    collector.send(topic, {.timestamp = 7});
    CHECK(t.plan->made(call::begin_transaction) == 2);
}

TEST_CASE("a transaction that has failed takes no more records, and says for which it failed") {
    collector_under_test t;
    t.config.guarantee = processing_guarantee::exactly_once_v2;
    testing_support::faulty_producer producer{
        t.w.cluster.clients()->make_producer({.client_id = "p", .transactional_id = "t"}), t.plan};
    producing_collector collector(producer, t.config, t.time, t.stop, t.sent, t.drops);
    const auto topic = collector.open("out", sink);
    REQUIRE(producer.init_transactions(0ms).ok());
    t.plan->fail(call::append, {error_class::abortable, "the transaction has failed"});
    CHECK_THROWS_AS(collector.send(topic, {.timestamp = 5}), lost_records_error);
    REQUIRE(producer.abort_transaction(0ms).ok());
    collector.give_up_sent();
    collector.transaction_ended();
    t.plan->fail(call::deliver, {error_class::abortable, "out of order"});
    t.plan->pass(call::append);
    collector.send(topic, {.timestamp = 6});
    t.plan->fail(call::append, {error_class::abortable, "the transaction has failed"});
    CHECK(says(message_of([&] { collector.send(topic, {.timestamp = 7}); }), "out of order"));
    REQUIRE(producer.abort_transaction(0ms).ok());
    collector.transaction_ended();
    CHECK_NOTHROW(collector.serve());
}

TEST_CASE("a changelog stays open when another producer is taken") {
    collector_under_test t;
    t.w.cluster.create_topic("changes", 1);
    const auto changelog = t.collector.open_changelog("changes", {0, 0});
    const std::string key = "a";
    changelog->append(bytes_view(std::string_view(key)), std::nullopt, 5, nullptr);
    t.flush(1s);
    CHECK(t.collector.acknowledged("changes", 0) == 0);
    testing_support::faulty_producer next{t.w.cluster.clients()->make_producer({.client_id = "next"}), t.plan};
    t.collector.use(next);
    CHECK_FALSE(t.collector.acknowledged("changes", 0));
    changelog->append(bytes_view(std::string_view(key)), std::nullopt, 5, nullptr);
    t.flush(1s);
    CHECK(t.collector.acknowledged("changes", 0) == 1);
}
