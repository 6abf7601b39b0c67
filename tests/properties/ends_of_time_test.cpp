#include "catch.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/topology_test_driver.hpp>

#include <rapidcheck.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace streams;
using std::chrono::milliseconds;
using text = std::string;
using times = std::vector<std::int64_t>;

namespace {

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();

/// Sums of times do not overflow here, so that what is expected is what the definition says.
__extension__ using wide = __int128;

/// The first and the last moments, and some in between.
rc::Gen<std::int64_t> some_time() {
    return rc::gen::oneOf(
        rc::gen::inRange<std::int64_t>(0, 40),
        rc::gen::map(rc::gen::inRange<std::int64_t>(0, 40), [](auto less) { return largest - less; }),
        rc::gen::map(rc::gen::inRange<std::int64_t>(0, 40), [](auto more) { return largest / 2 + more; }));
}
rc::Gen<times> some_times() { return rc::gen::container<times>(some_time()); }

/// From `least` to the largest that is left beside `beside`.
std::int64_t some_span(std::int64_t least, std::int64_t beside = 0) {
    return std::clamp(*some_time(), least, largest - beside);
}

struct counted_update {
    std::int64_t start;
    std::int64_t count;
    friend bool operator==(const counted_update&, const counted_update&) = default;
};

/// What became of records of one key.
struct outcome {
    std::vector<counted_update> updates{};
    std::size_t refused = 0; ///< given to the processing handler
    std::uint64_t late = 0;  ///< closed windows that records came for
    friend bool operator==(const outcome&, const outcome&) = default;
};

topology counts(const auto& windows) {
    streams_builder builder;
    builder.stream<text, text>("in").group_by_key().windowed_by(windows).count().to_stream().to("out");
    return builder.build();
}

struct under_test {
    explicit under_test(topology of) : driver(std::move(of), options()) {}
    void pipe(const char* topic, const times& all) {
        auto in = driver.input_topic<text, text>(topic);
        for (const std::int64_t at : all) in.pipe("k", std::to_string(at), at);
    }
    test_driver_options options() {
        test_driver_options made;
        made.config.outer_join_emit_interval = milliseconds(0);
        made.config.on_processing_error = [this](const auto&, const std::exception&) {
            ++refused;
            return handler_response::resume;
        };
        return made;
    }
    std::size_t refused = 0;
    topology_test_driver driver;
};

template <class Key>
outcome counted(const auto& windows, const times& all) {
    under_test t(counts(windows));
    t.pipe("in", all);
    outcome found{.refused = t.refused, .late = t.driver.dropped()[drop_reason::late]};
    using value =
        std::conditional_t<std::is_same_v<Key, session_windowed<text>>, std::optional<std::int64_t>, std::int64_t>;
    for (const auto& r : t.driver.output_topic<Key, value>("out").read_all()) {
        if constexpr (std::is_same_v<value, std::int64_t>)
            found.updates.push_back({r.key.window.start, r.value});
        else if (r.value)
            found.updates.push_back({r.key.window.start, *r.value});
    }
    return found;
}

/// By definition: aligned windows, which close `grace` after their end, and none that ends past the largest time.
outcome counted_by_definition(std::int64_t size, std::int64_t advance, std::int64_t grace, const times& all) {
    outcome expected;
    std::map<std::int64_t, std::int64_t> counts;
    std::int64_t now = -1;
    for (const std::int64_t at : all) {
        now = std::max(now, at);
        const std::int64_t last = at / advance * advance;
        if (wide{last} + size > largest) {
            ++expected.refused;
            continue;
        }
        const wide first = std::max<wide>(0, (wide{at} - size + advance) / advance * advance);
        for (wide start = first; start <= last; start += advance) {
            if (start + size <= wide{now} - grace)
                ++expected.late;
            else
                expected.updates.push_back(
                    {static_cast<std::int64_t>(start), ++counts[static_cast<std::int64_t>(start)]});
        }
    }
    return expected;
}

} // namespace

TEST_CASE("aligned windows count, drop and refuse by definition at the ends of time") {
    CHECK(rc::check([] {
        const std::int64_t size = some_span(1);
        const std::int64_t least_advance = std::max<std::int64_t>(1, size / 4);
        const std::int64_t advance = std::clamp(*some_time(), least_advance, size);
        const std::int64_t grace = std::min(some_span(0), largest - size);
        const times all = *some_times();
        const hopping windows{milliseconds(size), milliseconds(advance), milliseconds(grace)};
        RC_ASSERT(counted<windowed<text>>(windows, all) == counted_by_definition(size, advance, grace, all));
    }));
}

TEST_CASE("a window without end counts at the ends of time") {
    CHECK(rc::check([] {
        const std::int64_t start = *some_time();
        const times all = *some_times();
        outcome expected;
        std::int64_t now = -1;
        for (const std::int64_t at : all) {
            now = std::max(now, at);
            if (at < start) continue;
            // Its end is the largest time, at which it closes.
            if (now == largest)
                ++expected.late;
            else
                expected.updates.push_back({start, static_cast<std::int64_t>(expected.updates.size()) + 1});
        }
        RC_ASSERT(counted<windowed<text>>(unlimited{milliseconds(start)}, all) == expected);
    }));
}

TEST_CASE("sessions merge by definition at the ends of time") {
    CHECK(rc::check([] {
        const std::int64_t gap = some_span(0);
        const std::int64_t grace = std::min(some_span(0), largest - gap);
        times all = *some_times();
        std::ranges::sort(all);
        outcome expected;
        std::optional<std::int64_t> before;
        for (const std::int64_t at : all) {
            if (wide{at} + gap > largest) {
                ++expected.refused;
                continue;
            }
            if (before && wide{at} - *before <= gap)
                expected.updates.push_back({expected.updates.back().start, expected.updates.back().count + 1});
            else
                expected.updates.push_back({at, 1});
            before = at;
        }
        RC_ASSERT(counted<session_windowed<text>>(session{milliseconds(gap), milliseconds(grace)}, all) == expected);
    }));
}

TEST_CASE("sliding windows count by definition at the ends of time") {
    CHECK(rc::check([] {
        const std::int64_t difference = std::min(some_span(0), largest / 2);
        const std::int64_t grace = std::min(some_span(0), largest - 2 * difference);
        times all = *some_times();
        std::ranges::sort(all);
        const outcome found = counted<windowed<text>>(sliding{milliseconds(difference), milliseconds(grace)}, all);
        std::map<std::int64_t, std::int64_t> last;
        for (const counted_update& one : found.updates) last[one.start] = one.count;

        const auto whole = [&](std::int64_t at) { return wide{at} + difference <= largest; };
        std::map<std::int64_t, std::int64_t> expected;
        const auto count = [&](std::int64_t start) {
            const auto held = std::ranges::count_if(all, [&](std::int64_t other) {
                return whole(other) && other >= start && other <= wide{start} + difference;
            });
            if (held > 0) expected[start] = held;
        };
        for (const std::int64_t at : all) {
            if (!whole(at)) continue;
            count(std::max<std::int64_t>(0, at - difference));
            if (at < largest) count(at + 1);
        }
        RC_ASSERT(last == expected);
        RC_ASSERT(found.refused == static_cast<std::size_t>(std::ranges::count_if(all, std::not_fn(whole))));
    }));
}

TEST_CASE("what is suppressed until its window closes leaves by definition at the ends of time") {
    CHECK(rc::check([] {
        const std::int64_t size = some_span(1);
        const std::int64_t grace = std::min(some_span(0), largest - size);
        const times all = *some_times();
        streams_builder builder;
        builder.stream<text, text>("in")
            .group_by_key()
            .windowed_by(tumbling{milliseconds(size), milliseconds(grace)})
            .count()
            .suppress(until_window_closes{})
            .to_stream()
            .to("out");
        under_test t(builder.build());
        t.pipe("in", all);
        std::map<std::int64_t, std::int64_t> left;
        for (const auto& r : t.driver.output_topic<windowed<text>, std::int64_t>("out").read_all())
            RC_ASSERT(left.emplace(r.key.window.start, r.value).second);

        std::map<std::int64_t, std::int64_t> expected;
        std::int64_t now = -1;    // the aggregation's
        std::int64_t newest = -1; // of what it let through
        for (const std::int64_t at : all) {
            now = std::max(now, at);
            const std::int64_t start = at / size * size;
            if (wide{start} + size > largest || wide{start} + size <= wide{now} - grace) continue;
            newest = std::max(newest, at);
            ++expected[start];
        }
        std::erase_if(expected, [&](const auto& each) { return wide{each.first} + size > wide{newest} - grace; });
        RC_ASSERT(left == expected);
    }));
}

TEST_CASE("what is suppressed for a time leaves at the ends of time") {
    CHECK(rc::check([] {
        const std::int64_t limit = some_span(0);
        const times all = *some_times();
        streams_builder builder;
        builder.stream<text, text>("in")
            .group_by([](const text&, const text& value) { return value; })
            .count()
            .suppress(until_time_limit{milliseconds(limit)})
            .to_stream()
            .to("out");
        under_test t(builder.build());
        t.pipe("in", all);
        const std::int64_t newest = all.empty() ? -1 : *std::ranges::max_element(all);
        for (const auto& r : t.driver.output_topic<text, std::int64_t>("out").read_all())
            RC_ASSERT(wide{std::stoll(r.key)} <= wide{newest} - limit);
        RC_ASSERT(t.refused == 0U);
    }));
}

TEST_CASE("streams join within their span by definition at the ends of time") {
    CHECK(rc::check([](bool negative_before) {
        const std::int64_t some = some_span(0, 1);
        const std::int64_t before = negative_before ? -some : some;
        const std::int64_t after = std::max(some_span(0), negative_before ? some : 0);
        // As in Kafka Streams records are kept for the width of the window and its grace, which is less than they reach where
        // one side is negative; and what is exactly as old is forgotten.
        const std::int64_t least_grace = (negative_before ? some : 0) + 1;
        RC_PRE(wide{before} + after + least_grace <= largest);
        const std::int64_t grace = std::clamp<std::int64_t>(*some_time(), least_grace, largest - (before + after));
        const join_windows windows{
            .before = milliseconds(before), .after = milliseconds(after), .grace = milliseconds(grace)};
        times left = *some_times();
        times right = *some_times();
        // As in Kafka Streams a record whose reach ends before time does meets those of time 0.
        for (times* side : {&left, &right})
            std::ranges::transform(*side, side->begin(), [](auto at) { return std::max<std::int64_t>(at, 1); });
        streams_builder builder;
        const auto join = [](const text& l, const text* r) { return l + (r ? "+" + *r : text("+")); };
        builder.stream<text, text>("left").left_join(builder.stream<text, text>("right"), join, windows).to("out");
        under_test t(builder.build());

        std::vector<std::pair<std::int64_t, const char*>> all;
        for (const std::int64_t at : left) all.emplace_back(at, "left");
        for (const std::int64_t at : right) all.emplace_back(at, "right");
        std::ranges::sort(all);
        for (const auto& [at, topic] : all) t.pipe(topic, {at});

        std::vector<text> expected;
        for (const std::int64_t l : left)
            for (const std::int64_t r : right)
                if (wide{r} >= wide{l} - before && wide{r} <= wide{l} + after)
                    expected.push_back(std::to_string(l) + "+" + std::to_string(r));
        std::vector<text> found;
        for (const text& pair : t.driver.output_topic<text, text>("out").read_values())
            if (!pair.ends_with("+")) found.push_back(pair);
        std::ranges::sort(expected);
        std::ranges::sort(found);
        RC_ASSERT(found == expected);
        RC_ASSERT(t.refused == 0U);
    }));
}

TEST_CASE("duplicates are those within the time at the ends of time, in whatever order") {
    CHECK(rc::check([] {
        const std::int64_t within = some_span(1);
        const times all = *some_times();
        streams_builder builder;
        builder.stream<text, text>("in")
            .deduplicate([](const text& key, const text&) { return key; }, milliseconds(within))
            .to("out");
        under_test t(builder.build());
        t.pipe("in", all);

        times passed;
        std::uint64_t unchecked = 0;
        const wide kept = std::min<wide>(2 * wide{within}, largest);
        for (const std::int64_t at : all) {
            const std::int64_t newest = passed.empty() ? -1 : *std::ranges::max_element(passed);
            const wide oldest = std::max<wide>(0, newest - kept + 1);
            const bool seen = std::ranges::any_of(passed, [&](std::int64_t other) {
                return other >= oldest && wide{at} - other < within && wide{other} - at < within;
            });
            if (seen) continue;
            if (std::max<wide>(0, wide{at} - within + 1) < oldest) ++unchecked;
            passed.push_back(at);
        }
        times found;
        for (const text& value : t.driver.output_topic<text, text>("out").read_values())
            found.push_back(std::stoll(value));
        RC_ASSERT(found == passed);
        RC_ASSERT(t.driver.dropped()[drop_reason::unchecked] == unchecked);
    }));
}
