// What an application does where one of its threads fails, as its uncaught exception handler answers.

#include "catch.hpp"
#include "kafka/captured_log.hpp"
#include "runtime/messages.hpp"
#include "runtime/topologies.hpp"
#include "runtime/world.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
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
using enum thread_exception_response;

namespace {

/// Throws at each record whose value is `bad`, so many times.
testing_support::tapping::function failing(std::atomic<int>& times) {
    return [&times](const auto& r, auto&) {
        if (r.value == "bad" && times-- > 0) throw std::runtime_error("of the test");
    };
}

/// Throws at each record, and calls somebody when it is closed.
class failing_and_closed final : public processor<std::string, std::string, std::string, std::string> {
public:
    explicit failing_and_closed(std::function<void()> closed) : closed_(std::move(closed)) {}

    void process(const record_type&) override { throw std::runtime_error("of the test"); }
    void close() override { closed_(); }

private:
    std::function<void()> closed_;
};

kafka_streams answered(const world& w, topology runs, streams_config with, uncaught_exception_handler handler) {
    kafka_streams app(std::move(runs), std::move(with), w.cluster.clients());
    app.set_uncaught_exception_handler(std::move(handler));
    app.start();
    return app;
}

} // namespace

TEST_CASE("a thread that fails is replaced by one that begins at the last commit") {
    const auto guarantee = GENERATE(processing_guarantee::at_least_once, processing_guarantee::exactly_once_v2);
    world w;
    std::atomic<int> failures{1};
    std::atomic<int> asked{0};
    auto config = w.config();
    config.guarantee = guarantee;
    kafka_streams app = answered(w, count_topology(true, failing(failures)), config, [&](const std::exception& cause) {
        ++asked;
        CHECK(says(cause.what(), "of the test"));
        return replace_thread;
    });
    w.produce("a", "good");
    REQUIRE(eventually([&] { return w.committed() == 1; }));
    w.produce("a", "good");
    w.produce("a", "bad");
    w.produce("a", "good");
    CHECK(eventually([&] { return w.committed() == 4; }));
    CHECK(app.wait_for(application_state::running, patience));
    CHECK(asked == 1);
    CHECK(app.error().empty());
    CHECK(app.num_stream_threads() == 1);
    CHECK(w.counts()["a"] == 4);
    CHECK(app.counts().processed >= 4);
    CHECK(app.close(patience));
    CHECK(app.state() == application_state::not_running);
}

TEST_CASE("a thread that is replaced keeps its name, and commits nothing of what failed") {
    world w;
    std::atomic<int> failures{1};
    const tests::captured_log log;
    auto config = w.config();
    config.commit_interval = 1h;
    kafka_streams app = answered(w, copy_topology(failing(failures)), config, [&](const std::exception&) {
        CHECK(w.committed() == -1);
        return replace_thread;
    });
    w.produce("k", "good");
    w.produce("k", "bad");
    CHECK(eventually([&] { return w.out().size() == 3; }));
    CHECK(w.committed() == -1);
    CHECK(app.close(patience));
    CHECK(w.committed() == 2);
    const auto lines = log.lines();
    CHECK(std::ranges::count_if(
              lines, [](const auto& line) { return line.starts_with("app-StreamThread-1 is replaced: "); }) == 1);
}

TEST_CASE("without a handler a failure ends the instance, and so it does where the handler says so or throws") {
    const int kind = GENERATE(0, 1, 2);
    world w;
    std::atomic<int> failures{1};
    uncaught_exception_handler handler;
    if (kind == 1) handler = [](const std::exception&) { return shutdown_client; };
    if (kind == 2)
        handler = [](const std::exception&) -> thread_exception_response { throw std::logic_error("of the handler"); };
    kafka_streams app = answered(w, copy_topology(failing(failures)), w.config(), handler);
    w.produce("k", "bad");
    CHECK(app.wait_for(application_state::error, patience));
    CHECK(says(app.error(), "of the test"));
    CHECK(says(app.error(), "uncaught exception handler threw: of the handler") == (kind == 2));
    CHECK(app.close(patience));
    CHECK(w.committed() == -1);
}

TEST_CASE(
    "a handler that closes its application ends it, whatever it answers, and nothing of what failed is committed") {
    const auto response = GENERATE(replace_thread, shutdown_client);
    world w;
    std::atomic<int> failures{1};
    std::unique_ptr<kafka_streams> app;
    app = std::make_unique<kafka_streams>(copy_topology(failing(failures)), w.config(), w.cluster.clients());
    app->set_uncaught_exception_handler([&](const std::exception&) {
        app->close();
        return response;
    });
    app->start();
    w.produce("k", "bad");
    CHECK(app->wait_for(application_state::error, patience));
    CHECK(app->close(patience));
    CHECK(w.committed() == -1);
}

TEST_CASE("an application that is closed while a failed thread closes its tasks ends in error") {
    world w;
    std::unique_ptr<kafka_streams> app;
    topology t;
    t.add_source<std::string, std::string>("source", "in");
    t.add_processor("fails", [&] { return std::make_unique<failing_and_closed>([&] { app->close(); }); }, {"source"});
    app = std::make_unique<kafka_streams>(t, w.config(), w.cluster.clients());
    app->set_uncaught_exception_handler([](const std::exception&) { return replace_thread; });
    app->start();
    w.produce("k", "bad");
    CHECK(app->wait_for(application_state::error, patience));
    CHECK(says(app->error(), "of the test"));
    CHECK(app->close(patience));
    CHECK(w.committed() == -1);
}

TEST_CASE("a handler is set before the start only") {
    world w;
    kafka_streams app = w.run(copy_topology(), w.config());
    CHECK(says(message_of([&] { app.set_uncaught_exception_handler({}); }), "set it before start()"));
}

TEST_CASE("where one thread fails and is replaced, the others go on") {
    world w(2);
    std::atomic<int> failures{3};
    auto config = w.config();
    config.num_stream_threads = 2;
    kafka_streams app = answered(w, count_topology(false, failing(failures)), config,
                                 [](const std::exception&) { return replace_thread; });
    const auto put = [&](std::int32_t partition, const std::string& key, const std::string& value) {
        w.cluster.produce("in", key, value, {.timestamp = 1, .partition = partition});
    };
    put(0, "a", "bad");
    put(1, "b", "good");
    CHECK(eventually([&] { return w.committed("in", 0) == 1 && w.committed("in", 1) == 1; }));
    CHECK(app.wait_for(application_state::running, patience));
    CHECK(w.counts()["b"] == 1);
    CHECK(app.num_stream_threads() == 2);
}

TEST_CASE("an application that is asked to shut down whole ends in error in each of its instances") {
    const std::int32_t partitions = GENERATE(1, 3);
    const bool are_static = GENERATE(false, true);
    world w(partitions);
    std::atomic<int> failures{1};
    const auto instance = [&](const std::string& name) {
        auto config = w.config(name);
        config.client_id = name;
        config.num_stream_threads = 2; // the other one of a static instance is not to be waited for either
        if (are_static) config.group_instance_id = name;
        return answered(w, copy_topology(failing(failures)), config,
                        [](const std::exception&) { return shutdown_application; });
    };
    kafka_streams one = instance("one");
    kafka_streams two = instance("two");
    kafka_streams three = instance("three");
    for (kafka_streams* each : {&one, &two, &three}) REQUIRE(each->wait_for(application_state::running, patience));
    w.produce("k", "bad");
    for (kafka_streams* each : {&one, &two, &three}) {
        CHECK(each->wait_for(application_state::error, patience));
        CHECK(each->close(patience));
    }
    const auto errors = {one.error(), two.error(), three.error()};
    CHECK(std::ranges::count_if(errors, [](const auto& each) { return says(each, "of the test"); }) == 1);
    CHECK(std::ranges::count_if(errors, [](const auto& each) {
              return says(each, "asked all instances of the application to end");
          }) == 2);
    CHECK(w.cluster.members("app") == 0);
    // Nothing of it is left behind for those that start afterwards.
    kafka_streams next = w.run(copy_topology(), w.config());
    CHECK(eventually([&] { return w.out().size() == 1; }));
}

TEST_CASE("an instance on a copy of another's state folder takes its place, and both go on") {
    world w(4);
    kafka_streams one = w.run(count_topology(true), w.config("one"));
    REQUIRE(one.wait_for(application_state::running, patience));
    std::filesystem::copy(w.folder.path() / "one", w.folder.path() / "two", std::filesystem::copy_options::recursive);
    const tests::captured_log log;
    kafka_streams two = w.run(count_topology(true), w.config("two"));
    for (int key = 0; key < 50; ++key) w.produce("k" + std::to_string(key), "x");
    CHECK(eventually([&] { return w.cluster.members("app") == 2 && w.counts().size() == 50; }));
    for (kafka_streams* each : {&one, &two}) {
        CHECK(each->wait_for(application_state::running, patience));
        CHECK(each->error().empty());
    }
    CHECK(eventually([&] {
        return std::ranges::any_of(log.lines(), [](const auto& line) { return says(line, "the same state.dir"); });
    }));
    CHECK(two.close(patience));
    CHECK(one.close(patience));
}

TEST_CASE("of two instances with one group.instance.id, one ends and says so") {
    world w;
    const auto config = [&](const std::string& name) {
        auto with = w.config(name);
        with.group_instance_id = "id";
        return with;
    };
    kafka_streams one = w.run(copy_topology(), config("one"));
    REQUIRE(one.wait_for(application_state::running, patience));
    kafka_streams two = w.run(copy_topology(), config("two"));
    CHECK(
        eventually([&] { return one.state() == application_state::error || two.state() == application_state::error; }));
    CHECK(says(one.error() + two.error(), "group.instance.id"));
    w.produce("k", "v");
    CHECK(eventually([&] { return w.out().size() == 1; }));
    CHECK((one.error().empty() || two.error().empty()));
}

TEST_CASE("what fails in the thread of global stores ends the instance, since that thread cannot be replaced") {
    world w;
    w.cluster.create_topic("global", 1);
    topology t = copy_topology();
    t.add_global_store<std::string, std::string>(
        {.name = "all", .kind = key_value_kind{.timestamped = false}, .persistent = false, .logging = false},
        "global-source", "global", "fill", [] {
            return std::make_unique<testing_support::tapping>(
                [](const auto&, auto&) { throw std::runtime_error("of the global store"); });
        });
    std::atomic<int> asked{0};
    kafka_streams app = answered(w, t, w.config(), [&](const std::exception&) {
        ++asked;
        return replace_thread;
    });
    REQUIRE(app.wait_for(application_state::running, patience));
    w.cluster.produce("global", std::string("k"), std::string("v"));
    CHECK(app.wait_for(application_state::error, patience));
    CHECK(says(app.error(), "of the global store"));
    CHECK(asked == 1);
}
