// pause() and resume().

#include "catch.hpp"
#include "runtime/messages.hpp"
#include "runtime/topologies.hpp"
#include "runtime/world.hpp"

#include <streams/topology/processor_api.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::copy_topology;
using testing_support::count_topology;
using testing_support::eventually;
using testing_support::patience;
using testing_support::world;
using text = std::string;

namespace {

/// Counts the punctuations of both kinds.
class ticking final : public processor<text, text, text, text> {
public:
    explicit ticking(std::atomic<int>& ticks) : ticks_(ticks) {}
    void init(context_type& context) override {
        context_ = &context;
        context.schedule(1ms, punctuation_type::wall_clock_time, [this](std::int64_t) { ++ticks_; });
        context.schedule(1ms, punctuation_type::stream_time, [this](std::int64_t) { ++ticks_; });
    }
    void process(const record_type& r) override { context_->forward(r); }

private:
    std::atomic<int>& ticks_;
    context_type* context_ = nullptr;
};

topology ticking_topology(std::atomic<int>& ticks) {
    topology t;
    t.add_source<text, text>("source", "in");
    t.add_processor("tick", [&ticks] { return std::make_unique<ticking>(ticks); }, {"source"});
    t.add_sink<text, text>("sink", "out", {"tick"});
    return t;
}

/// As many turns of its thread as a pause needs to be noticed, and some more.
void let_it_turn() { std::this_thread::sleep_for(100ms); }

} // namespace

TEST_CASE("a paused application processes nothing and punctuates nothing, stays in its group, and goes on when it is "
          "resumed") {
    std::atomic<int> ticks{0};
    world w(1, {.max_poll_interval = 200ms});
    auto config = w.config();
    config.max_poll_interval = 200ms;
    kafka_streams app = w.run(ticking_topology(ticks), config);
    w.produce("k", "before");
    REQUIRE(eventually([&] { return w.committed() == 1 && ticks > 2; }));
    CHECK_FALSE(app.is_paused());
    app.pause();
    app.pause();
    CHECK(app.is_paused());
    let_it_turn();
    const int ticked = ticks;
    w.produce("k", "meanwhile", 1'000);
    std::this_thread::sleep_for(500ms); // longer than max.poll.interval.ms
    CHECK(ticks == ticked);
    CHECK(w.out() == std::vector<text>{"before"});
    CHECK(w.cluster.members("app") == 1);
    CHECK(app.state() == application_state::running);
    app.resume();
    app.resume();
    CHECK_FALSE(app.is_paused());
    CHECK(eventually([&] { return w.out().size() == 2 && ticks > ticked; }));
}

TEST_CASE("what was done before a pause is committed at once, and no transaction is left open") {
    const auto guarantee = GENERATE(processing_guarantee::at_least_once, processing_guarantee::exactly_once_v2);
    world w;
    auto config = w.config();
    config.guarantee = guarantee;
    config.commit_interval = 1h;
    config.producer["transaction.timeout.ms"] = "7200000";
    kafka_streams app = w.run(count_topology(true), config);
    w.produce("k", "v");
    REQUIRE(eventually([&] { return w.out().size() == 1; }));
    CHECK(w.committed() == -1);
    app.pause();
    CHECK(eventually([&] { return w.committed() == 1; }));
    CHECK(w.cluster.read_bytes("out", isolation_level::read_committed).size() == 1);
    app.resume();
    w.produce("k", "v");
    CHECK(eventually([&] { return w.out().size() == 2; }));
    CHECK(w.committed() == 1);
}

TEST_CASE(
    "an application that is paused before it starts joins its group, and restores and processes once it is resumed") {
    world w;
    w.produce("k", "v");
    {
        kafka_streams app = w.run(count_topology(true), w.config("first"));
        REQUIRE(eventually([&] { return w.committed() == 1; }));
    }
    w.produce("k", "v");
    kafka_streams app(count_topology(true), w.config("second"), w.cluster.clients());
    std::atomic<bool> restores{false};
    app.set_restore_listener({.on_restore_start = [&](auto&&...) { restores = true; }});
    app.pause();
    app.start();
    REQUIRE(eventually([&] { return w.cluster.members("app") == 1; }));
    let_it_turn();
    CHECK_FALSE(restores);
    CHECK(app.state() == application_state::rebalancing);
    CHECK(w.out().size() == 1);
    app.resume();
    CHECK(eventually([&] { return w.out().size() == 2; }));
    CHECK(restores);
    CHECK(w.out() == std::vector<text>{"1", "2"});
    CHECK(app.wait_for(application_state::running, patience));
}

TEST_CASE("a paused application without state to restore comes up, and is closed like any other") {
    world w;
    kafka_streams app(copy_topology(), w.config(), w.cluster.clients());
    app.pause();
    app.start();
    CHECK(app.wait_for(application_state::running, patience));
    w.produce("k", "v");
    let_it_turn();
    CHECK(w.out().empty());
    CHECK(app.close(patience));
    CHECK(app.state() == application_state::not_running);
    CHECK(w.out().empty());
}

TEST_CASE("a thread that is added to a paused application is paused too") {
    world w(2);
    kafka_streams app = w.run(copy_topology(), w.config());
    app.pause();
    CHECK(app.add_stream_thread());
    REQUIRE(eventually([&] { return w.cluster.members("app") == 2; }));
    w.cluster.produce("in", text("k"), text("a"), {.timestamp = 1, .partition = 0});
    w.cluster.produce("in", text("k"), text("b"), {.timestamp = 1, .partition = 1});
    let_it_turn();
    CHECK(w.out().empty());
    app.resume();
    CHECK(eventually([&] { return w.out().size() == 2; }));
}
