#include "catch.hpp"
#include "runtime/world.hpp"

#include <streams/core/clock.hpp>
#include <streams/dsl/streams_builder.hpp>
#include <streams/state/stores.hpp>
#include <streams/state/typed_key_value_store.hpp>

#include <filesystem>
#include <optional>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::eventually;
using testing_support::patience;
using testing_support::world;

// What Kafka Streams does not have, over a restart: in good order with its state, or with the state folder gone, so that all
// comes back from changelogs and committed offsets.

namespace {

using text = std::string;
using texts = std::vector<text>;

/// One application that runs, is closed, and runs again.
class restarted {
public:
    explicit restarted(topology of) : what_(std::move(of)) { start(); }

    void start() {
        auto config = w.config();
        config.window_emit_interval = 0ms;
        app_.emplace(what_, config, w.cluster.clients());
        app_->start();
        CHECK(app_->wait_for(application_state::running, patience));
    }
    void stop(bool forget_state = false) {
        CHECK(app_->close(patience));
        if (forget_state) std::filesystem::remove_all(w.config().state_dir);
    }
    void restart(bool forget_state) {
        stop(forget_state);
        start();
    }
    /// Waits until all that was produced is processed and committed.
    void settle() {
        CHECK(eventually([&] { return w.committed() == w.cluster.end_offsets("in").at(0); }));
    }
    void pipe(const text& key, const text& value, std::int64_t timestamp) { w.produce(key, value, timestamp); }
    std::uint64_t dropped(drop_reason reason) {
        const auto counts = app_->counts().dropped;
        const auto found = counts.find(reason);
        return found == counts.end() ? 0 : found->second;
    }

    world w;

private:
    topology what_;
    std::optional<kafka_streams> app_;
};

} // namespace

TEST_CASE("a duplicate is recognised after a restart") {
    const bool forget_state = GENERATE(false, true);
    streams_builder builder;
    builder.stream<text, text>("in").deduplicate([](const text& value) { return value; }, 10s).to("out");
    restarted app(builder.build());
    app.pipe("k", "a", 1'000);
    app.pipe("k", "b", 2'000);
    app.settle();
    app.restart(forget_state);
    app.pipe("k", "a", 3'000);
    app.pipe("k", "c", 4'000);
    app.pipe("k", "a", 11'000);
    app.settle();
    CHECK(app.w.out() == texts{"a", "b", "c", "a"});
    CHECK(app.dropped(drop_reason::duplicate) == 1);
}

TEST_CASE("a throttled stream goes on after a restart where it was, no faster than its rate") {
    streams_builder builder;
    builder.stream<text, text>("in").throttle({2, 100ms}).to("out");
    const auto begin = std::chrono::steady_clock::now();
    restarted app(builder.build());
    texts all;
    for (int i = 0; i < 12; ++i) {
        all.push_back(std::to_string(i));
        app.pipe("k", all.back(), i);
    }
    CHECK(eventually([&] { return app.w.out().size() >= 3; }));
    app.restart(false);
    app.settle();
    CHECK(app.w.out() == all);
    // 100 ms may be run ahead of, by each of the two.
    CHECK(std::chrono::steady_clock::now() - begin >= 400ms);
}

namespace {

/// Sets a timer for its key at the time that a record's value says, and passes on what fires.
class alarm final : public processor<text, text, text, text> {
public:
    explicit alarm(punctuation_type type) : type_(type) {}
    void init(context_type& context) override {
        context_ = &context;
        context.on_timer<text>(
            "alarms", [this](const text& key, std::int64_t at) { context_->forward(key, key, at); }, type_);
    }
    void process(const record_type& r) override { context_->timer(r.key, std::stoll(r.value)); }

private:
    punctuation_type type_;
    context_type* context_ = nullptr;
};

topology alarms(punctuation_type type) {
    streams_builder builder;
    builder.add_state_store(stores::timers("alarms"));
    builder.stream<text, text>("in")
        .process([type] { return std::make_unique<alarm>(type); }, state_stores{{"alarms"}})
        .to("out");
    return builder.build();
}

} // namespace

TEST_CASE("a timer that was set before a restart fires after it, once") {
    const bool forget_state = GENERATE(false, true);
    restarted app(alarms(punctuation_type::stream_time));
    app.pipe("early", "1000", 10);
    app.pipe("late", "5000", 20);
    app.settle();
    app.restart(forget_state);
    app.pipe("other", "9000", 2'000);
    app.settle();
    CHECK(eventually([&] { return app.w.out() == texts{"early"}; }));
    app.restart(forget_state);
    app.pipe("other", "9000", 6'000);
    app.settle();
    CHECK(eventually([&] { return app.w.out() == texts{"early", "late"}; }));
}

TEST_CASE("a timer of the wall clock that came due while nothing ran fires at the start") {
    const bool forget_state = GENERATE(false, true);
    restarted app(alarms(punctuation_type::wall_clock_time));
    const auto in_half_a_second = streams::system_clock().wall_ms() + 500;
    app.pipe("k", std::to_string(in_half_a_second), 10);
    app.settle();
    app.stop(forget_state);
    CHECK(app.w.out().empty());
    std::this_thread::sleep_for(std::chrono::milliseconds(in_half_a_second - streams::system_clock().wall_ms()));
    app.start();
    CHECK(eventually([&] { return app.w.out() == texts{"k"}; }));
}

namespace {

/// Keeps the last value of each key, and passes on how many keys live; the key `how many` only asks.
class living final : public processor<text, text, text, text> {
    using store = typed_key_value_store<text, value_and_timestamp<text>>;

public:
    void init(context_type& context) override {
        context_ = &context;
        last_.emplace(context.state_store<store>("last"));
    }
    void process(const record_type& r) override {
        if (r.key != "how many") {
            last_->put(r.key, value_and_timestamp<text>{r.value, r.timestamp});
            return;
        }
        int count = 0;
        for ([[maybe_unused]] const auto& each : last_->all()) ++count;
        context_->forward(r.key, std::to_string(count), r.timestamp);
    }

private:
    context_type* context_ = nullptr;
    std::optional<store> last_;
};

} // namespace

TEST_CASE("what had expired before a restart stays so after it, and the rest lives on for its time") {
    const bool forget_state = GENERATE(false, true);
    const bool persistent = GENERATE(false, true);
    streams_builder builder;
    builder.add_state_store(
        stores::key_value("last", {.persistent = persistent, .timestamped = true, .time_to_live = 10s}));
    builder.stream<text, text>("in")
        .process([] { return std::make_unique<living>(); }, state_stores{{"last"}})
        .to("out");
    restarted app(builder.build());
    // More than one commit deletes of what has expired a moment ago.
    for (int i = 0; i < 500; ++i) app.pipe("k" + std::to_string(i), "x", 0);
    app.settle();
    app.pipe("a", "x", 9'900);
    app.settle();
    app.pipe("b", "x", 10'001);
    app.settle();
    app.pipe("how many", "", 10'001);
    app.settle();
    app.restart(forget_state);
    app.pipe("how many", "", 5'000);
    app.settle();
    app.pipe("c", "x", 19'950);
    app.pipe("how many", "", 19'950);
    app.settle();
    CHECK(app.w.out() == texts{"2", "2", "2"});
}

TEST_CASE("a count window that is not full is filled after a restart") {
    const bool forget_state = GENERATE(false, true);
    streams_builder builder;
    builder.stream<text, text>("in")
        .group_by_key()
        .windowed_by(count_window{3})
        .reduce([](const text& value, text aggregate) { return aggregate + value; })
        .to("out");
    restarted app(builder.build());
    app.pipe("k", "a", 1);
    app.pipe("k", "b", 2);
    app.settle();
    app.restart(forget_state);
    for (const auto* value : {"c", "d", "e", "f"}) app.pipe("k", value, 3);
    app.settle();
    CHECK(app.w.out().size() == 2);
    CHECK(app.w.out().at(0).size() == 3);
}

TEST_CASE("after a restart too late records go where late_to says") {
    const bool forget_state = GENERATE(false, true);
    streams_builder builder;
    builder.stream<text, text>("in")
        .group_by_key()
        .windowed_by(tumbling{10ms})
        .late_to("out")
        .count()
        .to_stream()
        .for_each([](const windowed<text>&, std::int64_t) {});
    restarted app(builder.build());
    app.pipe("k", "in time", 25);
    app.pipe("k", "late before", 5);
    app.settle();
    app.restart(forget_state);
    // What is late follows from the records since the start, as in Kafka Streams.
    app.pipe("k", "in time", 27);
    app.pipe("k", "late after", 7);
    app.settle();
    CHECK(app.w.out() == texts{"late before", "late after"});
}

TEST_CASE("a window that is open at a restart closes when the input is idle after it, once") {
    const bool forget_state = GENERATE(false, true);
    const auto idle = GENERATE(300ms, 1h); // closed while it ran, and not
    streams_builder builder;
    builder.stream<text, text>("in")
        .group_by_key()
        .windowed_by(tumbling{10ms})
        .emit_on_close(close_when_idle{idle})
        .count()
        .to_stream()
        .map([](const windowed<text>& key, std::int64_t count) { return std::pair(key.key, std::to_string(count)); })
        .to("out");
    restarted app(builder.build());
    app.pipe("k", "v", 5);
    app.pipe("k", "v", 6);
    app.settle();
    const texts closed_when_idle = idle < 1h ? texts{"2"} : texts{};
    CHECK(eventually([&] { return app.w.out() == closed_when_idle; }));
    app.restart(forget_state);
    CHECK(eventually([&] { return app.w.out() == closed_when_idle; }));
    app.pipe("k", "v", 7);
    app.pipe("k", "v", 40);
    app.settle();
    if (idle < 1h) {
        // The third came too late for the window, and 40's closes when idle.
        CHECK(eventually([&] { return app.w.out() == texts{"2", "1"}; }));
        CHECK(app.dropped(drop_reason::late) == 1);
    } else {
        CHECK(eventually([&] { return app.w.out() == texts{"3"}; }));
    }
}
