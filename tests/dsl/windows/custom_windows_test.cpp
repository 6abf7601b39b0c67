#include "catch.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/topology_test_driver.hpp>

#include <array>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using std::chrono::milliseconds;
using text = std::string;
using key = windowed<text>;

namespace {

/// Windows of 10 ms and 30 ms in turn: [0, 10), [10, 40), [40, 50), [50, 80) ...
struct uneven {
    std::array<window, 1> windows_for(std::int64_t at) const {
        const std::int64_t round = at / 40 * 40;
        if (at < round + 10) return {{{round, round + 10}}};
        return {{{round + 10, round + 40}}};
    }
    milliseconds size() const { return 30ms; }
    milliseconds grace() const { return open_for; }
    milliseconds open_for{0};
};

/// Each time is in two windows.
struct overlapping {
    std::vector<window> windows_for(std::int64_t at) const {
        const std::int64_t start = at / 10 * 10;
        if (start < 10) return {{start, start + 20}};
        return {{start - 10, start + 10}, {start, start + 20}};
    }
    milliseconds size() const { return 20ms; }
    milliseconds grace() const { return 0ms; }
};

template <class Windows>
auto by_window(streams_builder& builder, const Windows& windows) {
    return builder.stream<text, text>("in").group_by_key().windowed_by(windows);
}

struct update {
    std::int64_t start;
    std::int64_t end;
    std::int64_t count;
    friend bool operator==(const update&, const update&) = default;
};
std::ostream& operator<<(std::ostream& out, const update& one) {
    return out << '[' << one.start << ", " << one.end << ") " << one.count;
}

/// Pipes records of one key, and reads the table's updates with the ends that their keys have in the topology.
std::vector<update> updates(const auto& table, streams_builder& builder, std::initializer_list<std::int64_t> times,
                            std::int64_t cache = 0) {
    table.to_stream()
        .map([](const key& of, std::int64_t count) {
            return std::pair(std::to_string(of.window.start) + " " + std::to_string(of.window.end), count);
        })
        .to("out");
    test_driver_options options;
    options.config.statestore_cache_max_bytes = cache;
    options.config.window_emit_interval = 0ms;
    topology_test_driver driver(builder.build(), options);
    auto in = driver.input_topic<text, text>("in");
    for (const std::int64_t at : times) in.pipe("k", "v", at);
    std::vector<update> all;
    for (const auto& r : driver.output_topic<text, std::int64_t>("out").read_all())
        all.push_back({std::stoll(r.key), std::stoll(r.key.substr(r.key.find(' '))), r.value});
    return all;
}

} // namespace

TEST_CASE("windows of the user's own count with their exact starts and ends") {
    for (const std::int64_t cache : {0, 100'000}) {
        streams_builder builder;
        CHECK(updates(by_window(builder, uneven{}).count(), builder, {5, 12, 41}, cache) ==
              std::vector<update>{{0, 10, 1}, {10, 40, 1}, {40, 50, 1}});
    }
    streams_builder builder;
    CHECK(updates(by_window(builder, overlapping{}).count(), builder, {5, 12}) ==
          std::vector<update>{{0, 20, 1}, {0, 20, 2}, {10, 30, 1}});
}

TEST_CASE("a window of the user's own closes its grace after its end") {
    streams_builder builder;
    by_window(builder, uneven{5ms}).count().to_stream().to("out");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<text, text>("in");
    in.pipe("k", "v", std::int64_t{14});
    in.pipe("k", "v", std::int64_t{9});
    in.pipe("k", "v", std::int64_t{15});
    in.pipe("k", "v", std::int64_t{9});
    CHECK(driver.output_topic<key, std::int64_t>("out").size() == 3);
    CHECK(driver.dropped()[drop_reason::late] == 1);
}

TEST_CASE("windows of the user's own reduce, aggregate and cogroup") {
    streams_builder builder;
    const auto group = builder.stream<text, text>("in").group_by_key();
    const auto join = [](const text& value, text all) { return all + value; };
    const auto ends = [](const key& of, const text&) { return std::to_string(of.window.end); };
    const auto none = [] { return text(); };
    group.windowed_by(uneven{})
        .reduce([](text all, const text& value) { return all + value; })
        .to_stream(ends)
        .to("reduced");
    group.windowed_by(uneven{}).aggregate(none, join).to_stream(ends).to("aggregated");
    group.cogroup(join).windowed_by(uneven{}).aggregate(none).to_stream(ends).to("cogrouped");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<text, text>("in");
    in.pipe("k", "a", std::int64_t{12});
    in.pipe("k", "b", std::int64_t{39});
    for (const char* topic : {"reduced", "aggregated", "cogrouped"}) {
        const auto all = driver.output_topic<text, text>(topic).read_all();
        REQUIRE(all.size() == 2);
        CHECK(all[1].key == "40");
        CHECK(all[1].value == "ab");
    }
}

TEST_CASE("a window of the user's own leaves once, when it closes, however long it is") {
    const std::initializer_list<std::int64_t> times{5, 12, 15, 41, 79, 80, 81};
    const std::vector<update> closed{{0, 10, 1}, {10, 40, 2}, {40, 50, 1}, {50, 80, 1}};
    streams_builder emitting;
    CHECK(updates(by_window(emitting, uneven{}).emit_on_close().count(), emitting, times) == closed);
    streams_builder suppressing;
    CHECK(updates(by_window(suppressing, uneven{}).count().suppress(until_window_closes{}), suppressing, times) ==
          closed);
}

TEST_CASE("a long window leaves after a short one that began later") {
    struct nested {
        std::vector<window> windows_for(std::int64_t at) const {
            const std::int64_t round = at / 100 * 100;
            if (at < round + 5 || at >= round + 10) return {{round, round + 100}};
            return {{round, round + 100}, {round + 5, round + 10}};
        }
        milliseconds size() const { return 100ms; }
        milliseconds grace() const { return 0ms; }
    };
    streams_builder builder;
    CHECK(updates(by_window(builder, nested{}).emit_on_close().count(), builder, {1, 7, 20, 100}) ==
          std::vector<update>{{5, 10, 1}, {0, 100, 3}});
}

TEST_CASE("a window of the user's own is emitted when nothing comes any more") {
    streams_builder builder;
    by_window(builder, uneven{}).emit_on_close(close_when_idle{1s}).count().to_stream().to("out");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<text, text>("in");
    in.pipe("k", "v", std::int64_t{12});
    driver.advance_wall_clock(2s);
    CHECK(driver.output_topic<key, std::int64_t>("out").read_value() == 1);
    in.pipe("k", "v", std::int64_t{39});
    CHECK(driver.dropped()[drop_reason::late] == 1);
    in.pipe("k", "v", std::int64_t{40});
    driver.advance_wall_clock(2s);
    CHECK(driver.output_topic<key, std::int64_t>("out").read().key.window.start == 40);
}

TEST_CASE("a repartitioned stream keeps the ends of windows of the user's own, and a serde reads them") {
    streams_builder builder;
    by_window(builder, uneven{})
        .count()
        .to_stream()
        .repartition()
        .map_values([](const key& of, std::int64_t) { return of.window.end; })
        .to("out");
    topology_test_driver driver(builder.build());
    driver.input_topic<text, text>("in").pipe("k", "v", std::int64_t{12});
    CHECK(driver.output_topic<key, std::int64_t>("out").read_value() == 40);

    bytes written;
    serde<key>::serialize({"k", {10, 40}}, written);
    CHECK(time_windowed_serde<text>{uneven{}}.deserialize(written.view()) == key{"k", {10, 40}});
    written.clear();
    serde<key>::serialize({"k", {11, 40}}, written);
    CHECK_THROWS_WITH(time_windowed_serde<text>{uneven{}}.deserialize(written.view()),
                      containing("no window begins at 11 ms"));
}

TEST_CASE("windows of the user's own that break their rule go to the processing handler") {
    struct broken {
        std::array<window, 1> windows_for(std::int64_t at) const {
            if (at == 1) return {{{-5, 5}}};
            if (at == 2) return {{{3, 5}}};
            if (at == 3) return {{{0, 3}}};
            return {{{0, 1000}}};
        }
        milliseconds size() const { return 10ms; }
        milliseconds grace() const { return 0ms; }
    };
    streams_builder builder;
    by_window(builder, broken{}).count().to_stream().to("out");
    test_driver_options options;
    std::string said;
    options.config.on_processing_error = [&](const auto&, const std::exception& cause) {
        said = cause.what();
        return handler_response::resume;
    };
    topology_test_driver driver(builder.build(), options);
    auto in = driver.input_topic<text, text>("in");
    for (const std::int64_t at : {1, 2, 3, 4}) in.pipe("k", "v", at);
    CHECK(driver.dropped()[drop_reason::processing] == 4);
    CHECK(said ==
          "the window [0, 1000) cannot be one for the time 4 ms: windows_for must return windows that begin at 0 or "
          "later, each at another time, hold the time, and are at most as long as their size says, 10 ms");
}

TEST_CASE("windows of the user's own that begin at one time are refused, in whatever order they come") {
    struct repeated {
        std::vector<window> windows_for(std::int64_t at) const {
            if (at == 21) return {{20, 30}, {20, 30}};
            if (at == 22) return {{21, 30}, {20, 30}, {21, 29}};
            std::vector<window> latest_first;
            for (std::int64_t start = at; start >= 0; --start) latest_first.push_back({start, 10});
            return latest_first;
        }
        milliseconds size() const { return 10ms; }
        milliseconds grace() const { return 0ms; }
    };
    streams_builder builder;
    by_window(builder, repeated{}).count().to_stream().to("out");
    test_driver_options options;
    options.config.on_processing_error = [](const auto&, const std::exception&) { return handler_response::resume; };
    topology_test_driver driver(builder.build(), options);
    auto in = driver.input_topic<text, text>("in");
    for (const std::int64_t at : {2, 21, 22}) in.pipe("k", "v", at);
    CHECK(driver.dropped()[drop_reason::processing] == 2);
    CHECK(driver.output_topic<key, std::int64_t>("out").read_values() == std::vector<std::int64_t>{1, 1, 1});
}

TEST_CASE("windows of the user's own of no size, or that close early, are refused") {
    struct sized {
        std::array<window, 1> windows_for(std::int64_t at) const { return {{{at, at + 1}}}; }
        milliseconds size() const { return length; }
        milliseconds grace() const { return open_for; }
        milliseconds length;
        milliseconds open_for;
    };
    streams_builder builder;
    const auto group = builder.stream<text, text>("in").group_by_key();
    CHECK_THROWS_AS(group.windowed_by(sized{0ms, 0ms}), topology_error);
    CHECK_THROWS_AS(group.windowed_by(sized{1ms, -1ms}), topology_error);
    CHECK_THROWS_AS(group.windowed_by(sized{1ms, milliseconds::max()}), topology_error);
}
