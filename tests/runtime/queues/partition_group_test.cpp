#include "catch.hpp"
#include "runtime/input_records.hpp"

#include "src/runtime/queues/partition_group.hpp"

#include <streams/core/manual_clock.hpp>

#include <map>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::batch_of;

namespace {

class plain_source final : public source_node {
public:
    void connect(node&) override {}
    void process(const record_view&, std::int64_t, headers&) override {}
};

struct no_rejects final : rejected_records {
    void invalid_timestamp(const record_queue&, const record_view&) override {}
    void untimed_head(const record_queue&, const record_view&, const std::exception&) override { throw; }
};

struct known_progress final : input_progress {
    std::optional<std::int64_t> lag(const topic_partition& partition) override {
        const auto found = lags.find(partition.topic);
        return found == lags.end() ? std::nullopt : std::optional(found->second);
    }
    std::optional<std::int64_t> position(const topic_partition&) override { return std::nullopt; }
    std::map<std::string, std::int64_t> lags;
};

struct group_under_test {
    explicit group_under_test(std::chrono::milliseconds max_idle) : group(max_idle, &progress) {}

    void add(record_queue& queue, std::vector<testing_support::input_record> records) {
        group.add(queue, batch_of(queue.partition(), std::move(records)));
    }
    std::int64_t take() {
        const auto next = group.take();
        next.queue.release();
        return next.timestamp;
    }

    plain_source source;
    no_rejects rejected;
    known_progress progress;
    manual_clock time{1000};
    partition_group group;
    record_queue& left = group.add_queue({"left", 0}, source, rejected);
    record_queue& right = group.add_queue({"right", 0}, source, rejected);
};

} // namespace

TEST_CASE("the record with the smallest timestamp among the heads is taken") {
    group_under_test t(0ms);
    t.add(t.left, {{0, 10}, {1, 5}, {2, 40}});
    t.add(t.right, {{0, 7}, {1, 30}});
    std::vector<std::int64_t> order;
    for (int i = 0; i < 5; ++i) order.push_back(t.take());
    CHECK(order == std::vector<std::int64_t>{7, 10, 5, 30, 40});
    CHECK(t.group.stream_time() == 40);
}

TEST_CASE("without idling a task goes on when an empty partition has no known lag") {
    group_under_test t(0ms);
    t.add(t.left, {{0, 10}});
    CHECK_FALSE(t.group.ready(t.time)); // lag unknown
    t.progress.lags["right"] = 3;
    CHECK_FALSE(t.group.ready(t.time)); // data to be fetched
    t.progress.lags["right"] = 0;
    CHECK(t.group.ready(t.time));
}

TEST_CASE("a task waits for an idle partition as long as max.task.idle.ms says") {
    group_under_test t(100ms);
    t.progress.lags = {{"left", 0}, {"right", 0}};
    t.add(t.left, {{0, 10}, {1, 11}});
    CHECK_FALSE(t.group.ready(t.time));
    t.time.advance(99ms);
    CHECK_FALSE(t.group.ready(t.time));
    t.time.advance(1ms);
    CHECK(t.group.ready(t.time));

    // Data ends the wait, and the next one begins anew.
    t.add(t.right, {{0, 1}});
    CHECK(t.take() == 1);
    CHECK_FALSE(t.group.ready(t.time));
    t.time.advance(100ms);
    CHECK(t.group.ready(t.time));
}

TEST_CASE("a negative max.task.idle.ms never waits") {
    group_under_test t(-1ms);
    CHECK_FALSE(t.group.ready(t.time));
    t.add(t.left, {{0, 10}});
    CHECK(t.group.ready(t.time));
}

TEST_CASE("a lag that shows after a poll stops a task that was ready") {
    group_under_test t(0ms);
    t.progress.lags["right"] = 0;
    t.add(t.left, {{0, 10}, {1, 11}});
    CHECK(t.group.ready(t.time));
    t.progress.lags["right"] = 2;
    t.group.polled();
    CHECK_FALSE(t.group.ready(t.time));
}

TEST_CASE("a wall clock that is set back holds up no task that has waited for an idle partition") {
    struct stepping final : public streams::clock {
        [[nodiscard]] std::int64_t wall_ms() const override { return wall; }
        [[nodiscard]] std::int64_t steady_ms() const override { return steady; }
        std::int64_t wall = 10'000'000;
        std::int64_t steady = 1000;
    } time;
    group_under_test t(50ms);
    t.progress.lags = {{"left", 0}, {"right", 0}};
    t.add(t.left, {{0, 10}, {1, 20}});
    CHECK_FALSE(t.group.ready(time));
    time.steady += 50;
    time.wall += 50;
    CHECK(t.group.ready(time));
    time.wall -= 3'600'000;
    t.group.polled();
    CHECK(t.group.ready(time));
}
