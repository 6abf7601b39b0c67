#include "catch.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/state/stores.hpp>
#include <streams/testing/topology_test_driver.hpp>

using namespace std::chrono_literals;
using streams::punctuation_type;

namespace {

/// Sets a timer for each key at the time that its record's value says, or takes it back where that is negative; passes on
/// what fires.
class alarm final : public streams::processor<std::string, std::int64_t, std::string, std::int64_t> {
public:
    explicit alarm(punctuation_type type) : type_(type) {}
    void init(context_type& context) override {
        context_ = &context;
        context.on_timer<std::string>(
            "alarms", [this](const std::string& key, std::int64_t at) { context_->forward(key, at, at); }, type_);
    }
    void process(const record_type& r) override {
        if (r.value < 0)
            context_->cancel_timer(r.key, -r.value);
        else
            context_->timer(r.key, r.value);
    }

private:
    punctuation_type type_;
    context_type* context_ = nullptr;
};

streams::topology alarms(punctuation_type type) {
    streams::streams_builder builder;
    builder.add_state_store(streams::stores::timers("alarms"));
    builder.stream<std::string, std::int64_t>("in")
        .process([type] { return std::make_unique<alarm>(type); }, streams::state_stores{{"alarms"}})
        .to("out");
    return builder.build();
}

using fired = std::vector<std::pair<std::string, std::int64_t>>;

} // namespace

TEST_CASE("timers fire in the order of their times once stream time has come to them") {
    streams::topology_test_driver driver{alarms(punctuation_type::stream_time)};
    auto in = driver.input_topic<std::string, std::int64_t>("in");
    auto out = driver.output_topic<std::string, std::int64_t>("out");
    in.pipe("late", 300, 0ms);
    in.pipe("early", 100, 1ms);
    in.pipe("early", 200, 2ms);
    CHECK(out.empty());
    in.pipe("other", 999, 250ms);
    CHECK(out.read_key_values() == fired{{"early", 100}, {"early", 200}});
    in.pipe("other", 999, 300ms);
    CHECK(out.read_key_values() == fired{{"late", 300}});
}

TEST_CASE("a timer that was taken back does not fire, and one that is set twice fires once") {
    streams::topology_test_driver driver{alarms(punctuation_type::stream_time)};
    auto in = driver.input_topic<std::string, std::int64_t>("in");
    auto out = driver.output_topic<std::string, std::int64_t>("out");
    in.pipe("a", 100, 0ms);
    in.pipe("a", 100, 1ms);
    in.pipe("b", 100, 2ms);
    in.pipe("b", -100, 3ms);
    in.pipe("c", 999, 500ms);
    CHECK(out.read_key_values() == fired{{"a", 100}});
}

TEST_CASE("timers of the wall clock fire without input") {
    streams::topology_test_driver driver{alarms(punctuation_type::wall_clock_time)};
    auto in = driver.input_topic<std::string, std::int64_t>("in");
    auto out = driver.output_topic<std::string, std::int64_t>("out");
    in.pipe("a", 1'000, 0ms);
    driver.advance_wall_clock(900ms);
    CHECK(out.empty());
    driver.advance_wall_clock(100ms);
    CHECK(out.read_key_values() == fired{{"a", 1'000}});
}

TEST_CASE("timers are logged, and gone from the log when they have fired") {
    streams::topology_test_driver driver{alarms(punctuation_type::stream_time)};
    auto in = driver.input_topic<std::string, std::int64_t>("in");
    in.pipe("a", 100, 0ms);
    in.pipe("b", 999, 200ms);
    std::map<std::string, bool> left;
    for (const auto& r : driver.raw().written("topology-test-driver-alarms-changelog"))
        left[std::string(r.key->text().substr(8))] = r.value.has_value();
    CHECK(left == std::map<std::string, bool>{{"a", false}, {"b", true}});
}
