#include "catch.hpp"
#include "src/kafka/rdkafka_positions.hpp"

using namespace streams;

TEST_CASE("positions are found by topic and partition, and replaced by the next assignment") {
    kafka::reading_positions positions;
    CHECK(positions.find("a", 0) == nullptr);
    positions.assign(kafka::reading_positions::assignment{{{"a", 0}, 5}, {{"b", 2}, 7}}, false);
    REQUIRE(positions.find("a", 0));
    CHECK(positions.find("a", 0)->next == 5);
    CHECK(positions.find("a", 2) == nullptr);
    CHECK(positions.find("b", 2)->next == 7);
    CHECK_FALSE(positions.find("b", 2)->started);
    positions.assign(kafka::reading_positions::assignment{{{"b", 2}, 9}}, true);
    CHECK(positions.find("a", 0) == nullptr);
    CHECK(positions.find("b", 2)->paused);
    positions.clear();
    CHECK(positions.empty());
}

TEST_CASE("a new assignment can be made of where all partitions stand and which are paused") {
    kafka::reading_positions positions;
    positions.assign(kafka::reading_positions::assignment{{{"a", 0}, 5}, {{"a", 1}, 6}}, false);
    positions.find("a", 1)->next = 10;
    positions.find("a", 0)->paused = true;
    CHECK(positions.next_offsets() == kafka::reading_positions::assignment{{{"a", 0}, 5}, {{"a", 1}, 10}});
    CHECK(positions.paused() == std::vector<topic_partition>{{"a", 0}});
}
