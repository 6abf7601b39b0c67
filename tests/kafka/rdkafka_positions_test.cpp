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
    CHECK(positions.find("b", 2)->stopped);
    positions.clear();
    CHECK(positions.empty());
}

TEST_CASE("a new assignment can be made of where fetching stands and which partitions are stopped") {
    kafka::reading_positions positions;
    positions.assign(kafka::reading_positions::assignment{{{"a", 0}, 5}, {{"a", 1}, 6}}, false);
    positions.find("a", 1)->fetched = 10;
    positions.find("a", 0)->stopped = true;
    CHECK(positions.fetch_offsets() == kafka::reading_positions::assignment{{{"a", 0}, 5}, {{"a", 1}, 10}});
    CHECK(positions.stopped() == std::vector<topic_partition>{{"a", 0}});
}

TEST_CASE("the end of a partition is only reached when what is held back before it was handed over") {
    kafka::reading_position position;
    kafka::fetched_run run{{record_view{.offset = 3}, record_view{.offset = 4}, record_view{.offset = 7}}, nullptr};
    position.held.push_back(run);
    position.reach_end(9);
    CHECK(position.next == 0);
    CHECK_FALSE(position.started);
    auto first = position.held.front().split(2);
    REQUIRE(first.records.size() == 2);
    position.hand_over(first);
    CHECK(position.next == 5);
    auto last = position.held.front();
    position.held.pop_front();
    position.hand_over(last);
    CHECK(position.next == 9);
    CHECK(position.started);
}

TEST_CASE("what is held of paused partitions is counted until it is handed over, dropped, or another assignment made") {
    kafka::reading_positions positions;
    const kafka::reading_positions::assignment both{{{"a", 0}, 0}, {{"a", 1}, 0}};
    positions.assign(both, true);
    const kafka::fetched_run run{{record_view{.offset = 3}, record_view{.offset = 4}, record_view{.offset = 7}},
                                 nullptr};
    for (const std::int32_t partition : {0, 1}) positions.hold(*positions.find("a", partition), run);
    const auto held = positions.held_bytes();
    CHECK(held > 0);
    CHECK(positions.released() == 0);
    positions.find("a", 1)->paused = false;
    CHECK(positions.released() == 3);
    std::vector<std::int64_t> offsets;
    positions.hand_over_released(2, [&](const topic_partition& source, const kafka::fetched_run& taken) {
        CHECK(source == topic_partition{"a", 1});
        for (const auto& record : taken.records) offsets.push_back(record.offset);
    });
    CHECK(offsets == std::vector<std::int64_t>{3, 4});
    CHECK(positions.find("a", 1)->next == 5);
    CHECK(positions.released() == 1);
    CHECK(positions.held_bytes() < held);
    positions.drop_held(*positions.find("a", 1));
    CHECK(positions.released() == 0);
    CHECK(positions.held_bytes() == held / 2);
    positions.assign(both, false);
    CHECK(positions.held_bytes() == 0);
}
