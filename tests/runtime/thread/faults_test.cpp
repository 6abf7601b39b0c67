#include "catch.hpp"
#include "faults/faulty_clients.hpp"
#include "runtime/messages.hpp"
#include "runtime/topologies.hpp"
#include "runtime/world.hpp"

#include <streams/dsl/streams_builder.hpp>

#include <algorithm>
#include <atomic>
#include <fstream>

using namespace streams;
using namespace std::chrono_literals;
using kafka::error_class;
using testing_support::call;
using testing_support::count_topology;
using testing_support::eventually;
using testing_support::patience;
using testing_support::says;

namespace {

/// A world whose clients fail as its plan says.
struct faulty_world : testing_support::world {
    using world::world;
    kafka_streams run(streams_config with) {
        return world::run(count_topology(true), std::move(with),
                          std::make_shared<testing_support::faulty_clients>(cluster.clients(), plan));
    }
    std::shared_ptr<testing_support::fault_plan> plan = std::make_shared<testing_support::fault_plan>();
};

} // namespace

TEST_CASE("a commit that fails for a while is tried again, and the application goes on") {
    faulty_world w;
    w.plan->fail(call::commit, {error_class::retriable, "coordinator is loading"}, 3);
    kafka_streams app = w.run(w.config());
    w.produce("a", "x");
    CHECK(eventually([&] { return w.committed() == 1; }));
    CHECK(w.plan->failed(call::commit) == 3);
    CHECK(app.state() == application_state::running);
}

TEST_CASE("a commit that fails for longer than task.timeout.ms ends the application with the reason") {
    faulty_world w;
    w.plan->fail(call::commit, {error_class::retriable, "coordinator is away"}, 1000);
    auto config = w.config();
    config.task_timeout = 0ms; // leaves it one attempt
    kafka_streams app = w.run(config);
    w.produce("a", "x");
    CHECK(app.wait_for(application_state::error, patience));
    CHECK(says(app.error(), "could not commit offsets within 1000 ms"));
    CHECK(says(app.error(), "coordinator is away"));
}

TEST_CASE(
    "with task.timeout.ms=0 an application starts, and goes over what fails for a moment, as Kafka's clients do") {
    for (const auto guarantee : {processing_guarantee::at_least_once, processing_guarantee::exactly_once_v2}) {
        CAPTURE(static_cast<int>(guarantee));
        faulty_world w;
        for (const auto each : {call::subscribe, call::group_members, call::committed, call::bounds, call::acknowledge,
                                call::resume, call::commit, call::init_transactions, call::send_offsets})
            w.plan->fail(each, {error_class::retriable, "coordinator is loading"});
        auto config = w.config();
        config.guarantee = guarantee;
        config.task_timeout = 0ms;
        kafka_streams app = w.run(config);
        w.produce("a", "x");
        CHECK(eventually([&] { return w.committed() >= 1 || !app.error().empty(); }));
        CHECK(app.error().empty());
        CHECK(app.close(patience));
    }
}

TEST_CASE("with task.timeout.ms=0 the first failure that a task would be taken back for ends the application") {
    faulty_world w;
    w.plan->fail(call::deliver, {error_class::retriable, "message timed out"});
    auto config = w.config();
    config.task_timeout = 0ms;
    kafka_streams app = w.run(config);
    w.produce("a", "x");
    CHECK(app.wait_for(application_state::error, patience));
    CHECK(says(app.error(), "message timed out"));
    CHECK(says(app.error(), "tried again for 0 ms (task.timeout.ms)"));
}

TEST_CASE("a fenced commit gives the tasks up without an end of the application") {
    faulty_world w;
    kafka_streams app = w.run(w.config());
    CHECK(app.wait_for(application_state::running, patience));
    w.plan->fail(call::commit, {error_class::fenced, "of an old generation"});
    w.produce("a", "x");
    CHECK(eventually([&] { return w.plan->failed(call::commit) == 1; }));
    // The group moves on when another member comes.
    kafka_streams other = w.run(w.config("other"));
    CHECK(eventually([&] { return w.committed() == 1; }));
    CHECK(app.state() != application_state::error);
}

TEST_CASE("a member that was fenced joins again by itself, with a new producer") {
    for (const auto at : {call::deliver, call::commit}) {
        CAPTURE(static_cast<int>(at));
        faulty_world w;
        kafka_streams app = w.run(w.config());
        CHECK(app.wait_for(application_state::running, patience));
        w.plan->fail(at, {error_class::fenced, "replaced"});
        w.produce("a", "x");
        CHECK(eventually([&] { return w.committed() == 1; }));
        CHECK(w.plan->made(call::make_producer) == 2);
        CHECK(app.wait_for(application_state::running, patience));
    }
}

TEST_CASE("a fence that shows while a task starts again gives the tasks up") {
    faulty_world w;
    {
        kafka_streams app = w.run(w.config());
        w.produce("a", "x");
        CHECK(eventually([&] { return w.committed() == 1; }));
    }
    w.cluster.remove_topic("app-counts-changelog"); // the store stands ahead of it, so that its task starts again
    w.plan->pass(call::committed);
    w.plan->fail(call::committed, {error_class::fenced, "of an old generation"});
    kafka_streams app = w.run(w.config());
    CHECK(eventually([&] { return w.plan->failed(call::committed) == 1; }));
    w.produce("a", "x");
    CHECK(eventually([&] { return w.committed() == 2; }));
    CHECK(app.state() != application_state::error);
}

TEST_CASE("records that did not arrive are made again from the last commit") {
    faulty_world w;
    kafka_streams app = w.run(w.config());
    CHECK(app.wait_for(application_state::running, patience));
    w.produce("a", "x");
    CHECK(eventually([&] { return w.committed() == 1; }));
    w.plan->fail(call::deliver, {error_class::retriable, "message timed out"}, 2);
    w.produce("a", "x");
    w.produce("a", "x");
    CHECK(eventually([&] { return w.committed() == 3; }));
    CHECK(w.counts()["a"] == 3); // the state went back too: nothing is counted twice
    CHECK(app.state() != application_state::error);
}

TEST_CASE("what was done since the last commit is undone in memory where records did not arrive: nothing is restored") {
    faulty_world w;
    w.produce("a", "x");
    w.produce("b", "x");
    // Both results arrive, and the changelog's record of the first key; that of the second does not.
    for (int i = 0; i < 3; ++i) w.plan->pass(call::deliver);
    w.plan->fail(call::deliver, {error_class::retriable, "message timed out"});
    auto config = w.config();
    config.commit_interval = 300ms;
    kafka_streams app(count_topology(true), config,
                      std::make_shared<testing_support::faulty_clients>(w.cluster.clients(), w.plan));
    std::atomic<int> restorations{0};
    app.set_restore_listener({.on_restore_start = [&](auto&&...) { ++restorations; }});
    app.start();
    REQUIRE(eventually([&] { return w.committed() == 2; }));
    CHECK(w.plan->failed(call::deliver) == 1);
    CHECK(w.out() == std::vector<std::string>{"1", "1", "1", "1"}); // not counted twice, though the changelog has it
    CHECK(restorations == 1);
    CHECK(w.plan->made(call::make_producer) == 1);
}

TEST_CASE("records that turn out not to have arrived while the group rebalances do not hold it up") {
    faulty_world w;
    kafka_streams app = w.run(w.config());
    CHECK(app.wait_for(application_state::running, patience));
    w.plan->fail_after_rebalance(call::take_failures, {error_class::retriable, "message timed out"});
    kafka_streams other = w.run(w.config("other"));
    CHECK(eventually([&] { return w.plan->failed(call::take_failures) == 1; }));
    CHECK(other.wait_for(application_state::running, patience));
    CHECK(app.wait_for(application_state::running, patience));
    w.produce("a", "x");
    CHECK(eventually([&] { return w.committed() == 1; }));
}

TEST_CASE("what a store remembers of a record is in its changelog only after all that the record led to") {
    streams_builder builder;
    builder.stream<std::string, std::string>("in")
        .deduplicate([](const std::string& value) { return value; }, 1h, named{"first"})
        .group_by_key()
        .count(materialized{.name = "count", .caching = false})
        .to_stream()
        .to("out");
    const topology counted_once = builder.build();
    faulty_world w;
    const auto results = [&] { return w.cluster.read<std::string, std::int64_t>("out").size(); };
    {
        auto config = w.config();
        config.commit_interval = 1h;
        kafka_streams app = w.world::run(
            counted_once, config, std::make_shared<testing_support::faulty_clients>(w.cluster.clients(), w.plan));
        w.produce("a", "x");
        REQUIRE(eventually([&] { return results() == 1; }));
        w.plan->lose_answer(call::flush, {error_class::fatal, "not authorised"});
        app.close();
    }
    const auto topics = w.cluster.topics();
    REQUIRE(std::ranges::count_if(topics, [](const auto& each) { return each.ends_with("-changelog"); }) == 2);
    for (const std::string& topic : topics)
        if (topic.ends_with("-changelog"))
            CHECK(w.cluster.end_offsets(topic).front() == (topic == "app-count-changelog" ? 1 : 0));
    // Whether they had arrived nobody knows: the record is counted again, and taken for no duplicate of itself.
    kafka_streams app = w.world::run(counted_once, w.config());
    CHECK(eventually([&] { return w.committed() == 1; }));
    CHECK(results() == 2);
}

TEST_CASE("what processors forward while they are closed is sent before the application ends") {
    class parting final : public processor<std::string, std::string, std::string, std::string> {
    public:
        void init(context_type& context) override { context_ = &context; }
        void process(const record_type& r) override { context_->forward(r); }
        void close() override { context_->forward("last", "words", 1); }

    private:
        context_type* context_ = nullptr;
    };
    topology t;
    t.add_source<std::string, std::string>("source", "in");
    t.add_processor("part", [] { return std::make_unique<parting>(); }, {"source"});
    t.add_sink<std::string, std::string>("sink", "out", {"part"});
    faulty_world w;
    kafka_streams app =
        w.world::run(t, w.config(), std::make_shared<testing_support::faulty_clients>(w.cluster.clients(), w.plan));
    CHECK(app.wait_for(application_state::running, patience));
    app.close();
    CHECK(w.out() == std::vector<std::string>{"words"});
    CHECK(w.plan->made(call::close_unflushed) == 0);
}

TEST_CASE("a record that the cluster refuses for good ends the application, and is not committed") {
    faulty_world w;
    kafka_streams app = w.run(w.config());
    w.plan->fail(call::append, {error_class::fatal, "the record is too large"});
    w.produce("a", "x");
    CHECK(app.wait_for(application_state::error, patience));
    CHECK(says(app.error(), "the record is too large"));
    CHECK(w.committed() <= 0);
}

TEST_CASE("a full outgoing queue is waited for") {
    faulty_world w;
    w.plan->fail(call::append, {error_class::retriable, "queue full"}, 3);
    kafka_streams app = w.run(w.config());
    w.produce("a", "x");
    CHECK(eventually([&] { return w.out().size() == 1; }));
    CHECK(w.plan->failed(call::append) == 3);
}

TEST_CASE("committed offsets that cannot be read at once are asked for again before anything is processed") {
    faulty_world w;
    w.produce("a", "x");
    {
        kafka_streams app = w.run(w.config());
        CHECK(eventually([&] { return w.committed() == 1; }));
    }
    w.plan->fail(call::committed, {error_class::retriable, "coordinator is loading"}, 3);
    kafka_streams app = w.run(w.config());
    w.produce("a", "x");
    CHECK(eventually([&] { return w.committed() == 2; }));
    CHECK(w.counts()["a"] == 2);
}

TEST_CASE("errors of a poll are waited out") {
    faulty_world w;
    w.plan->fail(call::poll, {error_class::retriable, "all brokers are down"}, 5);
    kafka_streams app = w.run(w.config());
    w.produce("a", "x");
    CHECK(eventually([&] { return w.out().size() == 1; }));
}

TEST_CASE("a cluster that is away at the start is waited for on the threads") {
    faulty_world w;
    w.plan->fail(call::describe, {error_class::retriable, "no broker answers"}, 3);
    kafka_streams app = w.run(w.config());
    CHECK(app.state() == application_state::rebalancing);
    w.produce("a", "x");
    CHECK(eventually([&] { return w.out().size() == 1; }));
    CHECK(w.plan->failed(call::describe) == 3);
}

TEST_CASE("a cluster that is away at the start is waited for on the threads where sources have patterns too") {
    faulty_world w;
    const bool comes_back = GENERATE(true, false);
    w.plan->fail(call::list, {error_class::retriable, "no broker answers"}, comes_back ? 3 : 1000);
    streams_builder builder;
    builder.stream<std::string, std::string>(topic_pattern{"i.*"}).to("out");
    kafka_streams app = w.world::run(builder.build(), w.config(),
                                     std::make_shared<testing_support::faulty_clients>(w.cluster.clients(), w.plan));
    CHECK(app.state() == application_state::rebalancing);
    if (comes_back) {
        w.produce("a", "x");
        CHECK(eventually([&] { return w.out().size() == 1; }));
        CHECK(w.plan->failed(call::list) == 3);
        return;
    }
    CHECK(app.close(patience));
    CHECK(app.state() == application_state::not_running);
}

TEST_CASE("a pattern that turns out to match no topic once the cluster answers ends the application") {
    faulty_world w;
    w.plan->fail(call::list, {error_class::retriable, "no broker answers"});
    streams_builder builder;
    builder.stream<std::string, std::string>(topic_pattern{"x.*"}).to("out");
    kafka_streams app = w.world::run(builder.build(), w.config(),
                                     std::make_shared<testing_support::faulty_clients>(w.cluster.clients(), w.plan));
    CHECK(app.wait_for(application_state::error, patience));
    CHECK(says(app.error(), "pattern x.* of source"));
}

TEST_CASE("a topic that turns out to be missing once the cluster answers ends the application") {
    faulty_world w;
    w.cluster.remove_topic("in");
    w.plan->fail(call::describe, {error_class::retriable, "no broker answers"});
    kafka_streams app = w.run(w.config());
    CHECK(app.wait_for(application_state::error, patience));
    CHECK(says(app.error(), "source topic in does not exist"));
}

TEST_CASE("an application that waits for its cluster can be closed") {
    faulty_world w;
    w.plan->fail(call::describe, {error_class::retriable, "no broker answers"}, 1000);
    kafka_streams app = w.run(w.config());
    CHECK(app.close(patience));
    CHECK(app.state() == application_state::not_running);
}

TEST_CASE("a damaged store is rebuilt from its changelog") {
    faulty_world w;
    for (int i = 0; i < 3; ++i) w.produce("a", "x");
    {
        kafka_streams app = w.run(w.config());
        CHECK(eventually([&] { return w.committed() == 3; }));
    }
    int damaged = 0;
    for (const auto& file : std::filesystem::recursive_directory_iterator(w.config().state_dir))
        if (file.path().filename() == "CURRENT") {
            std::ofstream(file.path(), std::ios::trunc) << "damaged";
            ++damaged;
        }
    REQUIRE(damaged == 1);
    kafka_streams app = w.run(w.config());
    w.produce("a", "x");
    CHECK(eventually([&] { return w.counts()["a"] == 4; }));
}

TEST_CASE("a store ahead of its changelog is of another one, and is rebuilt") {
    faulty_world w;
    for (int i = 0; i < 3; ++i) w.produce("a", "x");
    {
        kafka_streams app = w.run(w.config());
        CHECK(eventually([&] { return w.committed() == 3; }));
    }
    w.cluster.remove_topic("app-counts-changelog");
    kafka_streams app = w.run(w.config());
    w.produce("a", "x");
    CHECK(eventually([&] { return w.committed() == 4; }));
    CHECK(w.out().back() == "1");
}

TEST_CASE("a store that the disk refuses is tried again until the disk gives way") {
    faulty_world w;
    const auto in_the_way = w.config().state_dir / "app" / "0_0";
    std::filesystem::create_directories(in_the_way.parent_path());
    std::ofstream(in_the_way) << "no folder can be made here";
    kafka_streams app = w.run(w.config());
    w.produce("a", "x");
    CHECK_FALSE(app.wait_for(application_state::running, 300ms));
    CHECK(app.state() == application_state::rebalancing);
    std::filesystem::remove(in_the_way);
    CHECK(eventually([&] { return w.committed() == 1; }));
    CHECK(w.out() == std::vector<std::string>{"1"});
}

TEST_CASE("a store that the disk refuses for longer than task.timeout.ms ends the application with the reason") {
    faulty_world w;
    auto config = w.config();
    config.task_timeout = 100ms;
    const auto in_the_way = config.state_dir / "app" / "0_0";
    std::filesystem::create_directories(in_the_way.parent_path());
    std::ofstream(in_the_way) << "no folder can be made here";
    kafka_streams app = w.run(config);
    CHECK(app.wait_for(application_state::error, patience));
    CHECK(says(app.error(), "task.timeout.ms"));
    CHECK(says(app.error(), "0_0"));
}

TEST_CASE("an acknowledgement of a rebalance that fails for a while is tried again, since the group waits for it") {
    faulty_world w;
    kafka_streams app = w.run(w.config());
    REQUIRE(app.wait_for(application_state::running, patience));
    w.plan->fail(call::acknowledge, {error_class::retriable, "coordinator is away"}, 3);
    kafka_streams other = w.run(w.config("other"));
    CHECK(eventually([&] { return w.plan->failed(call::acknowledge) == 3; }));
    CHECK(other.wait_for(application_state::running, patience));
    CHECK(app.wait_for(application_state::running, patience));
}
