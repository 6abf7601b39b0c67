// close() and the destructor wherever user code may call them.

#include "catch.hpp"
#include "faults/faulty_clients.hpp"
#include "runtime/messages.hpp"
#include "runtime/topologies.hpp"
#include "runtime/world.hpp"

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::copy_topology;
using testing_support::count_topology;
using testing_support::eventually;
using testing_support::message_of;
using testing_support::patience;
using testing_support::says;
using testing_support::world;

namespace {

using started = std::optional<kafka_streams>;

} // namespace

TEST_CASE("a processor that closes its application goes on, and main's close ends it with everything committed") {
    world w;
    started app;
    std::atomic<int> answered{-1};
    app.emplace(copy_topology([&](const auto& r, auto&) {
                    if (r.value == "last") answered = app->close() ? 1 : 0;
                }),
                w.config(), w.cluster.clients());
    app->start();
    w.produce("k", "last");
    CHECK(eventually([&] { return answered != -1; }));
    CHECK(answered == 0);
    CHECK(app->close(patience));
    CHECK(app->state() == application_state::not_running);
    CHECK(w.committed() == 1);
    CHECK(w.out() == std::vector<std::string>{"last"});
}

TEST_CASE("a processing handler that closes its application is no deadlock") {
    world w;
    started app;
    auto config = w.config();
    config.on_processing_error = [&](const unprocessable_record&, const std::exception&) {
        app->close();
        return handler_response::resume;
    };
    app.emplace(copy_topology([](const auto&, auto&) { throw std::runtime_error("no"); }), config, w.cluster.clients());
    app->start();
    w.produce("k", "x");
    CHECK(app->wait_for(application_state::not_running, patience));
    CHECK(app->close(patience));
    CHECK(w.committed() == 1);
}

TEST_CASE("a state listener closes its application in whatever state it hears of") {
    const auto at = GENERATE(application_state::rebalancing, application_state::running,
                             application_state::pending_shutdown, application_state::not_running);
    world w;
    kafka_streams app(copy_topology(), w.config(), w.cluster.clients());
    std::vector<application_state> heard;
    std::atomic<bool> closed{false};
    app.set_state_listener([&](application_state now, application_state) {
        heard.push_back(now);
        if (now == at) closed = app.close() == (at == application_state::not_running);
    });
    app.start();
    if (at == application_state::pending_shutdown || at == application_state::not_running)
        CHECK(app.wait_for(application_state::running, patience));
    else
        CHECK(app.wait_for(application_state::not_running, patience));
    CHECK(app.close(patience));
    CHECK(closed);
    CHECK(heard.front() == application_state::rebalancing);
    CHECK(heard.back() == application_state::not_running);
}

TEST_CASE("a restore listener closes its application") {
    world w;
    w.produce("a", "x");
    {
        kafka_streams app = w.run(count_topology(true), w.config("first"));
        CHECK(eventually([&] { return w.committed() == 1; }));
    }
    kafka_streams app(count_topology(true), w.config("second"), w.cluster.clients());
    app.set_restore_listener({.on_restore_start = [&](const restore_progress&) { app.close(); }});
    app.start();
    CHECK(app.wait_for(application_state::not_running, patience));
    CHECK(app.close(patience));
}

TEST_CASE("a processor that destroys its application is no deadlock, and the end comes in the background") {
    world w;
    started app;
    std::atomic<bool> destroyed{false};
    app.emplace(copy_topology([&](const auto&, auto&) {
                    app.reset();
                    destroyed = true;
                }),
                w.config(), w.cluster.clients());
    app->start();
    w.produce("k", "x");
    CHECK(eventually([&] { return destroyed.load(); }));
    CHECK(eventually([&] { return w.cluster.members("app") == 0; }));
    CHECK(w.committed() == 1);
    // Its folder is free once it has ended.
    CHECK(eventually(
        [&] { return message_of([&] { w.run(copy_topology(), w.config()).close(); }) == "nothing was thrown"; }));
}

TEST_CASE("several threads that close at once all learn that it has ended") {
    world w(2);
    auto config = w.config();
    config.num_stream_threads = 2;
    kafka_streams app = w.run(copy_topology(), config);
    std::atomic<int> ended{0};
    std::vector<std::thread> closers;
    for (int i = 0; i < 4; ++i)
        closers.emplace_back([&] {
            if (app.close(patience) && app.state() == application_state::not_running) ++ended;
        });
    for (auto& each : closers) each.join();
    CHECK(ended == 4);
    CHECK(app.close());
}

TEST_CASE("a close that does not wait asks for the end, and one with a negative timeout is refused") {
    world w;
    kafka_streams app = w.run(copy_topology(), w.config());
    CHECK(says(message_of([&] { app.close(-1ms); }), "close() was given -1 ms"));
    app.close(0ms);
    CHECK(app.wait_for(application_state::not_running, patience));
    CHECK(app.close(0ms));
}

TEST_CASE("an application that was not started is closed at once, and cannot be started then") {
    world w;
    kafka_streams app(copy_topology(), w.config(), w.cluster.clients());
    CHECK(app.close());
    CHECK(app.state() == application_state::not_running);
    CHECK(says(message_of([&] { app.start(); }), "cannot be started in state NOT_RUNNING"));
}

TEST_CASE("an application that is closed from within ends its run until a signal with status 0") {
    world w;
    started app;
    app.emplace(copy_topology([&](const auto&, auto&) { app->close(); }), w.config(), w.cluster.clients());
    w.produce("k", "x");
    CHECK(app->run_until_signal() == 0);
}

TEST_CASE("listeners are refused once an application was started, since they would miss what has happened") {
    world w;
    kafka_streams app = w.run(copy_topology(), w.config());
    CHECK(says(message_of([&] { app.set_state_listener({}); }), "set it before start()"));
    CHECK(says(message_of([&] { app.set_restore_listener({}); }), "set it before start()"));
    app.close();
    CHECK(says(message_of([&] { app.set_state_listener({}); }), "in state NOT_RUNNING"));
}

TEST_CASE("a state listener that throws is logged, and harms nobody") {
    world w;
    w.produce("k", "x");
    kafka_streams app(copy_topology(), w.config(), w.cluster.clients());
    app.set_state_listener([](application_state, application_state) { throw std::runtime_error("of the listener"); });
    app.start();
    CHECK(eventually([&] { return w.committed() == 1; }));
    CHECK(app.close(patience));
    CHECK(app.state() == application_state::not_running);
}

TEST_CASE("a static member that is closed stays in its group, and comes back to its tasks without a rebalance of the "
          "others") {
    world w(2);
    const auto config_of = [&](const std::string& name) {
        auto config = w.config(name);
        config.group_instance_id = name;
        return config;
    };
    kafka_streams other = w.run(copy_topology(), config_of("other"));
    {
        kafka_streams app = w.run(copy_topology(), config_of("static"));
        CHECK(app.wait_for(application_state::running, patience));
        CHECK(eventually([&] { return other.state() == application_state::running; }));
        CHECK(app.close(patience));
    }
    CHECK(w.cluster.members("app") == 2);
    for (const std::int32_t partition : {0, 1})
        w.cluster.produce("in", std::string("k"), std::string("v"), {.timestamp = 1, .partition = partition});
    CHECK(eventually([&] { return w.out().size() == 1; })); // the other's
    kafka_streams again(copy_topology(), config_of("static"), w.cluster.clients());
    again.start();
    CHECK(eventually([&] { return w.out().size() == 2; }));
    CHECK(other.state() == application_state::running);
    CHECK(w.cluster.members("app") == 2);
}

TEST_CASE("a close ends the retries of a call to the cluster, however long task.timeout.ms is") {
    using testing_support::call;
    for (const call at : {call::committed, call::bounds, call::group_members, call::describe}) {
        CAPTURE(static_cast<int>(at));
        world w;
        auto plan = std::make_shared<testing_support::fault_plan>();
        plan->fail(at, {kafka::error_class::retriable, "coordinator is away"}, 100'000);
        auto config = w.config();
        config.task_timeout = 1h;
        kafka_streams app = w.run(copy_topology(), config,
                                  std::make_shared<testing_support::faulty_clients>(w.cluster.clients(), plan));
        CHECK(eventually([&] { return plan->failed(at) > 0; }));
        CHECK(app.close(patience));
        CHECK(app.state() == application_state::not_running);
    }
}

TEST_CASE("a close while a position is looked for that is lost commits what others have processed, and no more") {
    using testing_support::call;
    world w(2);
    std::atomic<bool> held{true};
    std::atomic<bool> reached{false};
    auto plan = std::make_shared<testing_support::fault_plan>();
    const topology copy = testing_support::copy_topology([&](const auto& r, auto&) {
        if (r.value != "hold") return;
        reached = true;
        while (held) std::this_thread::sleep_for(1ms);
    });
    const auto put = [&](std::int32_t partition, const std::string& value) {
        w.cluster.produce("in", std::string("k"), value, {.timestamp = 1, .partition = partition});
    };
    kafka_streams app =
        w.run(copy, w.config(), std::make_shared<testing_support::faulty_clients>(w.cluster.clients(), plan));
    put(0, "first");
    REQUIRE(eventually([&] { return w.committed("in", 0) == 1; }));
    put(1, "hold");
    REQUIRE(eventually([&] { return reached.load(); }));
    // One poll brings these, and a position that is not in its log any more, which is asked about until the end.
    put(0, "gone");
    put(0, "also gone");
    w.cluster.delete_records({"in", 0}, 3);
    put(1, "polled");
    plan->fail(call::bounds, {kafka::error_class::retriable, "away"}, 100'000);
    held = false;
    REQUIRE(eventually([&] { return plan->failed(call::bounds) > 0; }));
    CHECK(eventually([&] { return w.committed("in", 1) == 2; }));
    CHECK(app.close(patience));
    CHECK(w.committed("in", 0) == 1);
    kafka_streams next = w.run(copy, w.config());
    put(0, "after");
    CHECK(eventually([&] { return w.committed("in", 0) == 4; }));
    CHECK(std::ranges::count(w.out(), "polled") == 1);
    CHECK(std::ranges::count(w.out(), "after") == 1);
}

TEST_CASE("a close while a task that was taken back seeks commits nothing that it has not processed again") {
    using testing_support::call;
    world w;
    auto plan = std::make_shared<testing_support::fault_plan>();
    kafka_streams app = w.run(copy_topology(), w.config(),
                              std::make_shared<testing_support::faulty_clients>(w.cluster.clients(), plan));
    w.produce("k", "first");
    REQUIRE(eventually([&] { return w.committed() == 1; }));
    plan->fail(call::seek, {kafka::error_class::retriable, "away"}, 100'000);
    plan->fail(call::deliver, {kafka::error_class::retriable, "message timed out"}, 1);
    w.produce("k", "sent again");
    REQUIRE(eventually([&] { return plan->failed(call::seek) > 0; }));
    CHECK(app.close(patience));
    CHECK(w.committed() == 1);
    kafka_streams next = w.run(copy_topology(), w.config());
    CHECK(eventually([&] { return w.committed() == 2; }));
    CHECK(w.out() == std::vector<std::string>{"first", "sent again"});
}

TEST_CASE("a start for which the operating system has not all threads says so, and the application ends") {
    class short_of_threads final : public execution {
    public:
        explicit short_of_threads(std::string refused) : refused_(std::move(refused)) {}
        [[nodiscard]] std::int64_t wall_ms() const override { return machine().wall_ms(); }
        [[nodiscard]] std::int64_t steady_ms() const override { return machine().steady_ms(); }
        [[nodiscard]] std::unique_ptr<condition> make_condition(std::string name) override {
            return machine().make_condition(std::move(name));
        }
        [[nodiscard]] std::unique_ptr<thread> start_thread(std::string name, std::function<void()> body) override {
            if (name.ends_with(refused_))
                throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again));
            return machine().start_thread(std::move(name), std::move(body));
        }
        [[nodiscard]] std::uint64_t random_bits() override { return machine().random_bits(); }

    private:
        std::string refused_;
    };
    const std::string refused = GENERATE("StreamThread-1", "StreamThread-2");
    world w(3);
    auto config = w.config();
    config.num_stream_threads = 3;
    short_of_threads time(refused);
    kafka_streams app(copy_topology(), config, w.cluster.clients(), &time);
    CHECK(says(message_of([&] { app.start(); }), "lower num.stream.threads"));
    CHECK(app.close(patience));
    CHECK(app.state() == application_state::error);
}
