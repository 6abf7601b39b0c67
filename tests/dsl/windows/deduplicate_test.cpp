#include "catch.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/topology_test_driver.hpp>

using namespace std::chrono_literals;
using streams::drop_reason;

namespace {

template <class... Options>
streams::topology first_of_each_value(const Options&... options) {
    streams::streams_builder builder;
    builder.stream<std::string, std::optional<std::string>>("in")
        .deduplicate([](const std::optional<std::string>& value) { return value; }, 10s, options...)
        .to("out");
    return builder.build();
}

struct under_test {
    explicit under_test(streams::topology of, std::int32_t partitions = 1)
        : driver(std::move(of), {.partitions = partitions}),
          in(driver.input_topic<std::string, std::optional<std::string>>("in")),
          out(driver.output_topic<std::string, std::optional<std::string>>("out")) {}
    streams::topology_test_driver driver;
    streams::input_topic<std::string, std::optional<std::string>> in;
    streams::output_topic<std::string, std::optional<std::string>> out;
};

} // namespace

TEST_CASE("the first record of an id passes, and the next one once the time is over") {
    under_test t(first_of_each_value());
    t.in.pipe("k", "a", 0s);
    t.in.pipe("k", "b", 1s);
    t.in.pipe("k", "a", 9'999ms);
    t.in.pipe("k", "a", 10s);
    CHECK(t.out.read_values() == std::vector<std::optional<std::string>>{"a", "b", "a"});
    CHECK(t.driver.dropped()[drop_reason::duplicate] == 1);
}

TEST_CASE("a duplicate that comes out of order is found too, as long as its time is remembered") {
    under_test t(first_of_each_value(streams::materialized{.retention = 1min}));
    t.in.pipe("k", "a", 20s);
    t.in.pipe("k", "b", 60s);
    t.in.pipe("k", "a", 12s);
    t.in.pipe("k", "a", 5s);
    CHECK(t.out.read_values() == std::vector<std::optional<std::string>>{"a", "b", "a"});
}

TEST_CASE("a duplicate is found between two records that passed, whatever the order") {
    under_test t(first_of_each_value());
    t.in.pipe("k", "a", 0s);
    t.in.pipe("k", "b", 10'100ms);
    t.in.pipe("k", "a", 5s);
    t.in.pipe("k", "b", 1s);
    CHECK(t.out.read_values() == std::vector<std::optional<std::string>>{"a", "b"});
    CHECK(t.driver.dropped()[drop_reason::duplicate] == 2);
    CHECK(t.driver.dropped()[drop_reason::unchecked] == 0);
}

TEST_CASE("what passes because it is older than what is kept is counted") {
    under_test t(first_of_each_value());
    t.in.pipe("k", "a", 100s);
    t.in.pipe("k", "b", 89s);
    t.in.pipe("k", "b", 90s);
    t.in.pipe("k", "c", 90s);
    CHECK(t.out.read_values() == std::vector<std::optional<std::string>>{"a", "b", "c"});
    CHECK(t.driver.dropped()[drop_reason::unchecked] == 1);
}

TEST_CASE("a record without an id passes") {
    under_test t(first_of_each_value());
    t.in.pipe("k", std::nullopt, 0s);
    t.in.pipe("k", std::nullopt, 0s);
    CHECK(t.out.size() == 2);
}

TEST_CASE("duplicates under a new key meet behind a repartition topic") {
    streams::streams_builder builder;
    builder.stream<std::string, std::optional<std::string>>("in")
        .select_key([](const std::optional<std::string>& value) { return value.value_or(""); })
        .deduplicate([](const std::string& key, const auto&) { return key; }, 10s)
        .to("out");
    under_test t(builder.build(), 4);
    for (const auto* key : {"a", "b", "c", "d", "e", "f"}) t.in.pipe(key, "same", 0s);
    CHECK(t.out.size() == 1);
}

TEST_CASE("ids are kept in a changelog") {
    under_test t(first_of_each_value(streams::materialized{.name = "seen"}));
    t.in.pipe("k", "a", 0s);
    CHECK(t.driver.raw().written("topology-test-driver-seen-changelog").size() == 1);
}

TEST_CASE("a time of nothing, and a retention that is shorter than it, are refused") {
    streams::streams_builder builder;
    const auto in = builder.stream<std::string, std::string>("in");
    const auto by = [](const std::string& value) { return value; };
    CHECK_THROWS_WITH(in.deduplicate(by, 0ms), containing("above zero"));
    CHECK_THROWS_WITH(in.deduplicate(by, 2s, streams::materialized{.retention = 1s}),
                      containing("keep them at least as long"));
}
