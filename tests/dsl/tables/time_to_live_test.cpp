#include "catch.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/state/stores.hpp>
#include <streams/state/typed_key_value_store.hpp>
#include <streams/testing/topology_test_driver.hpp>

using namespace std::chrono_literals;

namespace {

using store = streams::typed_key_value_store<std::string, streams::value_and_timestamp<std::string>>;

/// Keeps the last value of each key, and passes on how many keys it sees.
class remembering final : public streams::processor<std::string, std::string, std::string, std::int64_t> {
public:
    void init(context_type& context) override {
        context_ = &context;
        last_.emplace(context.state_store<store>("last"));
    }
    void process(const record_type& r) override {
        last_->put(r.key, streams::value_and_timestamp<std::string>{r.value, r.timestamp});
        std::int64_t seen = 0;
        for ([[maybe_unused]] const auto& each : last_->all()) ++seen;
        context_->forward(r.key, seen, r.timestamp);
    }

private:
    context_type* context_ = nullptr;
    std::optional<store> last_;
};

streams::topology remembered() {
    streams::streams_builder builder;
    builder.add_state_store(streams::stores::key_value("last", {.timestamped = true, .time_to_live = 10s}));
    builder.stream<std::string, std::string>("in")
        .process([] { return std::make_unique<remembering>(); }, streams::state_stores{{"last"}})
        .to("out");
    return builder.build();
}

} // namespace

TEST_CASE("an entry is read for as long as it lives behind the newest one") {
    streams::topology_test_driver driver{remembered()};
    auto in = driver.input_topic<std::string, std::string>("in");
    auto out = driver.output_topic<std::string, std::int64_t>("out");
    in.pipe("a", "x", 0s);
    in.pipe("b", "x", 10s);
    in.pipe("c", "x", 10'001ms);
    in.pipe("b", "x", 15s);
    in.pipe("d", "x", 21s);
    CHECK(out.read_values() == std::vector<std::int64_t>{1, 2, 2, 2, 2});
}

TEST_CASE("what has expired is deleted from the changelog too") {
    streams::topology_test_driver driver{remembered()};
    auto in = driver.input_topic<std::string, std::string>("in");
    in.pipe("a", "x", 0s);
    in.pipe("b", "x", 20s);
    std::map<std::string, bool> left;
    for (const auto& r : driver.raw().written("topology-test-driver-last-changelog"))
        left[std::string(r.key->text())] = r.value.has_value();
    CHECK(left == std::map<std::string, bool>{{"a", false}, {"b", true}});
}

TEST_CASE("a store that keeps no timestamps cannot have a time to live") {
    CHECK_THROWS_WITH(streams::stores::key_value("last", {.time_to_live = 1s}), containing(".timestamped = true"));
}
