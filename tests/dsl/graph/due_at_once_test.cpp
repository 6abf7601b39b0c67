#include "catch.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/state/stores.hpp>
#include <streams/state/typed_key_value_store.hpp>
#include <streams/testing/topology_test_driver.hpp>

#include <ctime>

#include <functional>

using namespace streams;
using namespace std::chrono_literals;
using text = std::string;

// Much that comes due at one moment costs in proportion to how much it is: the work for eight times as many is measured
// against that for one time, both in this run. Quadratic work would be sixty-four times as much.

namespace {

constexpr int few = 1'000;
constexpr int times_more = 8;
constexpr double allowed = 3 * times_more;

double cpu_seconds() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// What one call of `release` costs after `fill(driver, count)`, in seconds of this thread.
struct workload {
    topology program;
    std::function<void(topology_test_driver&, int)> fill;
    std::function<void(topology_test_driver&)> release;

    [[nodiscard]] double cost(int count) const {
        topology_test_driver driver(program);
        fill(driver, count);
        const double begin = cpu_seconds();
        release(driver);
        const double end = cpu_seconds();
        CHECK(driver.output_topic<text, text>("out").size() == static_cast<std::size_t>(count));
        return end - begin;
    }
};

/// The least of three: what else a core does only adds.
double growth(const workload& of) {
    double small = of.cost(few);
    double large = of.cost(few * times_more);
    for (int again = 0; again < 2; ++again) {
        small = std::min(small, of.cost(few));
        large = std::min(large, of.cost(few * times_more));
    }
    return large / small;
}

void pipe_many(topology_test_driver& driver, int count, std::int64_t step) {
    auto in = driver.input_topic<text, text>("in");
    for (int i = 0; i < count; ++i) in.pipe("k" + std::to_string(i), "v", std::int64_t{i} * step);
}
void pipe_late_by(topology_test_driver& driver, std::int64_t at) {
    driver.input_topic<text, text>("in").pipe("late", "release", at);
}
void pipe_late(topology_test_driver& driver) { pipe_late_by(driver, 100'000'000); }

const auto both = [](const text& left, const auto&) { return left; };

} // namespace

TEST_CASE("records that waited for a table leave in one pass") {
    streams_builder builder;
    auto prices = builder.table<text, text>("prices", materialized{.name = "prices", .history_retention = 1h});
    builder.stream<text, text>("in").left_join(prices, both, joined{.grace = 10min}).to("out");
    CHECK(growth({builder.build(), [](auto& driver, int count) { pipe_many(driver, count, 1); }, pipe_late}) < allowed);
}

TEST_CASE("records without a match leave in one pass") {
    streams_builder builder;
    const auto other = builder.stream<text, text>("other");
    builder.stream<text, text>("in")
        .left_join(
            other, [](const text& left, const text*) { return left; }, join_windows{10min})
        .to("out");
    CHECK(growth({builder.build(), [](auto& driver, int count) { pipe_many(driver, count, 1); },
                  [](auto& driver) {
                      driver.advance_wall_clock(1h);
                      pipe_late(driver);
                  }}) < allowed);
}

TEST_CASE("updates that a suppress held back leave in one pass") {
    streams_builder builder;
    builder.table<text, text>("in", materialized{.name = "rows"})
        .suppress(until_time_limit{.limit = 10min})
        .to_stream()
        .map_values([](const std::optional<text>& value) { return value.value_or(""); })
        .to("out");
    CHECK(growth({builder.build(), [](auto& driver, int count) { pipe_many(driver, count, 1); }, pipe_late}) < allowed);
}

TEST_CASE("windows that close emit in one pass") {
    streams_builder builder;
    builder.stream<text, text>("in")
        .group_by_key()
        .windowed_by(tumbling{1min, 0s})
        .emit_on_close()
        .reduce([](const text& before, const text&) { return before; })
        .to_stream()
        .map([](const windowed<text>& at, const text& value) { return std::pair(at.key, value); })
        .to("out");
    CHECK(growth({builder.build(), [](auto& driver, int count) { pipe_many(driver, count, 0); },
                  [](auto& driver) {
                      driver.advance_wall_clock(1h);
                      pipe_late_by(driver, 61'000);
                  }}) < allowed);
}

namespace {

struct alarm_clock final : processor<text, text, text, text> {
    void init(context_type& context) override {
        context_ = &context;
        context.on_timer<text>("alarms",
                               [this](const text& key, std::int64_t at) { context_->forward(key, text(), at); });
    }
    void process(const record_type& r) override {
        if (r.value == "v") context_->timer(r.key, 10'000'000 + r.timestamp);
    }
    context_type* context_ = nullptr;
};

/// Takes the first of its store again and again, each time beginning anew.
struct queue final : processor<text, text, text, text> {
    void init(context_type& context) override {
        context_ = &context;
        waiting_.emplace(context.state_store<typed_key_value_store<text, text>>("alarms"));
    }
    void process(const record_type& r) override {
        if (r.value == "v") return waiting_->put(r.key, r.value);
        for (bool empty = false; !empty;) {
            empty = true;
            for (const auto& [key, value] : waiting_->all()) {
                context_->forward(key, value, r.timestamp);
                waiting_->erase(key);
                empty = false;
                break;
            }
        }
    }
    context_type* context_ = nullptr;
    std::optional<typed_key_value_store<text, text>> waiting_;
};

template <class Processor>
topology with_alarms(store_spec spec) {
    streams_builder builder;
    builder.add_state_store(std::move(spec));
    builder.stream<text, text>("in")
        .process([] { return std::make_unique<Processor>(); }, state_stores{{"alarms"}})
        .to("out");
    return builder.build();
}

} // namespace

TEST_CASE("timers that are due fire in one pass") {
    CHECK(growth({with_alarms<alarm_clock>(stores::timers("alarms")),
                  [](auto& driver, int count) { pipe_many(driver, count, 1); }, pipe_late}) < allowed);
}

TEST_CASE("a store that is emptied from the front does not walk over what was deleted") {
    CHECK(growth({with_alarms<queue>(stores::key_value("alarms")),
                  [](auto& driver, int count) { pipe_many(driver, count, 1); }, pipe_late}) < allowed);
}
