#include "catch.hpp"

#include "word_count/word_count.hpp"

#include <streams/testing/topology_test_driver.hpp>

#include <map>
#include <optional>
#include <string>

using counts = std::map<std::string, std::int64_t>;

TEST_CASE("words are counted without regard to case") {
    streams::topology_test_driver driver{word_count()};
    auto lines = driver.input_topic<std::optional<std::string>, std::string>("lines");
    auto words = driver.output_topic<std::string, std::int64_t>("word_counts");
    lines.pipe(std::nullopt, "Hello streams, hello");
    lines.pipe("key", "  streams!");
    CHECK(words.read_map() == counts{{"hello", 2}, {"streams", 2}});
}

TEST_CASE("every update of a count is written") {
    streams::topology_test_driver driver{word_count()};
    auto lines = driver.input_topic<std::optional<std::string>, std::string>("lines");
    auto words = driver.output_topic<std::string, std::int64_t>("word_counts");
    lines.pipe(std::nullopt, "a b a");
    CHECK(words.read_key_values() == std::vector<std::pair<std::string, std::int64_t>>{{"a", 1}, {"b", 1}, {"a", 2}});
}

TEST_CASE("lines without words count nothing, and letters beyond ASCII belong to words") {
    streams::topology_test_driver driver{word_count()};
    auto lines = driver.input_topic<std::optional<std::string>, std::string>("lines");
    auto words = driver.output_topic<std::string, std::int64_t>("word_counts");
    lines.pipe(std::nullopt, " ... ");
    CHECK(words.empty());
    lines.pipe(std::nullopt, "für-alle");
    CHECK(words.read_map() == counts{{"für", 1}, {"alle", 1}});
}

TEST_CASE("counts are right over several partitions") {
    streams::topology_test_driver driver{word_count(), {.partitions = 3}};
    auto lines = driver.input_topic<std::optional<std::string>, std::string>("lines");
    for (int i = 0; i < 5; ++i) lines.pipe("key-" + std::to_string(i), "one two three");
    CHECK(driver.output_topic<std::string, std::int64_t>("word_counts").read_map() ==
          counts{{"one", 5}, {"two", 5}, {"three", 5}});
}
