#include "catch.hpp"
#include "faults/faulty_clients.hpp"

#include <streams/testing/embedded_cluster.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using kafka::error_class;
using testing_support::call;

namespace {

/// A topic with one partition, and clients of it that follow a plan.
struct faulty_cluster {
    faulty_cluster() { cluster.create_topic("t"); }
    [[nodiscard]] std::unique_ptr<kafka::consumer> alone() {
        auto consumer = clients.make_consumer({.client_id = "c", .group_id = "g"});
        return consumer;
    }
    [[nodiscard]] std::int64_t committed() const {
        const auto all = cluster.committed("g");
        return all.empty() ? -1 : all.begin()->second.offset;
    }

    embedded_cluster cluster;
    std::shared_ptr<testing_support::fault_plan> plan = std::make_shared<testing_support::fault_plan>();
    testing_support::faulty_clients clients{cluster.clients(), plan};
};

const std::vector<kafka::committed_offset> seven{{.partition = {"t", 0}, .offset = 7}};

} // namespace

TEST_CASE("a call that fails by plan is not made, one whose answer is lost is made, and then all is well again") {
    faulty_cluster f;
    const auto consumer = f.alone();
    f.plan->fail(call::commit, {error_class::retriable, "first"});
    f.plan->pass(call::commit);
    f.plan->lose_answer(call::commit, {error_class::fenced, "second"});
    CHECK(consumer->commit(seven, 1s).reason() == "first");
    CHECK(f.committed() == -1);
    CHECK(consumer->commit(seven, 1s).ok());
    CHECK(f.committed() == 7);
    const std::vector<kafka::committed_offset> eight{{.partition = {"t", 0}, .offset = 8}};
    CHECK(consumer->commit(eight, 1s).kind() == error_class::fenced);
    CHECK(f.committed() == 8);
    CHECK(consumer->commit(seven, 1s).ok());
    CHECK(f.plan->made(call::commit) == 4);
    CHECK(f.plan->failed(call::commit) == 2);
}

TEST_CASE("a record that is not delivered is not in the log, and its failure names it") {
    faulty_cluster f;
    const auto producer = f.clients.make_producer({.client_id = "p"});
    const auto topic = producer->open("t");
    f.plan->fail(call::deliver, {error_class::fatal, "too large"});
    CHECK(producer->append({.topic = topic, .timestamp = 5, .tag = 9}).ok());
    CHECK(producer->append({.topic = topic}).ok());
    const auto failures = producer->take_failures();
    REQUIRE(failures.size() == 1);
    CHECK(failures[0].partition == topic_partition{"t", 0});
    CHECK(failures[0].reason.reason() == "too large");
    CHECK(failures[0].tag == 9);
    CHECK(failures[0].timestamp == 5);
    CHECK(f.cluster.end_offsets("t") == std::vector<std::int64_t>{1});
}

TEST_CASE("a commit of a transaction whose answer is lost is made once, and the next call says so") {
    faulty_cluster f;
    const auto producer = f.clients.make_producer({.client_id = "p", .transactional_id = "id"});
    REQUIRE(producer->init_transactions(0ms).ok());
    REQUIRE(producer->begin_transaction().ok());
    REQUIRE(producer->append({.topic = producer->open("t")}).ok());
    f.plan->lose_answer(call::commit_transaction, {error_class::retriable, "no answer"});
    CHECK(producer->commit_transaction(0ms).kind() == error_class::retriable);
    CHECK(producer->commit_transaction(0ms).ok());
    CHECK(f.cluster.end_offsets("t") == std::vector<std::int64_t>{2}); // the record and one marker
}

TEST_CASE("a fault that waits for a rebalance shows after the poll that brought it") {
    faulty_cluster f;
    f.plan->fail_after_rebalance(call::commit, {error_class::fenced, "replaced"});
    const auto member = f.clients.make_consumer({.client_id = "c", .group_id = "g"});
    const std::vector<std::string> topics{"t"};
    REQUIRE(member->subscribe(topics).ok());
    const auto polled = member->poll(0ms, 10);
    REQUIRE(polled.rebalances.size() == 1);
    CHECK(member->commit(seven, 1s).kind() == error_class::fenced);
    CHECK(member->commit(seven, 1s).ok());
}

TEST_CASE("what goes wrong by chance is the same for the same seed, call by call, and another for another") {
    const auto run = [](std::uint64_t seed) {
        faulty_cluster f;
        f.plan->at_random(seed, {.failures = 200, .lost_answers = 100, .delays = 100, .longest_delay = 0ms});
        const auto consumer = f.alone();
        std::string seen;
        for (int i = 0; i < 200; ++i) {
            kafka::log_bounds bounds;
            seen += consumer->commit(seven, 1s).ok() ? '.' : 'c';
            seen += consumer->bounds({"t", 0}, bounds, 0ms).ok() ? '.' : 'b';
        }
        return seen;
    };
    const auto first = run(1);
    CHECK(run(1) == first);
    CHECK(run(2) != first);
    const auto failed = std::count_if(first.begin(), first.end(), [](char c) { return c != '.'; });
    CHECK(failed > 60);
    CHECK(failed < 180);
}
