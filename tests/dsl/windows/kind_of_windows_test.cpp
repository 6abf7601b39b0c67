#include "catch.hpp"

#include <streams/dsl/detail/stores/store_specs.hpp>
#include <streams/dsl/detail/windows/windowed_node.hpp>
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/topology_test_driver.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using text = std::string;

// All that a new kind of windows takes: what programs write, the description, the node, and `checked` beside them.
namespace {

/// Windows of a key, each of which begins with the first record that no earlier one holds.
struct from_first_record {
    std::chrono::milliseconds size;
    std::chrono::milliseconds grace{0};
};

template <class KeyIn, class ValueIn, class Plan>
class anchored_node;

struct anchored_windows {
    using rows = detail::window_rows;
    template <class KeyIn, class ValueIn, class Plan>
    using node = anchored_node<KeyIn, ValueIn, Plan>;
    template <class Value>
    using value_in = Value;
    static constexpr bool merges = false;
    static constexpr bool numbers_counts = true;

    std::int64_t size;
    std::int64_t grace;

    window_ends ends() const { return std::chrono::milliseconds(size); }
    detail::aggregated_times times() const { return {ends(), std::chrono::milliseconds(grace)}; }
    std::int64_t closing_lag() const { return grace; }
    std::int64_t needed_retention() const { return size + grace; }
    store_spec store(std::string name, const materialized& options, const detail::emission& strategy) const {
        return detail::window_spec(std::move(name), options, size, needed_retention(), strategy);
    }
    void require_end() const {}
    static bool ended(const window& each, std::int64_t close) { return each.end <= close; }
    std::int64_t ended_at(std::int64_t end) const { return end; }
    detail::row_span open(std::optional<std::int64_t> last) const {
        return {last ? std::max<std::int64_t>(0, *last - size + 1) : 0, unknown_window_end};
    }
    std::optional<detail::row_span> closed(std::optional<std::int64_t> last, std::int64_t close) const {
        if (close < size) return std::nullopt;
        return detail::row_span{open(last).from, close - size};
    }
};

anchored_windows checked(const from_first_record& windows) { return {windows.size.count(), windows.grace.count()}; }

template <class KeyIn, class ValueIn, class Plan>
class anchored_node final : public detail::windowed_node<KeyIn, ValueIn, Plan, anchored_windows> {
    using base = detail::windowed_node<KeyIn, ValueIn, Plan, anchored_windows>;
    using typename base::aggregate_type;
    using typename base::input;

public:
    using base::base;

    void process(const input& r) override {
        if (!this->observe(r)) return;
        const std::int64_t close = this->close_time();
        this->begin(r.key);
        const auto& found = this->store_.fetch(std::max<std::int64_t>(0, r.timestamp - this->windows_.size + 1),
                                               r.timestamp, iteration_order::descending);
        const std::int64_t start = found.empty() ? r.timestamp : found.front().start;
        const window at{start, start + this->windows_.size};
        if (anchored_windows::ended(at, close))
            this->late(r);
        else
            add(r, at);
        this->emit_closed(close, r.headers);
    }

private:
    void add(const input& r, const window& at) {
        const std::int64_t timestamp = std::max(this->store_.get(at, aggregate_), r.timestamp);
        if (!aggregate_) this->step_.begin(aggregate_);
        if (this->needs_old()) this->old_ = aggregate_;
        this->step_.add(r.key, r.value, aggregate_);
        this->store_.put(r, at.start, detail::pointer_to(aggregate_), timestamp);
        this->forward_update(at, {detail::pointer_to(aggregate_), detail::pointer_to(this->old_)}, timestamp,
                             r.headers);
    }

    std::optional<aggregate_type> aggregate_;
};

auto windowed_input(streams_builder& builder, const from_first_record& windows) {
    return builder.stream<text, text>("in").group_by_key().windowed_by(windows);
}

/// As `key start count`.
std::vector<text> counts(topology_test_driver& driver) {
    std::vector<text> all;
    for (const auto& r : driver.output_topic<windowed<text>, std::int64_t>("out").read_all())
        all.push_back(r.key.key + ' ' + std::to_string(r.key.window.start) + ' ' + std::to_string(r.value));
    return all;
}

} // namespace

TEST_CASE("a kind of windows that is described in one place counts and is stored as the library's own kinds are") {
    streams_builder builder;
    windowed_input(builder, {10ms}).count(materialized{.name = "counts"}).to_stream().to("out");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<text, text>("in");
    in.pipe("a", "v", std::int64_t{3});
    in.pipe("b", "v", std::int64_t{7});
    in.pipe("a", "v", std::int64_t{12});
    in.pipe("a", "v", std::int64_t{13});
    in.pipe("b", "v", std::int64_t{14});
    CHECK(counts(driver) == std::vector<text>{"a 3 1", "b 7 1", "a 3 2", "a 13 1", "b 7 2"});
    CHECK(driver.dropped().total() == 0);
}

TEST_CASE(
    "windows of a kind that is described in one place leave when they close, and their late records are led out") {
    streams_builder builder;
    windowed_input(builder, {10ms, 5ms})
        .emit_on_close(close_when_idle{1min})
        .late_to("late")
        .count()
        .to_stream()
        .to("out");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<text, text>("in");
    in.pipe("a", "v", std::int64_t{3});
    in.pipe("a", "v", std::int64_t{12});
    in.pipe("a", "v", std::int64_t{17});
    CHECK(counts(driver).empty());
    in.pipe("b", "v", std::int64_t{18});
    CHECK(counts(driver) == std::vector<text>{"a 3 2"});
    in.pipe("a", "late", std::int64_t{4});
    CHECK(driver.output_topic<text, text>("late").read_values() == std::vector<text>{"late"});
    driver.advance_wall_clock(1min);
    CHECK(counts(driver) == std::vector<text>{"a 17 1", "b 18 1"});
}
