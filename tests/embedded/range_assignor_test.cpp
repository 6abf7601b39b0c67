#include "catch.hpp"

#include "src/embedded/range_assignor.hpp"

using namespace streams;
using embedded::assign_ranges;
using embedded::subscription;
using partitions = std::vector<topic_partition>;

TEST_CASE("ranges follow the member ids, the first members get the rest") {
    const std::vector<subscription> members{{"b", "", {"t"}}, {"a", "", {"t"}}};
    const auto assigned = assign_ranges(members, {{"t", 3}});
    CHECK(assigned[1] == partitions{{"t", 0}, {"t", 1}});
    CHECK(assigned[0] == partitions{{"t", 2}});
}

TEST_CASE("static members come first, by their instance ids") {
    const std::vector<subscription> members{{"a", "", {"t"}}, {"y", "2", {"t"}}, {"z", "1", {"t"}}};
    const auto assigned = assign_ranges(members, {{"t", 3}});
    CHECK(assigned[2] == partitions{{"t", 0}});
    CHECK(assigned[1] == partitions{{"t", 1}});
    CHECK(assigned[0] == partitions{{"t", 2}});
}

TEST_CASE("a topic is shared by those who subscribe to it") {
    const std::vector<subscription> members{{"a", "", {"t", "u"}}, {"b", "", {"u"}}};
    const auto assigned = assign_ranges(members, {{"t", 2}, {"u", 2}});
    CHECK(assigned[0] == partitions{{"t", 0}, {"t", 1}, {"u", 0}});
    CHECK(assigned[1] == partitions{{"u", 1}});
}

TEST_CASE("more members than partitions leave the last ones empty-handed") {
    const std::vector<subscription> members{{"a", "", {"t"}}, {"b", "", {"t"}}};
    const auto assigned = assign_ranges(members, {{"t", 1}});
    CHECK(assigned[0] == partitions{{"t", 0}});
    CHECK(assigned[1].empty());
}
