#include "catch.hpp"
#include "state/hot/copy_bytes.hpp"

#include <array>
#include <vector>

using namespace streams;

TEST_CASE("bytes are copied whole, nothing beside them, and also where both overlap") {
    constexpr std::size_t room = 64;
    for (std::size_t size = 0; size < 40; ++size)
        for (const std::size_t to : {0, 1, 8, 9, 20}) {
            std::array<std::byte, room> content{};
            for (std::size_t at = 0; at < room; ++at) content[at] = static_cast<std::byte>(at + 1);
            auto expected = content;
            for (std::size_t at = 0; at < size; ++at) expected[to + at] = content[8 + at];
            copy_bytes(content.data() + to, content.data() + 8, size);
            CAPTURE(size, to);
            CHECK((content == expected));
        }
}
