#include "catch.hpp"
#include "faults/faulty_clients.hpp"
#include "kafka/captured_log.hpp"
#include "runtime/messages.hpp"
#include "runtime/world.hpp"

#include "src/runtime/thread/open_transaction_watch.hpp"

#include <streams/core/manual_clock.hpp>

#include <algorithm>
#include <memory>

using namespace streams;
using namespace std::chrono_literals;
using kafka::error_class;
using testing_support::call;
using testing_support::says;
using testing_support::world;

namespace {

/// A read_committed reader of `in`, whose calls follow a plan, and somebody else's producer.
struct reading_world : world {
    reading_world() {
        read_from(0);
        REQUIRE(producer->init_transactions(0ms).ok());
    }
    void read_from(std::int64_t offset) {
        start = offset;
        const std::vector<std::pair<topic_partition, std::int64_t>> from{{in, offset}};
        REQUIRE(consumer.assign(from).ok());
    }
    void begin() {
        REQUIRE(producer->begin_transaction().ok());
        REQUIRE(producer->append({.topic = producer->open("in"), .partition = 0, .value = bytes_view("v")}).ok());
        REQUIRE(producer->flush(1s).ok());
    }
    void commit() { REQUIRE(producer->commit_transaction(1s).ok()); }
    /// Polls and looks once a second.
    void pass(std::chrono::seconds span) {
        for (const auto end = time.steady_ms() + std::chrono::milliseconds(span).count(); time.steady_ms() < end;) {
            time.advance(1s);
            static_cast<void>(consumer.poll(0ms, 100));
            if (watch.due()) watch.look(consumer, in, start);
        }
    }
    std::ptrdiff_t told(std::string_view part) const {
        return std::ranges::count_if(log.lines(), [&](const auto& line) { return says(line, part); });
    }

    const topic_partition in{"in", 0};
    std::int64_t start = 0;
    tests::captured_log log;
    manual_clock time;
    std::shared_ptr<testing_support::fault_plan> plan = std::make_shared<testing_support::fault_plan>();
    testing_support::faulty_consumer consumer{
        cluster.clients()->make_consumer({.client_id = "c", .read_committed = true}), plan};
    std::unique_ptr<kafka::producer> producer = cluster.clients()->make_producer(
        {.client_id = "other", .transactional_id = "other", .transaction_timeout = 1h});
    open_transaction_watch watch{time};
};

} // namespace

TEST_CASE(
    "an input that stands still before an open transaction is told once, with the remedy, and once that it goes on") {
    reading_world w;
    w.begin();
    w.commit();
    w.begin(); // at offset 2, behind a record and its marker
    w.pass(119s);
    CHECK(w.told("in-0") == 0);
    w.pass(300s);
    CHECK(w.told("in-0 has stood still at offset 2 for 120 s") == 1);
    CHECK(w.told("kafka-transactions.sh abort --topic in --partition 0 --start-offset 2") == 1);
    CHECK(w.told("in-0") == 1);
    CHECK(w.plan->made(call::bounds) == 1);
    w.commit();
    w.pass(2s);
    CHECK(w.told("in-0 is read on: the transaction at offset 2 has ended") == 1);
    CHECK(w.told("in-0") == 2);
}

TEST_CASE("transactions that follow each other are no standstill, however long there is one") {
    reading_world w;
    for (int i = 0; i < 10; ++i) {
        w.begin();
        w.pass(60s);
        w.commit();
    }
    CHECK(w.told("in-0") == 0);
    CHECK(w.plan->made(call::bounds) == 0);
}

TEST_CASE("nothing is told of a transaction that the broker does not confirm, until it does") {
    reading_world w;
    w.plan->fail(call::bounds, {error_class::retriable, "no leader"});
    w.begin();
    w.pass(125s);
    CHECK(w.told("in-0") == 0);
    CHECK(w.plan->made(call::bounds) == 1);
    w.pass(10s);
    CHECK(w.told("in-0 has stood still") == 1);
}

TEST_CASE("an input that is not read any more is told of no longer, one that is assigned anew is") {
    reading_world w;
    w.begin();
    w.pass(100s);
    w.watch.keep([](const topic_partition&) { return false; });
    w.pass(100s);
    CHECK(w.told("in-0") == 0);
    w.read_from(0);
    w.watch.keep([](const topic_partition&) { return true; });
    w.pass(30s);
    CHECK(w.told("in-0 has stood still") == 1);
    w.read_from(0);
    w.pass(200s);
    w.commit();
    w.pass(2s);
    CHECK(w.told("in-0 has stood still") == 1);
    CHECK(w.told("in-0 is read on") == 1);
}

TEST_CASE("an input that is read from behind the last stable offset is told too, with where the transaction begins") {
    reading_world w;
    w.begin();
    w.produce("k", "v");
    w.produce("k", "v");
    w.read_from(2);
    w.pass(130s);
    CHECK(w.told("in-0 has stood still at offset 2 for 120 s: the transaction that begins at offset 0") == 1);
    CHECK(w.told("--start-offset 0") == 1);
}

TEST_CASE("an input that goes back is told of where it stands then, unless it comes to where it stood") {
    reading_world w;
    w.begin();
    w.commit();
    w.begin();
    w.pass(130s);
    REQUIRE(w.told("in-0 has stood still at offset 2") == 1);
    w.commit();
    w.cluster.remove_topic("in");
    w.cluster.create_topic("in", 1);
    w.read_from(0);
    w.begin();
    w.pass(130s);
    CHECK(w.told("in-0 has stood still at offset 0") == 1);
    CHECK(w.told("in-0 is read on") == 0);
}
