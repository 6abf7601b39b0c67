#include "catch.hpp"
#include "faults/faulty_clients.hpp"
#include "runtime/messages.hpp"
#include "runtime/topologies.hpp"
#include "runtime/world.hpp"
#include "state/disk/corrupt_state_error.hpp"

#include <streams/dsl/streams_builder.hpp>

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using kafka::error_class;
using testing_support::call;
using testing_support::copy_topology;
using testing_support::count_topology;
using testing_support::eventually;
using testing_support::patience;
using testing_support::says;

namespace {

using text = std::string;

/// A world whose applications promise exactly once, and whose clients fail as its plan says.
struct transactional_world : testing_support::world {
    using world::world;
    streams_config config(const text& instance = "one") const {
        auto c = world::config(instance);
        c.guarantee = processing_guarantee::exactly_once_v2;
        return c;
    }
    std::shared_ptr<kafka::client_supplier> clients() const {
        return std::make_shared<testing_support::faulty_clients>(cluster.clients(), plan);
    }
    kafka_streams run(topology what, streams_config with) const {
        return world::run(std::move(what), std::move(with), clients());
    }
    std::vector<text> seen(const text& topic = "out") const {
        std::vector<text> values;
        for (const auto& each : cluster.read<text, text>(topic, isolation_level::read_committed))
            values.push_back(each.value);
        return values;
    }
    /// A producer of somebody else, with a transaction open.
    std::unique_ptr<kafka::producer> with_open_transaction(std::chrono::milliseconds timeout = 1h) const {
        auto producer = cluster.clients()->make_producer(
            {.client_id = "other", .transactional_id = "other", .transaction_timeout = timeout});
        REQUIRE(producer->init_transactions(0ms).ok());
        REQUIRE(producer->begin_transaction().ok());
        return producer;
    }

    std::shared_ptr<testing_support::fault_plan> plan = std::make_shared<testing_support::fault_plan>();
};

void write(kafka::producer& to, std::string_view topic, std::string_view key, std::string_view value) {
    REQUIRE(
        to.append({.topic = to.open(topic), .key = bytes_view(key), .value = bytes_view(value), .timestamp = 1}).ok());
}

/// Forwards a tick every 20 ms of the wall clock, whether records come or not.
class ticking final : public processor<text, text, text, text> {
public:
    void init(context_type& context) override {
        context_ = &context;
        context.schedule(20ms, punctuation_type::wall_clock_time,
                         [this](std::int64_t now) { context_->forward("tick", "tick", now); });
    }
    void process(const record_type& r) override { context_->forward(r); }

private:
    context_type* context_ = nullptr;
};

topology ticking_topology() {
    topology t;
    t.add_source<text, text>("source", "in");
    t.add_processor("tick", [] { return std::make_unique<ticking>(); }, {"source"});
    t.add_sink<text, text>("sink", "out", {"tick"});
    return t;
}

} // namespace

TEST_CASE("what is written counts with the commit, and is not seen before by who reads committed records") {
    transactional_world w;
    auto config = w.config();
    config.commit_interval = 1h;
    config.producer["transaction.timeout.ms"] = "7200000";
    kafka_streams app = w.run(count_topology(true), config);
    w.produce("a", "x");
    w.produce("a", "x");
    REQUIRE(eventually([&] { return w.out().size() == 2; }));
    CHECK(w.seen().empty());
    CHECK(w.committed() == -1);
    CHECK(app.close(patience));
    CHECK(w.seen() == std::vector<text>{"1", "2"});
    CHECK(w.committed() == 2);
    CHECK(w.cluster.read_bytes("app-counts-changelog", isolation_level::read_committed).size() == 1);
}

TEST_CASE(
    "a transaction that has to be aborted is undone in memory, and nothing is closed, restored or made anew for it") {
    const auto at = GENERATE(call::send_offsets, call::commit_transaction, call::deliver);
    CAPTURE(static_cast<int>(at));
    transactional_world w;
    kafka_streams app(count_topology(true), w.config(), w.clients());
    std::atomic<int> restorations{0};
    app.set_restore_listener({.on_restore_start = [&](auto&&...) { ++restorations; }});
    app.start();
    w.produce("a", "x");
    REQUIRE(eventually([&] { return w.committed() == 1; }));
    w.plan->fail(at, {error_class::abortable, "of an old generation"});
    w.produce("a", "x");
    w.produce("b", "x");
    REQUIRE(eventually([&] { return w.committed() == 3; }));
    CHECK(w.plan->failed(at) == 1);
    CHECK(w.seen() == std::vector<text>{"1", "2", "1"});
    if (at != call::deliver) CHECK(w.out().size() > 3); // those of the transaction that was aborted too
    CHECK(restorations == 1);
    CHECK(w.plan->made(call::make_producer) == 1);
    CHECK(app.state() == application_state::running);
}

TEST_CASE("a producer that is fenced loses its tasks, and joins again with the next one") {
    const auto at = GENERATE(call::send_offsets, call::commit_transaction);
    transactional_world w;
    kafka_streams app = w.run(count_topology(true), w.config());
    w.produce("a", "x");
    REQUIRE(eventually([&] { return w.committed() == 1; }));
    w.plan->fail(at, {error_class::fenced, "another producer has the id"});
    w.produce("a", "x");
    REQUIRE(eventually([&] { return w.committed() == 2; }));
    CHECK(w.seen() == std::vector<text>{"1", "2"});
    CHECK(w.plan->made(call::make_producer) == 2);
    CHECK(app.wait_for(application_state::running, patience));
}

TEST_CASE("a commit whose answer is lost is asked for again, and made once") {
    transactional_world w;
    kafka_streams app = w.run(count_topology(true), w.config());
    w.plan->lose_answer(call::commit_transaction, {error_class::retriable, "no answer"}, 3);
    w.produce("a", "x");
    REQUIRE(eventually([&] { return w.committed() == 1; }));
    w.produce("a", "x");
    REQUIRE(eventually([&] { return w.seen() == std::vector<text>{"1", "2"}; }));
    CHECK(w.plan->made(call::abort_transaction) == 0);
    CHECK(w.plan->made(call::make_producer) == 1);
}

TEST_CASE("a commit that was done, though its answer says that it has to be aborted, is not done again") {
    transactional_world w;
    kafka_streams app = w.run(count_topology(true), w.config());
    w.produce("a", "x");
    REQUIRE(eventually([&] { return w.committed() == 1; }));
    w.plan->lose_answer(call::commit_transaction, {error_class::abortable, "it failed, or did it"});
    w.produce("a", "x");
    REQUIRE(eventually([&] { return w.plan->made(call::make_producer) == 2; })); // the abort was refused
    w.produce("a", "x");
    REQUIRE(eventually([&] { return w.committed() == 3; }));
    CHECK(w.seen() == std::vector<text>{"1", "2", "3"});
}

TEST_CASE("a record that takes longer than a transaction may be open is done again, once, and counted once") {
    transactional_world w;
    auto config = w.config();
    config.producer["transaction.timeout.ms"] = "200";
    std::atomic<bool> slow{true};
    kafka_streams app = w.run(count_topology(true,
                                             [&](const auto& r, auto&) {
                                                 if (r.key == "b" && slow.exchange(false))
                                                     std::this_thread::sleep_for(500ms);
                                             }),
                              config);
    w.produce("a", "x");
    w.produce("b", "x");
    w.produce("a", "x");
    REQUIRE(eventually([&] { return w.committed() == 3; }));
    CHECK(w.seen() == std::vector<text>{"1", "1", "2"});
}

TEST_CASE("a store that is found damaged is rebuilt, and what was done since the last commit is done again by all") {
    transactional_world w(2);
    std::atomic<bool> damaged{false};
    kafka_streams app = w.run(count_topology(true,
                                             [&](const auto& r, auto&) {
                                                 if (r.value == "bad" && damaged.exchange(false))
                                                     throw corrupt_state_error("counts", "its bytes are damaged");
                                             }),
                              w.config());
    const auto produce = [&](std::int32_t partition, const text& value) {
        w.cluster.produce("in", text("k") + std::to_string(partition), value, {.timestamp = 1, .partition = partition});
    };
    produce(0, "x");
    produce(1, "x");
    REQUIRE(eventually([&] { return w.committed("in", 0) == 1 && w.committed("in", 1) == 1; }));
    damaged = true;
    produce(1, "x");
    produce(0, "bad");
    REQUIRE(eventually([&] { return w.committed("in", 0) == 2 && w.committed("in", 1) == 2; }));
    CHECK_FALSE(damaged);
    std::map<text, text> counts;
    for (const auto& each : w.cluster.read<text, text>("out", isolation_level::read_committed))
        counts[each.key] += each.value;
    CHECK(counts == std::map<text, text>{{"k0", "12"}, {"k1", "12"}});
    CHECK(app.state() != application_state::error);
}

TEST_CASE("what punctuations write is committed as a member of the group, also where nothing was read") {
    transactional_world w;
    kafka_streams app = w.run(ticking_topology(), w.config());
    w.produce("a", "x");
    REQUIRE(eventually([&] { return w.committed() == 1; }));
    const int before = w.plan->made(call::send_offsets);
    REQUIRE(eventually([&] { return w.plan->made(call::send_offsets) > before + 2; }));
    CHECK(w.committed() == 1);
    // So the group can refuse them.
    w.plan->fail(call::send_offsets, {error_class::abortable, "of an old generation"});
    REQUIRE(eventually([&] { return w.plan->failed(call::send_offsets) == 1; }));
    const auto seen = w.seen().size();
    REQUIRE(eventually([&] { return w.seen().size() > seen; }));
    CHECK(w.out().size() > w.seen().size());
}

TEST_CASE("where nothing is done, no transaction is begun") {
    transactional_world w;
    kafka_streams app = w.run(count_topology(true), w.config());
    w.produce("a", "x");
    REQUIRE(eventually([&] { return w.committed() == 1; }));
    const int begun = w.plan->made(call::begin_transaction);
    const int polled = w.plan->made(call::poll);
    REQUIRE(eventually([&] { return w.plan->made(call::poll) > polled + 20; })); // several commit intervals
    CHECK(w.plan->made(call::begin_transaction) == begun);
}

TEST_CASE("records of transactions that were aborted are not processed") {
    transactional_world w;
    const auto other = w.with_open_transaction();
    write(*other, "in", "a", "aborted");
    REQUIRE(other->abort_transaction(0ms).ok());
    REQUIRE(other->begin_transaction().ok());
    write(*other, "in", "a", "committed");
    REQUIRE(other->commit_transaction(0ms).ok());
    kafka_streams app = w.run(copy_topology(), w.config());
    REQUIRE(eventually([&] { return w.seen().size() == 1; }));
    CHECK(w.seen() == std::vector<text>{"committed"});
    CHECK(eventually([&] { return w.committed() == 4; })); // behind the markers
}

TEST_CASE("a store is not called restored before a transaction that is open in its changelog has ended") {
    transactional_world w;
    {
        kafka_streams app = w.run(count_topology(true), w.config());
        w.produce("a", "x");
        REQUIRE(eventually([&] { return w.committed() == 1; }));
    }
    const auto other = w.with_open_transaction();
    bytes nine;
    append_big_endian(nine, std::int64_t{9});
    REQUIRE(other
                ->append({.topic = other->open("app-counts-changelog"),
                          .partition = 0,
                          .key = bytes_view(std::string_view("a")),
                          .value = nine.view(),
                          .timestamp = 1})
                .ok());
    kafka_streams app = w.run(count_topology(true), w.config("two"));
    w.produce("a", "x");
    CHECK_FALSE(app.wait_for(application_state::running, 300ms));
    const bool commit = GENERATE(true, false);
    REQUIRE((commit ? other->commit_transaction(0ms) : other->abort_transaction(0ms)).ok());
    REQUIRE(eventually([&] { return w.committed() == 2; }));
    CHECK(w.seen().back() == (commit ? "10" : "2"));
}

TEST_CASE(
    "a transaction that a dead instance has left open in a changelog holds its next owner up for its timeout only") {
    transactional_world w;
    {
        kafka_streams app = w.run(count_topology(true), w.config());
        w.produce("a", "x");
        REQUIRE(eventually([&] { return w.committed() == 1; }));
    }
    const auto dead = w.with_open_transaction(200ms);
    write(*dead, "app-counts-changelog", "a", "12345678");
    kafka_streams app = w.run(count_topology(true), w.config("two"));
    w.produce("a", "x");
    REQUIRE(eventually([&] { return w.committed() == 2; }));
    CHECK(w.seen().back() == "2");
}

TEST_CASE("an application that ends with an error holds up nobody who reads what it has written") {
    transactional_world w;
    kafka_streams app = w.run(copy_topology([](const auto& r, auto& context) {
                                  context.forward(r);
                                  if (r.value == "bad") throw std::runtime_error("cannot be processed");
                              }),
                              w.config());
    w.produce("a", "bad");
    REQUIRE(app.wait_for(application_state::error, patience));
    app.close();
    w.cluster.produce("out", text("k"), text("of somebody else"));
    CHECK(w.seen() == std::vector<text>{"of somebody else"});
    CHECK(w.committed() == -1);
}

TEST_CASE("what processors forward while they are closed is committed before the application ends") {
    class parting final : public processor<text, text, text, text> {
    public:
        void init(context_type& context) override { context_ = &context; }
        void process(const record_type& r) override { context_->forward(r); }
        void close() override { context_->forward("last", "words", 1); }

    private:
        context_type* context_ = nullptr;
    };
    topology t;
    t.add_source<text, text>("source", "in");
    t.add_processor("part", [] { return std::make_unique<parting>(); }, {"source"});
    t.add_sink<text, text>("sink", "out", {"part"});
    transactional_world w;
    kafka_streams app = w.run(t, w.config());
    w.produce("a", "first");
    REQUIRE(eventually([&] { return w.committed() == 1; }));
    app.close();
    CHECK(w.seen() == std::vector<text>{"first", "words"});
}

TEST_CASE("a producer that cannot start is waited for: tasks restore meanwhile, and nothing is processed") {
    transactional_world w;
    w.plan->fail(call::init_transactions, {error_class::retriable, "no coordinator"}, 5);
    kafka_streams app = w.run(count_topology(true), w.config());
    w.produce("a", "x");
    REQUIRE(eventually([&] { return w.committed() == 1; }));
    CHECK(w.plan->failed(call::init_transactions) == 5);
    CHECK(app.state() == application_state::running);
}

TEST_CASE("a principal without the right to the transactional id is told which") {
    transactional_world w;
    w.plan->fail(call::init_transactions, {error_class::fatal, "grant WRITE on the transactional ids"}, 1000);
    kafka_streams app = w.run(copy_topology(), w.config());
    REQUIRE(app.wait_for(application_state::error, patience));
    CHECK(says(app.error(), "could not start transactions: grant WRITE on the transactional ids"));
}

TEST_CASE("repartition topics keep what was read until the transaction that read it is committed") {
    streams_builder builder;
    builder.stream<text, text>("in")
        .group_by([](const text&, const text& value) { return value; }, grouped{.name = "words"})
        .count(materialized{.name = "words"})
        .to_stream()
        .to("out");
    const topology words = builder.build();
    transactional_world w;
    auto config = w.config();
    config.repartition_purge_interval = 0ms;
    const auto first_kept = [&] { return w.cluster.begin_offsets("app-words-repartition")[0]; };
    kafka_streams app = w.run(words, config);
    w.produce("a", "x");
    REQUIRE(eventually([&] { return w.committed("app-words-repartition") == 2; })); // the record and its marker
    REQUIRE(eventually([&] { return first_kept() == 2; }));
    w.plan->pass(call::send_offsets); // the one that writes the next record there
    w.plan->fail(call::send_offsets, {error_class::abortable, "of an old generation"}, 3);
    w.produce("a", "x");
    REQUIRE(eventually([&] { return w.plan->failed(call::send_offsets) == 3; }));
    REQUIRE(eventually([&] { return w.committed("app-words-repartition") >= 4; }));
    std::vector<std::int64_t> counts;
    for (const auto& each : w.cluster.read<text, std::int64_t>("out", isolation_level::read_committed))
        counts.push_back(each.value);
    CHECK(counts == std::vector<std::int64_t>{1, 2});
}
