// Stream threads that are added and removed while the application runs.

#include "catch.hpp"
#include "runtime/messages.hpp"
#include "runtime/topologies.hpp"
#include "runtime/world.hpp"

#include <streams/core/log.hpp>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>

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

void produce_to_each(world& w, std::int32_t partitions) {
    for (std::int32_t partition = 0; partition < partitions; ++partition)
        w.cluster.produce("in", "k" + std::to_string(partition), std::string("v"),
                          {.timestamp = 1, .partition = partition});
}

/// Clients of which the next group consumer is not made until it is let go of.
class slow_to_make final : public kafka::client_supplier {
public:
    explicit slow_to_make(std::shared_ptr<kafka::client_supplier> clients) : clients_(std::move(clients)) {}

    void hold() noexcept { step_ = step::asked; }
    void let_go() noexcept { step_ = step::open; }
    [[nodiscard]] bool holds() const noexcept { return step_ == step::held; }

    std::unique_ptr<kafka::consumer> make_consumer(const kafka::consumer_options& options) override {
        auto expected = step::asked;
        if (step_.compare_exchange_strong(expected, step::held))
            while (step_ == step::held) std::this_thread::sleep_for(1ms);
        return clients_->make_consumer(options);
    }
    std::unique_ptr<kafka::producer> make_producer(const kafka::producer_options& options) override {
        return clients_->make_producer(options);
    }
    std::unique_ptr<kafka::admin> make_admin(const std::string& client_id) override {
        return clients_->make_admin(client_id);
    }

private:
    enum class step { open, asked, held };

    std::shared_ptr<kafka::client_supplier> clients_;
    std::atomic<step> step_{step::open};
};

} // namespace

TEST_CASE(
    "a thread that is added takes over tasks, and one that is removed gives them back, with nothing counted twice") {
    constexpr std::int32_t partitions = 4;
    const auto guarantee = GENERATE(processing_guarantee::at_least_once, processing_guarantee::exactly_once_v2);
    world w(partitions);
    auto config = w.config();
    config.guarantee = guarantee;
    kafka_streams app = w.run(count_topology(true), config);
    REQUIRE(app.wait_for(application_state::running, patience));
    produce_to_each(w, partitions);
    REQUIRE(eventually([&] { return app.counts().processed == 4; }));

    CHECK(app.add_stream_thread() == "app-StreamThread-2");
    CHECK(app.num_stream_threads() == 2);
    CHECK(w.cluster.members("app") <= 2);
    CHECK(eventually([&] { return w.cluster.members("app") == 2; }));
    REQUIRE(app.wait_for(application_state::running, patience));
    produce_to_each(w, partitions);
    REQUIRE(eventually([&] { return app.counts().processed == 8; }));

    CHECK(app.remove_stream_thread(patience) == "app-StreamThread-2");
    CHECK(app.num_stream_threads() == 1);
    CHECK(w.cluster.members("app") == 1);
    produce_to_each(w, partitions);
    CHECK(eventually([&] { return w.out().size() == 12; }));
    CHECK(app.wait_for(application_state::running, patience));
    CHECK(app.counts().processed == 12); // what the removed one did counts
    for (const auto& [key, count] : w.counts()) CHECK(count == 3);
}

TEST_CASE("threads are numbered as they come, and a number that is free is given again") {
    world w(3);
    auto config = w.config();
    config.num_stream_threads = 2;
    kafka_streams app = w.run(copy_topology(), config);
    CHECK(app.add_stream_thread() == "app-StreamThread-3");
    CHECK(app.remove_stream_thread() == "app-StreamThread-3");
    CHECK(app.remove_stream_thread() == "app-StreamThread-2");
    CHECK(app.add_stream_thread() == "app-StreamThread-2");
    CHECK(app.add_stream_thread() == "app-StreamThread-3");
    CHECK(app.num_stream_threads() == 3);
    CHECK(app.wait_for(application_state::running, patience));
}

TEST_CASE("an application without threads runs on, and is closed like any other") {
    world w;
    w.produce("k", "first");
    kafka_streams app = w.run(copy_topology(), w.config());
    REQUIRE(eventually([&] { return w.committed() == 1; }));
    CHECK(app.remove_stream_thread(patience) == "app-StreamThread-1");
    CHECK(app.remove_stream_thread() == std::nullopt);
    CHECK(app.num_stream_threads() == 0);
    CHECK(app.wait_for(application_state::running, patience));
    w.produce("k", "second");
    SECTION("until one is added") {
        CHECK(app.add_stream_thread() == "app-StreamThread-1");
        CHECK(eventually([&] { return w.committed() == 2; }));
    }
    SECTION("until it is closed") {
        CHECK(app.close(patience));
        CHECK(w.committed() == 1);
    }
    CHECK(app.close(patience));
    CHECK(app.state() == application_state::not_running);
}

TEST_CASE("a log handler may ask the application about its threads while one is removed") {
    world w;
    kafka_streams app = w.run(copy_topology(), w.config());
    std::atomic<int> asked{0};
    set_log_handler([&](const log_entry& entry) {
        if (!entry.text.ends_with(" is removed")) return;
        static_cast<void>(app.counts());
        ++asked;
    });
    CHECK(app.remove_stream_thread(patience) == "app-StreamThread-1");
    set_log_handler({});
    CHECK(asked == 1);
}

TEST_CASE("before the start and after the end no thread is added or removed") {
    world w;
    kafka_streams app(copy_topology(), w.config(), w.cluster.clients());
    CHECK(app.add_stream_thread() == std::nullopt);
    CHECK(app.remove_stream_thread() == std::nullopt);
    CHECK(app.num_stream_threads() == 0);
    app.start();
    CHECK(says(message_of([&] { app.remove_stream_thread(-1ms); }), "remove_stream_thread() was given -1 ms"));
    app.close();
    CHECK(app.add_stream_thread() == std::nullopt);
    CHECK(app.remove_stream_thread() == std::nullopt);
}

TEST_CASE("a thread that does not end in time goes on ending, and who removes it is told") {
    world w;
    std::atomic<bool> held{true};
    std::atomic<bool> reached{false};
    kafka_streams app = w.run(copy_topology([&](const auto&, auto&) {
                                  reached = true;
                                  while (held) std::this_thread::sleep_for(1ms);
                              }),
                              w.config());
    w.produce("k", "v");
    REQUIRE(eventually([&] { return reached.load(); }));
    CHECK(says(message_of([&] { app.remove_stream_thread(1ms); }),
               "app-StreamThread-1 has not ended within 1 ms; it goes on ending"));
    CHECK(app.num_stream_threads() == 0);
    held = false;
    CHECK(eventually([&] { return w.cluster.members("app") == 0; }));
    CHECK(w.committed() == 1);
}

TEST_CASE("a processor removes the other thread, or its own where that is the only one") {
    const std::int32_t threads = GENERATE(1, 2);
    world w;
    std::optional<kafka_streams> app;
    std::mutex mutex;
    std::optional<std::string> removed;
    auto config = w.config();
    config.num_stream_threads = threads;
    app.emplace(copy_topology([&](const auto&, auto&) {
                    const std::lock_guard lock(mutex);
                    if (!removed) removed = app->remove_stream_thread();
                }),
                config, w.cluster.clients());
    app->start();
    REQUIRE(app->wait_for(application_state::running, patience));
    w.produce("k", "v");
    CHECK(eventually([&] { return w.committed() == 1; }));
    CHECK(eventually([&] { return app->num_stream_threads() == threads - 1; }));
    CHECK(eventually([&] { return w.cluster.members("app") == static_cast<std::size_t>(threads - 1); }));
    CHECK(app->close(patience));
    CHECK(app->state() == application_state::not_running);
}

TEST_CASE("a state listener adds and removes threads") {
    world w(2);
    std::optional<kafka_streams> app;
    app.emplace(copy_topology(), w.config(), w.cluster.clients());
    std::atomic<int> added{0};
    app->set_state_listener([&](application_state now, application_state) {
        if (now == application_state::rebalancing && added++ == 0) app->add_stream_thread();
        if (now == application_state::running && added++ == 1) app->remove_stream_thread();
    });
    app->start();
    w.produce("k", "v");
    CHECK(eventually([&] { return w.committed("in", 0) == 1 || w.committed("in", 1) == 1; }));
    CHECK(eventually([&] { return added >= 2 && app->num_stream_threads() == 1; }));
    CHECK(app->close(patience));
    CHECK(app->state() == application_state::not_running);
}

TEST_CASE("a thread that is added while the application starts runs once") {
    world w(2);
    std::optional<kafka_streams> app;
    const auto clients = std::make_shared<slow_to_make>(w.cluster.clients());
    app.emplace(copy_topology(), w.config(), clients);
    std::thread adds;
    app->set_state_listener([&](application_state now, application_state before) {
        if (now != application_state::rebalancing || before != application_state::created) return;
        adds = std::thread([&] {
            clients->hold();
            app->add_stream_thread();
        });
        CHECK(eventually([&] { return clients->holds(); })); // half made when those of the start are launched
    });
    app->start();
    clients->let_go();
    adds.join();
    CHECK(app->num_stream_threads() == 2);
    CHECK(eventually([&] { return w.cluster.members("app") == 2; }));
    CHECK(app->wait_for(application_state::running, patience));
    produce_to_each(w, 2);
    CHECK(eventually([&] { return w.out().size() == 2; }));
    CHECK(app->close(patience));
    CHECK(app->state() == application_state::not_running);
}

TEST_CASE("a thread that is added while another thread closes the application ends with it") {
    world w;
    const auto clients = std::make_shared<slow_to_make>(w.cluster.clients());
    kafka_streams app(copy_topology(), w.config(), clients);
    app.start();
    REQUIRE(app.wait_for(application_state::running, patience));
    clients->hold();
    std::thread adds([&] { app.add_stream_thread(); });
    CHECK(eventually([&] { return clients->holds(); }));
    CHECK_FALSE(app.close(0ms));
    CHECK(app.add_stream_thread() == std::nullopt);
    CHECK_FALSE(app.close(1ms));
    clients->let_go();
    CHECK(app.close(patience));
    CHECK(app.state() == application_state::not_running);
    CHECK(app.num_stream_threads() == 0);
    adds.join();
}

TEST_CASE("a close while threads are added by several callers is one, whatever comes first") {
    for (int round = 0; round < 8; ++round) {
        world w;
        kafka_streams app = w.run(copy_topology(), w.config());
        std::atomic<int> added{0};
        std::vector<std::thread> callers;
        for (int caller = 0; caller < 2; ++caller)
            callers.emplace_back([&] {
                while (app.add_stream_thread()) ++added;
            });
        CHECK(eventually([&] { return added > round % 4; }));
        CHECK(app.close(patience));
        CHECK(app.state() == application_state::not_running);
        for (auto& each : callers) each.join();
        CHECK(app.num_stream_threads() == 0);
    }
}

TEST_CASE("threads are added and removed by several callers at once, and none is lost") {
    world w(4);
    kafka_streams app = w.run(count_topology(false), w.config());
    std::vector<std::thread> callers;
    for (int caller = 0; caller < 3; ++caller)
        callers.emplace_back([&] {
            for (int again = 0; again < 4; ++again) {
                app.add_stream_thread();
                app.remove_stream_thread(patience);
            }
        });
    for (auto& each : callers) each.join();
    CHECK(app.num_stream_threads() == 1);
    produce_to_each(w, 4);
    CHECK(eventually([&] { return w.out().size() == 4; }));
    CHECK(app.close(patience));
    CHECK(app.state() == application_state::not_running);
}

TEST_CASE(
    "a static member that is removed stays in the group until its session ends, and is itself again when it is added") {
    world w(2);
    auto config = w.config();
    config.num_stream_threads = 2;
    config.group_instance_id = "static";
    kafka_streams app = w.run(copy_topology(), config);
    REQUIRE(app.wait_for(application_state::running, patience));
    CHECK(app.remove_stream_thread(patience) == "app-StreamThread-2");
    CHECK(w.cluster.members("app") == 2);
    produce_to_each(w, 2);
    CHECK(eventually([&] { return w.out().size() == 1; }));
    CHECK(app.add_stream_thread() == "app-StreamThread-2");
    CHECK(eventually([&] { return w.out().size() == 2; }));
    CHECK(w.cluster.members("app") == 2);
}

TEST_CASE("a start that fails for a missing topic is tried again") {
    world w;
    w.cluster.remove_topic("in");
    kafka_streams app(copy_topology(), w.config(), w.cluster.clients());
    CHECK(says(message_of([&] { app.start(); }), "source topic in does not exist"));
    w.cluster.create_topic("in", 1);
    w.produce("k", "x");
    app.start();
    CHECK(eventually([&] { return w.committed() == 1; }));
    CHECK(app.num_stream_threads() == 1);
}
