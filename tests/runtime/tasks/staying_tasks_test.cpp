#include "catch.hpp"
#include "runtime/world.hpp"

#include <streams/state/key_value_store.hpp>
#include <streams/topology/processor_api.hpp>

#include <atomic>
#include <map>
#include <memory>
#include <string>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::eventually;
using testing_support::patience;
using testing_support::world;
using text = std::string;

namespace {

/// What happens to the processors of an application.
struct life {
    std::atomic<int> begun{0};
    std::atomic<int> ended{0};
};

/// Keeps the last value of each key in a store, and how many records it has seen in itself; forwards what was there before.
class remembering final : public processor<text, text, text, text> {
public:
    explicit remembering(std::shared_ptr<life> of) : life_(std::move(of)) {}
    void init(context_type& context) override {
        ++life_->begun;
        context_ = &context;
        rows_ = &context.state_store<key_value_store>("rows");
    }
    void process(const record_type& r) override {
        const bytes_view key{std::string_view(r.key)};
        const auto before = rows_->get(key);
        ++seen_;
        context_->forward(r.key, (before ? text(before->text()) : "nothing") + " as number " + std::to_string(seen_),
                          r.timestamp);
        rows_->put(key, bytes_view(std::string_view(r.value)));
    }
    void close() override { ++life_->ended; }

private:
    std::shared_ptr<life> life_;
    context_type* context_ = nullptr;
    key_value_store* rows_ = nullptr;
    int seen_ = 0;
};

topology remembering_topology(const std::shared_ptr<life>& of, bool persistent, bool logging) {
    topology t;
    t.add_source<text, text>("source", "in");
    t.add_processor("rows", [of] { return std::make_unique<remembering>(of); }, {"source"});
    t.add_store({.name = "rows",
                 .kind = key_value_kind{.timestamped = false},
                 .persistent = persistent,
                 .caching = false,
                 .logging = logging},
                {"rows"});
    t.add_sink<text, text>("sink", "out", {"rows"});
    return t;
}

/// Two partitions, an application on them that has taken a record of each, and another one that takes one of them away.
struct shared_world : world {
    explicit shared_world(bool persistent = false, bool logging = false)
        : world(2), persistent_(persistent), logging_(logging) {}
    void produce(const text& value) {
        for (const int p : {0, 1})
            cluster.produce("in", "k" + std::to_string(p), value, {.timestamp = 1, .partition = p});
    }
    bool written(std::size_t records) const {
        return eventually([&] { return out().size() == records; });
    }
    bool committed_all(std::int64_t offset) const {
        return eventually([&] { return committed("in", 0) == offset && committed("in", 1) == offset; });
    }
    topology what(const std::shared_ptr<life>& of) const { return remembering_topology(of, persistent_, logging_); }
    /// How many of the last results say so.
    int last_two_that_say(const text& what) const {
        const auto all = out();
        return static_cast<int>(std::count(all.end() - 2, all.end(), what));
    }

    std::shared_ptr<life> first = std::make_shared<life>();
    std::shared_ptr<life> second = std::make_shared<life>();

private:
    bool persistent_;
    bool logging_;
};

} // namespace

TEST_CASE("a task that stays through a rebalance keeps its nodes, and its store in memory without a changelog") {
    shared_world w;
    auto one = w.run(w.what(w.first), w.config("one"));
    w.produce("v1");
    REQUIRE(w.written(2));
    REQUIRE(w.committed_all(1));
    auto two = w.run(w.what(w.second), w.config("two"));
    REQUIRE(eventually([&] { return w.second->begun == 1; }));
    w.produce("v2");
    REQUIRE(w.written(4));
    CHECK(w.last_two_that_say("v1 as number 2") == 1);
    CHECK(w.last_two_that_say("nothing as number 1") == 1);
    CHECK(w.first->begun == 2);
    CHECK(w.first->ended == 1);
}

TEST_CASE("a task that stays through a rebalance is not restored again") {
    const bool persistent = GENERATE(false, true);
    shared_world w(persistent, true);
    std::atomic<int> restorations{0};
    kafka_streams one(w.what(w.first), w.config("one"), w.cluster.clients());
    one.set_restore_listener({.on_restore_start = [&](auto&&...) { ++restorations; }});
    one.start();
    w.produce("v1");
    REQUIRE(w.committed_all(1));
    CHECK(restorations == 2);
    {
        auto two = w.run(w.what(w.second), w.config("two"));
        REQUIRE(eventually([&] { return w.second->begun == 1; }));
        REQUIRE(one.wait_for(application_state::running, patience));
        CHECK(restorations == 2);
    }
    // What the other one had comes back, and is restored; what stayed is not.
    REQUIRE(eventually([&] { return w.first->begun == 3; }));
    w.produce("v2");
    REQUIRE(w.written(4));
    CHECK(restorations == 3);
    CHECK(w.last_two_that_say("v1 as number 2") == 1);
    CHECK(w.last_two_that_say("v1 as number 1") == 1);
}

TEST_CASE("what waits in the queue of a task that stays is processed once") {
    world w(2);
    // Partition 1 has nothing to read, and is waited for, so that the records of partition 0 stay in the queue.
    topology t;
    t.add_source<text, text>("left", "in");
    t.add_source<text, text>("right", "late");
    t.add_processor("pass",
                    [] {
                        class passing final : public processor<text, text, text, text> {
                        public:
                            void init(context_type& context) override { context_ = &context; }
                            void process(const record_type& r) override { context_->forward(r); }

                        private:
                            context_type* context_ = nullptr;
                        };
                        return std::make_unique<passing>();
                    },
                    {"left", "right"});
    t.add_sink<text, text>("sink", "out", {"pass"});
    w.cluster.create_topic("late", 2);
    const auto waiting = [&](const text& instance) {
        auto config = w.config(instance);
        config.max_task_idle = 3s;
        return config;
    };
    auto one = w.run(t, waiting("one"));
    REQUIRE(one.wait_for(application_state::running, patience));
    for (int i = 0; i < 100; ++i)
        for (const int p : {0, 1})
            w.cluster.produce("in", text("k"), std::to_string(i), {.timestamp = 1, .partition = p});
    std::this_thread::sleep_for(200ms); // so that they are in the queues
    {
        auto two = w.run(t, waiting("two"));
        REQUIRE(two.wait_for(application_state::running, patience));
        REQUIRE(one.wait_for(application_state::running, patience));
        REQUIRE(eventually([&] { return w.out().size() >= 200; }));
        two.close();
    }
    REQUIRE(one.wait_for(application_state::running, patience));
    std::map<text, int> times;
    for (const auto& each : w.out()) ++times[each];
    CHECK(times.size() == 100);
    for (const auto& [value, count] : times) CHECK(count == 2);
}
