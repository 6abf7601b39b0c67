#include "catch.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/topology_test_driver.hpp>

#include <limits>

using namespace streams;
using namespace std::chrono_literals;
using text = std::string;
using maybe_text = std::optional<std::string>;
using joined_record = test_record<text, text>;
using joined_records = std::vector<joined_record>;

namespace {

constexpr auto side = [](const text* of) { return of ? *of : text("-"); };

/// Two streams of texts, joined to `left+right`.
template <class Join>
topology joined_topology(Join join) {
    streams_builder builder;
    auto left = builder.stream<text, text>("left");
    auto right = builder.stream<text, text>("right");
    join(left, right).to("out");
    return builder.build();
}

struct join_driver {
    topology_test_driver driver;
    explicit join_driver(topology of) : driver(std::move(of)) {}
    void left(text key, text value, std::int64_t at) { driver.input_topic<text, text>("left").pipe(key, value, at); }
    void right(text key, text value, std::int64_t at) { driver.input_topic<text, text>("right").pipe(key, value, at); }
    joined_records out() { return driver.output_topic<text, text>("out").read_all(); }
};

topology inner(const join_windows& windows) {
    return joined_topology([&](auto left, auto right) {
        return left.join(right, [](const text& l, const text& r) { return l + "+" + r; }, windows);
    });
}
topology left_kept(const join_windows& windows) {
    return joined_topology([&](auto left, auto right) {
        return left.left_join(right, [](const text& l, const text* r) { return l + "+" + side(r); }, windows);
    });
}
topology both_kept(const join_windows& windows) {
    return joined_topology([&](auto left, auto right) {
        return left.outer_join(right, [](const text* l, const text* r) { return side(l) + "+" + side(r); }, windows);
    });
}

} // namespace

TEST_CASE("records of two streams join by key where their times are close, in order of the other's times") {
    join_driver driver(inner({.difference = 10ms}));
    driver.right("k", "r20", 20);
    driver.right("k", "r10", 10);
    driver.right("k", "r10b", 10);
    driver.right("other", "x", 15);
    driver.left("k", "l20", 20);
    driver.left("k", "l31", 31);
    CHECK(driver.out() == joined_records{{"k", "l20+r10", 20}, {"k", "l20+r10b", 20}, {"k", "l20+r20", 20}});
}

TEST_CASE("windows may be asymmetric, and begin after the left record") {
    join_driver after(inner({.before = -5ms, .after = 10ms}));
    after.left("k", "l", 10);
    for (const std::int64_t at : {14, 15, 20, 21}) after.right("k", "r" + std::to_string(at), at);
    CHECK(after.out() == joined_records{{"k", "l+r15", 15}, {"k", "l+r20", 20}});

    join_driver before(inner({.before = 5ms, .after = 0ms}));
    before.left("k", "l", 10);
    before.right("k", "r5", 5);
    before.right("k", "r11", 11);
    CHECK(before.out() == joined_records{{"k", "l+r5", 10}});
}

TEST_CASE("a left join emits a record without a match once its window and grace have passed") {
    join_driver driver(left_kept({.difference = 10ms, .grace = 5ms}));
    driver.left("a", "l1", 0);
    driver.left("b", "l2", 0);
    driver.right("b", "r", 5);
    driver.right("x", "r", 15);
    CHECK(driver.out() == joined_records{{"b", "l2+r", 5}});
    driver.right("x", "r", 16);
    CHECK(driver.out() == joined_records{{"a", "l1+-", 0}});
    driver.left("a", "late", 1);
    CHECK(driver.out() == joined_records{{"a", "late+-", 1}});
}

TEST_CASE("an outer join emits records of both sides without a match, oldest first") {
    join_driver driver(both_kept({.difference = 10ms}));
    driver.left("a", "l", 3);
    driver.right("b", "r", 2);
    driver.right("b", "r again", 2);
    driver.left("c", "l", 14);
    CHECK(driver.out() == joined_records{{"b", "-+r", 2}, {"b", "-+r again", 2}, {"a", "l+-", 3}});
}

TEST_CASE("a result without a match has the headers of the record that made time pass") {
    join_driver driver(left_kept({.difference = 10ms}));
    driver.left("a", "l", 0);
    driver.driver.input_topic<text, text>("right").pipe(
        test_record<text, text>{"x", "r", 11, {{"trace", bytes(std::string_view("7"))}}});
    const auto out = driver.out();
    REQUIRE(out.size() == 1);
    CHECK(out[0].headers == headers{{"trace", bytes(std::string_view("7"))}});
}

TEST_CASE("looks for records without a match are an interval of the wall clock apart, where one is configured") {
    streams_config config{.application_id = "app", .outer_join_emit_interval = 1s};
    topology_test_driver driver(left_kept({.difference = 1ms}), {.config = config});
    auto left = driver.input_topic<text, text>("left");
    left.pipe("a", "l", std::int64_t{0});
    left.pipe("x", "l", std::int64_t{10});
    left.pipe("x", "l", std::int64_t{20});
    CHECK(driver.output_topic<text, text>("out").empty());
    driver.advance_wall_clock(1s);
    left.pipe("x", "l", std::int64_t{30});
    CHECK(driver.output_topic<text, text>("out").read_values() == std::vector<text>{"l+-", "l+-", "l+-"});
}

TEST_CASE("records with null key or value are dropped, but a kept side's with a null key is joined with null") {
    streams_builder builder;
    auto left = builder.stream<maybe_text, maybe_text>("left");
    auto right = builder.stream<maybe_text, maybe_text>("right");
    kstream<text, text> both = left.join(right, [](const text& l, const text& r) { return l + r; }, join_windows{10ms});
    kstream<maybe_text, text> some = left.left_join(
        right, [](const maybe_text& key, const text& l, const text* r) { return key.value_or("?") + l + side(r); },
        join_windows{10ms});
    both.to("inner");
    some.to("out");
    topology_test_driver driver(builder.build());
    auto left_in = driver.input_topic<maybe_text, maybe_text>("left");
    left_in.pipe(std::nullopt, "l", std::int64_t{1});
    left_in.pipe("k", std::nullopt, std::int64_t{1});
    driver.input_topic<maybe_text, maybe_text>("right").pipe(std::nullopt, "r", std::int64_t{1});
    CHECK(driver.output_topic<text, text>("inner").empty());
    CHECK(driver.output_topic<maybe_text, text>("out").read_values() == std::vector<text>{"?l-"});
    CHECK(driver.dropped()[drop_reason::null_key] == 3);
    CHECK(driver.dropped()[drop_reason::null_value] == 2);
}

TEST_CASE("streams whose keys changed are repartitioned before they join, and are to be partitioned alike") {
    streams_builder builder;
    auto left = builder.stream<text, text>("left").select_key([](const text& value) { return value; });
    auto right = builder.stream<text, text>("right");
    left.join(
            right, [](const text& l, const text& r) { return l + r; }, join_windows{10ms},
            stream_joined{.name = "pair"})
        .to("out");
    const topology built = builder.build();
    REQUIRE(built.repartition_topics().size() == 1);
    CHECK(built.repartition_topics()[0].name == "pair-left-repartition");
    REQUIRE(built.copartition_groups().size() == 1);
    CHECK(built.copartition_groups()[0] == std::vector<text>{"pair-left-repartition", "right"});
}

TEST_CASE("stores of a join are named after it only where asked, and keep records for windows and grace") {
    streams_builder builder;
    auto left = builder.stream<text, text>("left");
    auto right = builder.stream<text, text>("right");
    const auto concat_values = [](const text* l, const text* r) { return side(l) + side(r); };
    left.outer_join(right, concat_values, join_windows{.before = 1s, .after = 2s, .grace = 3s},
                    stream_joined{.name = "n", .store_name = "s", .in_memory = true, .logging = false})
        .to("out");
    const topology built = builder.build();
    for (const char* name : {"s-outer-this-join-store", "s-outer-other-join-store"}) {
        const store_spec* store = built.find_store(name);
        REQUIRE(store);
        const auto* windows = store->as<window_kind>();
        REQUIRE(windows);
        CHECK(windows->retention == 6s);
        CHECK(windows->retain_duplicates);
        CHECK_FALSE(store->persistent);
        CHECK_FALSE(store->logging);
    }
    CHECK(built.find_store("s-outer-shared-join-store"));
    CHECK(built.find_node("n-merge"));
}

TEST_CASE("windows that hold nothing are refused") {
    streams_builder builder;
    auto in = builder.stream<text, text>("in");
    const auto both = [](const text& l, const text& r) { return l + r; };
    CHECK_THROWS_WITH(in.join(in, both, join_windows{-1ms}), containing("end before they begin"));
    CHECK_THROWS_WITH(in.join(in, both, join_windows{.difference = 1ms, .grace = -1ms}),
                      containing("close before they end"));
}

TEST_CASE("a stream joined with itself gives the same on one store as on two") {
    const auto run = [](const char* optimization) {
        streams_builder builder;
        auto in = builder.stream<text, text>("in");
        in.join(
              in, [](const text& l, const text& r) { return l + r; }, join_windows{.before = 3ms, .after = 7ms})
            .to("out");
        streams_config config{.application_id = "app"};
        config.topology_optimization = optimization;
        const topology built = builder.build(config);
        topology_test_driver driver(built, {.config = config});
        auto input = driver.input_topic<text, text>("in");
        for (int i = 0; i < 60; ++i) {
            const std::int64_t late = i % 3 == 0 ? 5 : 0;
            input.pipe(i % 2 ? "a" : "b", std::to_string(i), std::max<std::int64_t>(0, 2 * i - late));
        }
        return std::pair(built.stores().size(), driver.output_topic<text, text>("out").read_all());
    };
    const auto [two_stores, expected] = run("none");
    const auto [one_store, found] = run("single.store.self.join");
    CHECK(two_stores == 2);
    CHECK(one_store == 1);
    CHECK_FALSE(expected.empty());
    CHECK(found == expected);
}

TEST_CASE("a record whose window begins past the largest time joins with nothing") {
    constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
    constexpr std::chrono::milliseconds half(largest / 2);
    join_driver driver(inner({.before = -half, .after = half, .grace = half + 1ms}));
    driver.right("k", "r", largest);
    driver.left("k", "l", largest);
    CHECK(driver.out().empty());
    driver.left("k", "reaches", largest - half.count());
    CHECK(driver.out() == joined_records{{"k", "reaches+r", largest}});
}
