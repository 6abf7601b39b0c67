#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/topology_test_driver.hpp>

#include "catch.hpp"

using namespace streams;
using namespace std::chrono_literals;

namespace {

topology counts_by_minute() {
    streams_builder builder;
    builder.stream<std::string, std::string>("in")
        .group_by_key()
        .windowed_by(tumbling{1min, 1h})
        .count(materialized{.name = "counts"})
        .to_stream()
        .to("out");
    return builder.build();
}

using entry = test_window_entry<std::string, std::int64_t>;

} // namespace

TEST_CASE("windows can be read one by one, by key, and all, over all tasks") {
    const int partitions = GENERATE(1, 4);
    topology_test_driver driver{counts_by_minute(), {.partitions = partitions}};
    auto in = driver.input_topic<std::string, std::string>("in");
    for (const auto* key : {"a", "b", "c"})
        for (auto at : {0s, 59s, 60s}) in.pipe(key, "", at);

    auto counts = driver.window_store<std::string, std::int64_t>("counts");
    CHECK(counts.get("a", 0ms) == 2);
    CHECK(counts.get("a", 1min) == 1);
    CHECK(counts.get("a", 2min) == std::nullopt);
    CHECK((counts.fetch("b") == std::vector<entry>{{"b", 0, 2}, {"b", 60'000, 1}}));
    CHECK(counts.fetch("d").empty());
    CHECK(counts.all().size() == 6);
}

TEST_CASE("persistent stores may be put on disk") {
    const auto folder = std::filesystem::temp_directory_path() / "streams-test-driver-stores";
    std::filesystem::remove_all(folder);
    {
        topology_test_driver driver{counts_by_minute(), {.state_directory = folder}};
        driver.input_topic<std::string, std::string>("in").pipe("a", "", 0ms);
        CHECK(driver.window_store<std::string, std::int64_t>("counts").get("a", 0ms) == 1);
        driver.close();
        CHECK(std::filesystem::exists(folder / "0_0" / "counts"));
    }
    std::filesystem::remove_all(folder);
}

TEST_CASE("a window store is no key-value store") {
    topology_test_driver driver{counts_by_minute()};
    CHECK_THROWS_AS((driver.key_value_store<std::string, std::int64_t>("counts")), topology_error);
}
