#include "catch.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/topology_test_driver.hpp>

using namespace streams;
using text = std::string;
using maybe_text = std::optional<std::string>;
using texts = std::vector<std::pair<text, text>>;

TEST_CASE("a stream-table join looks up the row at the time of the record") {
    streams_builder builder;
    auto users = builder.table<text, text>("users");
    builder.stream<text, text>("clicks")
        .join(users, [](const text& page, const text& user) { return page + " " + user; })
        .to("out");
    topology_test_driver driver(builder.build());
    auto user = driver.input_topic<text, maybe_text>("users");
    auto click = driver.input_topic<text, text>("clicks");
    click.pipe("ann", "/0", std::int64_t{1});
    user.pipe("ann", "Ann", std::int64_t{2});
    click.pipe("ann", "/1", std::int64_t{1});
    user.pipe("ann", std::nullopt, std::int64_t{3});
    click.pipe("ann", "/2", std::int64_t{4});
    auto out = driver.output_topic<text, text>("out").read_all();
    REQUIRE(out.size() == 1);
    CHECK(out[0] == test_record<text, text>{"ann", "/1 Ann", 1});
}

TEST_CASE("a left join keeps records without a row and without a key") {
    streams_builder builder;
    auto users = builder.table<text, text>("users");
    kstream<maybe_text, text> visits = builder.stream<maybe_text, maybe_text>("clicks").left_join(
        users, [](const maybe_text& key, const text& page, const text* user) {
            return key.value_or("nobody") + page + (user ? *user : "?");
        });
    visits.to("out");
    topology_test_driver driver(builder.build());
    driver.input_topic<text, text>("users").pipe("a", "Ann");
    auto click = driver.input_topic<maybe_text, maybe_text>("clicks");
    click.pipe("a", "/");
    click.pipe("b", "/");
    click.pipe(std::nullopt, "/");
    click.pipe("a", std::nullopt);
    CHECK(driver.output_topic<maybe_text, text>("out").read_values() == std::vector<text>{"a/Ann", "b/?", "nobody/?"});
    CHECK(driver.dropped()[drop_reason::null_value] == 1);
}

TEST_CASE("an inner join drops records without key or value, and its result has keys") {
    streams_builder builder;
    auto users = builder.table<text, text>("users");
    kstream<text, text> joined_stream = builder.stream<maybe_text, maybe_text>("clicks").join(
        users, [](const text& page, const text& user) { return page + user; });
    joined_stream.to("out");
    topology_test_driver driver(builder.build());
    driver.input_topic<text, text>("users").pipe("a", "Ann");
    auto click = driver.input_topic<maybe_text, maybe_text>("clicks");
    click.pipe(std::nullopt, "/");
    click.pipe("a", std::nullopt);
    click.pipe("a", "/");
    CHECK(driver.output_topic<text, text>("out").read_key_values() == texts{{"a", "/Ann"}});
    CHECK(driver.dropped()[drop_reason::null_key] == 1);
    CHECK(driver.dropped()[drop_reason::null_value] == 1);
}

TEST_CASE("a join with a view computes its rows from the table below") {
    streams_builder builder;
    auto levels = builder.table<text, text>("users")
                      .filter([](const text& value) { return value != "none"; })
                      .map_values([](const text& value) { return static_cast<std::int64_t>(value.size()); });
    builder.stream<text, text>("clicks")
        .join(levels, [](const text& page, std::int64_t level) { return page + std::to_string(level); })
        .to("out");
    topology_test_driver driver(builder.build());
    driver.input_topic<text, text>("users").pipe("a", "gold");
    driver.input_topic<text, text>("users").pipe("b", "none");
    driver.input_topic<text, text>("clicks").pipe("a", "/");
    driver.input_topic<text, text>("clicks").pipe("b", "/");
    CHECK(driver.output_topic<text, text>("out").read_key_values() == texts{{"a", "/4"}});
}

TEST_CASE("a join with an aggregate reads its store") {
    streams_builder builder;
    auto in = builder.stream<text, text>("in");
    auto counts = in.group_by_key().count();
    in.join(counts, [](const text& value, std::int64_t n) { return value + std::to_string(n); }).to("out");
    topology_test_driver driver(builder.build());
    auto source = driver.input_topic<text, text>("in");
    source.pipe("k", "a");
    source.pipe("k", "b");
    CHECK(driver.output_topic<text, text>("out").read_values() == std::vector<text>{"a1", "b2"});
}

TEST_CASE("stream and table of a join are to be partitioned alike") {
    streams_builder builder;
    auto users = builder.table<text, text>("users");
    builder.stream<text, text>("clicks").join(users, [](const text& l, const text& r) { return l + r; }).to("out");
    const topology built = builder.build();
    REQUIRE(built.copartition_groups().size() == 1);
    CHECK(built.copartition_groups().front() == std::vector<text>{"clicks", "users"});
}

TEST_CASE("a stream whose key changed is repartitioned before a join") {
    streams_builder builder;
    auto users = builder.table<text, text>("users");
    builder.stream<text, text>("clicks")
        .select_key([](const text& page) { return page.substr(0, 1); })
        .join(
            users, [](const text& l, const text& r) { return l + r; }, joined{"visits"})
        .to("out");
    const topology built = builder.build();
    CHECK(built.is_repartition_topic("visits-repartition"));
    topology_test_driver driver(built);
    driver.input_topic<text, text>("users").pipe("x", "X");
    driver.input_topic<text, text>("clicks").pipe("k", "xyz");
    CHECK(driver.output_topic<text, text>("out").read_key_values() == texts{{"x", "xyzX"}});
}
