#include "catch.hpp"

#include "src/runtime/commit/record_origins.hpp"

#include <string>

using namespace streams;

TEST_CASE("a tag gives back sender and input record, whatever was sent from elsewhere meanwhile") {
    record_origins origins;
    const auto left = origins.add({{0, 3}, "left"});
    const auto right = origins.add({{0, 3}, "right"});
    CHECK(origins.add({{0, 3}, "left"}) == left);
    CHECK(origins.add({{0, 4}, "left"}) != left);
    const std::string topic = "in";
    const auto tag = origins.tag_of(left, {topic, 3, 41});
    for (std::int32_t partition = 0; partition < 100; ++partition)
        static_cast<void>(origins.tag_of(right, {topic, partition, 7}));
    CHECK(origins.tag_of(left, {topic, 3, 41}) == tag);
    CHECK(origins.tag_of(right, {topic, 3, 41}) != tag);
    const auto found = origins.find(tag);
    CHECK(found.sender.node == "left");
    CHECK(found.sender.task == task_id{0, 3});
    CHECK(found.metadata.topic == "in");
    CHECK(found.metadata.partition == 3);
    CHECK(found.metadata.offset == 41);
    CHECK_FALSE(found.dead_letter);
}

TEST_CASE("what goes back to no input record has a sender all the same") {
    record_origins origins;
    const auto tag = origins.tag_of(origins.add({{0, 3}, "ticks"}), {});
    CHECK(tag != 0);
    CHECK(origins.find(tag).sender.node == "ticks");
    CHECK(origins.find(tag).metadata.offset == -1);
}

TEST_CASE("a dead letter's tag says that it is one") {
    record_origins origins;
    const auto sender = origins.add({{0, 3}, "source"});
    const auto tag = origins.tag_of_dead_letter(sender, {"in", 3, 41});
    CHECK(record_origins::is_dead_letter(tag));
    CHECK(origins.find(tag).dead_letter);
    CHECK(origins.find(tag).metadata.offset == 41);
    CHECK_FALSE(record_origins::is_dead_letter(origins.tag_of(sender, {"in", 3, 41})));
}

TEST_CASE("tag 0 is of nobody") {
    const record_origins origins;
    CHECK(origins.find(0).metadata.offset == -1);
    CHECK(origins.find(0).sender.node.empty());
}
