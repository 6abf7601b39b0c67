#include "catch.hpp"
#include "runtime/topologies.hpp"
#include "runtime/world.hpp"

#include <mutex>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::eventually;
using testing_support::world;

namespace {

/// A task that reads two topics, and notes the order in which it takes their records.
struct two_inputs : world {
    two_inputs() { cluster.create_topic("table", 1); }

    topology what() {
        topology t;
        t.add_source<std::string, std::string>("source", "in");
        t.add_source<std::string, std::string>("table-source", "table");
        t.add_processor("tap",
                        [this] {
                            return std::make_unique<testing_support::tapping>([this](const auto& r, auto&) {
                                const std::lock_guard lock(mutex);
                                order += r.value;
                            });
                        },
                        {"source", "table-source"});
        return t;
    }
    std::string taken() {
        const std::lock_guard lock(mutex);
        return order;
    }

    std::mutex mutex;
    std::string order;
};

} // namespace

TEST_CASE("records of two topics are taken by their timestamps, however they come in") {
    two_inputs w;
    for (int i = 0; i < 5; ++i) w.cluster.produce("in", std::string("k"), std::string("s"), {.timestamp = 100 + i});
    for (int i = 0; i < 5; ++i) w.cluster.produce("table", std::string("k"), std::string("t"), {.timestamp = 10 + i});
    kafka_streams app = w.run(w.what(), w.config());
    CHECK(eventually([&] { return w.taken().size() == 10; }));
    CHECK(w.taken() == "tttttsssss");
}

TEST_CASE("a topic that has nothing more to fetch does not hold up the other") {
    two_inputs w;
    kafka_streams app = w.run(w.what(), w.config());
    w.produce("k", "s");
    CHECK(eventually([&] { return w.taken() == "s"; }));
}

TEST_CASE("a task waits max.task.idle.ms for a topic that may still bring an earlier record") {
    two_inputs w;
    auto config = w.config();
    config.max_task_idle = 400ms;
    kafka_streams app = w.run(w.what(), config);
    CHECK(app.wait_for(application_state::running, testing_support::patience));
    w.produce("k", "s", 100);
    std::this_thread::sleep_for(50ms);
    CHECK(w.taken().empty());
    w.cluster.produce("table", std::string("k"), std::string("t"), {.timestamp = 50});
    CHECK(eventually([&] { return w.taken().size() == 2; }));
    CHECK(w.taken() == "ts");
}

TEST_CASE("a queue that waits for another is paused in time, and all of it comes in the end") {
    two_inputs w;
    auto config = w.config();
    config.max_task_idle = 300ms;
    config.buffered_records_per_partition = 10;
    for (int i = 0; i < 5000; ++i) w.cluster.produce("in", std::string("k"), std::string("s"), {.timestamp = i});
    kafka_streams app = w.run(w.what(), config);
    CHECK(eventually([&] { return w.taken().size() == 5000; }));
}

TEST_CASE("topics of unequal width that need no equal ones are read by the task of their number") {
    world w(4);
    w.cluster.create_topic("narrow", 2);
    topology what;
    what.add_source<std::string, std::string>("source", "in");
    what.add_source<std::string, std::string>("narrow-source", "narrow");
    what.add_processor("count", [] { return std::make_unique<testing_support::counting>(); },
                       {"source", "narrow-source"});
    what.add_store(
        {.name = "counts", .kind = key_value_kind{.timestamped = false}, .persistent = false, .caching = false},
        {"count"});
    what.add_sink<std::string, std::string>("sink", "out", {"count"});
    kafka_streams one = w.run(what, w.config("one"));
    kafka_streams two = w.run(what, w.config("two"));
    CHECK(eventually([&] { return w.cluster.members("app") == 2; }));
    CHECK(two.wait_for(application_state::running, testing_support::patience));
    CHECK(one.wait_for(application_state::running, testing_support::patience));
    const auto produce = [&](const std::string& topic, std::int32_t partition) {
        w.cluster.produce(topic, std::string("p") + std::to_string(partition), std::string("x"),
                          {.partition = partition});
    };
    for (std::int32_t partition = 0; partition < 4; ++partition) produce("in", partition);
    for (std::int32_t partition = 0; partition < 2; ++partition) produce("narrow", partition);
    CHECK(eventually([&] { return w.out().size() == 6; }));
    CHECK(w.counts() == std::map<std::string, int>{{"p0", 2}, {"p1", 2}, {"p2", 1}, {"p3", 1}});
}
