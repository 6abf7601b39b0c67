#include "catch.hpp"

#include "src/embedded/frame.hpp"

#include <string>

using namespace streams;
using namespace streams::embedded;

namespace {

bytes_view view(std::string_view text) { return bytes_view(text); }

bytes written(const frame_source& source) {
    bytes out;
    const auto size = frame_size(source);
    write_frame(out.extend(size), source, size, true);
    return out;
}

const streams::headers two_headers{{"a", bytes(std::string_view("1"))}, {"a", std::nullopt}};

frame_source full_source() {
    return {.offset = 7,
            .timestamp = -1,
            .key = view("key"),
            .value = view("value"),
            .headers = &two_headers,
            .producer = {.id = 42, .epoch = 3, .sequence = 9},
            .delete_horizon = 12345,
            .flags = static_cast<std::uint16_t>(frame_flag::transactional)};
}

} // namespace

TEST_CASE("a frame gives back everything that was written") {
    const auto memory = written(full_source());
    const auto read = checked_frame(memory);
    REQUIRE(read);
    CHECK(read->size == memory.size());
    CHECK(read->offset == 7);
    CHECK(read->timestamp == -1);
    CHECK(read->key == view("key"));
    CHECK(read->value == view("value"));
    CHECK(decode_headers(read->encoded_headers) == two_headers);
    CHECK(read->producer.id == 42);
    CHECK(read->producer.epoch == 3);
    CHECK(read->producer.sequence == 9);
    CHECK(read->delete_horizon == 12345);
    CHECK(read->has(frame_flag::transactional));
    CHECK_FALSE(read->has(frame_flag::control));
}

TEST_CASE("a frame tells null from empty") {
    const auto nulls = written({.offset = 1});
    REQUIRE(checked_frame(nulls));
    CHECK_FALSE(checked_frame(nulls)->key);
    CHECK_FALSE(checked_frame(nulls)->value);
    CHECK(nulls.size() == frame_fixed_size);
    const auto empty = written({.key = view(""), .value = view("")});
    REQUIRE(checked_frame(empty));
    CHECK(checked_frame(empty)->key == view(""));
    CHECK(checked_frame(empty)->value == view(""));
}

TEST_CASE("a frame with any byte changed, or cut short, is none") {
    const auto memory = written(full_source());
    for (std::size_t at = 0; at < memory.size(); ++at) {
        auto damaged = memory;
        damaged.data()[at] ^= std::byte{0x20};
        CHECK_FALSE(checked_frame(damaged));
        CHECK_FALSE(checked_frame(memory.view().subview(0, at)));
    }
}

TEST_CASE("the next frame is found behind garbage, unless its offset is too small") {
    auto memory = bytes(std::string_view("garbage \0\0\0 of some length, longer than a frame's fixed part"));
    const auto begin = memory.size();
    memory.append(written(full_source()).view());
    CHECK(find_frame(memory, 7) == begin);
    CHECK_FALSE(find_frame(memory, 8));
    CHECK_FALSE(find_frame(memory.view().subview(begin + 1), 0));
}
