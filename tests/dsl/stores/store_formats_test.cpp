#include "catch.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/topology_test_driver.hpp>

using namespace streams;
using namespace std::chrono_literals;
using text = std::string;

// What operators' stores keep is compared with Kafka Streams' in tests/conformance/vectors/headers.jsonl.gz.

namespace {

std::map<text, bool> stores_with_headers(const topology& built) {
    std::map<text, bool> found;
    for (const store_spec& each : built.stores()) found[each.name] = each.keeps_headers();
    return found;
}

topology counts_of_all_kinds() {
    streams_builder builder;
    const auto grouped = builder.stream<text, text>("in").group_by_key();
    grouped.count(materialized{.name = "rows"});
    grouped.count(materialized{.name = "rows-in-memory", .in_memory = true});
    grouped.count(materialized{.name = "plain-rows", .format = store_format::standard});
    grouped.count(materialized{.name = "header-rows", .in_memory = true, .format = store_format::headers});
    grouped.count(materialized{.name = "versions", .history_retention = 1min});
    grouped.windowed_by(tumbling{1min}).count(materialized{.name = "windows"});
    grouped.windowed_by(sliding{.difference = 1min}).count(materialized{.name = "sliding-windows"});
    grouped.windowed_by(session{.gap = 1min}).count(materialized{.name = "sessions"});
    return builder.build();
}

} // namespace

TEST_CASE("dsl.store.format decides for the stores of operators on disk that were not told otherwise") {
    const topology built = counts_of_all_kinds();
    CHECK(stores_with_headers(built.with_store_format(store_format::headers)) ==
          std::map<text, bool>{{"header-rows", true},
                               {"plain-rows", false},
                               {"rows", true},
                               {"rows-in-memory", false},
                               {"sessions", true},
                               {"sliding-windows", true},
                               {"versions", false},
                               {"windows", true}});
    const auto standard =
        stores_with_headers(built.with_store_format(store_format::headers).with_store_format(store_format::standard));
    for (const auto& [name, headers] : standard) {
        INFO(name);
        CHECK(headers == (name == "header-rows"));
    }
}

TEST_CASE("dsl.store.format is read where the topology runs, and operators put no headers") {
    streams_builder builder;
    builder.table<text, text>("in", materialized{.name = "rows"});
    topology_test_driver driver{builder.build(), {.config = {.dsl_store_format = store_format::headers}}};
    auto in = driver.input_topic<text, text>("in");
    in.pipe("a", "one", 7s, {{"trace", bytes("1")}});
    const auto rows = driver.key_value_store<text, text>("rows");
    CHECK(rows.get_with_headers("a") == value_timestamp_headers<text>{"one", 7000});
    std::optional<bytes_view> stored;
    for (state_store* store : driver.raw().stores("rows"))
        stored = dynamic_cast<key_value_store&>(*store).get(bytes_view(std::string_view("a")));
    REQUIRE(stored);
    CHECK(stored->text() == std::string_view("\0\0\0\0\0\0\0\x1b\x58one", 12));
}

TEST_CASE("an operator whose store has no room for headers is not given any") {
    const auto in = [](auto count) {
        streams_builder builder;
        count(builder.stream<text, text>("in"));
    };
    CHECK_THROWS_WITH(in([](auto stream) {
                          stream.group_by_key().count(materialized{
                              .name = "versions", .history_retention = 1min, .format = store_format::headers});
                      }),
                      containing("leave materialized::format or materialized::history_retention out"));
    CHECK_THROWS_WITH(in([](auto stream) {
                          static_cast<void>(
                              stream.deduplicate([](const text& value) { return value; }, 1min,
                                                 materialized{.name = "ids", .format = store_format::headers}));
                      }),
                      containing("leave materialized::format out of deduplicate"));
}
