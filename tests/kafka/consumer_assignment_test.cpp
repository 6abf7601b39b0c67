#include "catch.hpp"
#include "src/kafka/consumer_assignment.hpp"

#include <string>
#include <string_view>
#include <vector>

using namespace streams;
using namespace std::string_view_literals;

namespace {

/// Version 0, topic `in` with partitions 0 and 258, topic `x` with none, and three bytes of the assignor's.
constexpr auto written = "\0\0"
                         "\0\0\0\2"
                         "\0\2in\0\0\0\2\0\0\0\0\0\0\1\2"
                         "\0\1x\0\0\0\0"
                         "\0\0\0\3abc"sv;

/// Version 1, topics `in` and `x`, three bytes of the assignor's, and no owned partitions.
constexpr auto subscribed = "\0\1"
                            "\0\0\0\2"
                            "\0\2in\0\1x"
                            "\0\0\0\3abc"
                            "\0\0\0\0"sv;

auto read(std::string_view assignment) { return kafka::partitions_of_assignment(bytes_view(assignment)); }

auto topics(std::string_view metadata) { return kafka::topics_of_subscription(bytes_view(metadata)); }

} // namespace

TEST_CASE("a member's metadata names the topics that it has subscribed to") {
    CHECK(topics(subscribed) == std::vector<std::string>{"in", "x"});
    CHECK(topics("") == std::vector<std::string>{});
}

TEST_CASE("metadata that are cut short, or count less than nothing, are refused") {
    const auto names = subscribed.substr(0, 13); // without what follows
    REQUIRE(topics(names));
    for (std::size_t size = 1; size < names.size(); ++size) {
        INFO(size);
        CHECK_FALSE(topics(names.substr(0, size)));
    }
    CHECK_FALSE(topics("\0\0\xff\xff\xff\xff"sv));
    CHECK_FALSE(topics("\0\0\0\0\0\1\xff\xff"sv));
}

TEST_CASE("a member's assignment names its partitions") {
    CHECK(read(written) == std::vector<topic_partition>{{"in", 0}, {"in", 258}});
}

TEST_CASE("a member that was given nothing has no partitions") {
    CHECK(read("") == std::vector<topic_partition>{});
    CHECK(read("\0\0\0\0\0\0\0\0\0\0"sv) == std::vector<topic_partition>{});
}

TEST_CASE("a later version of an assignment is read like the first") {
    std::string later(written);
    later[1] = '\3';
    CHECK(read(later) == read(written));
}

TEST_CASE("an assignment that is cut short is refused wherever it ends") {
    const auto partitions = written.substr(0, written.size() - 7); // without the assignor's data
    REQUIRE(read(partitions));
    for (std::size_t size = 1; size < partitions.size(); ++size) {
        INFO(size);
        CHECK_FALSE(read(partitions.substr(0, size)));
    }
}

TEST_CASE("negative counts and lengths in an assignment are refused") {
    CHECK_FALSE(read("\0\0\xff\xff\xff\xff"sv));
    CHECK_FALSE(read("\0\0\0\0\0\1\xff\xff"sv));
    CHECK_FALSE(read("\0\0\0\0\0\1\0\1x\xff\xff\xff\xff"sv));
}
