#include "catch.hpp"
#include "state/hot/same_key.hpp"

#include <string>

using namespace streams;

TEST_CASE("keys are the same where all of their bytes are") {
    for (std::size_t size = 0; size < 40; ++size) {
        const std::string one(size, 'a');
        CHECK(same_key(bytes_view(one), bytes_view(std::string(one))));
        CHECK_FALSE(same_key(bytes_view(one), bytes_view(one + "a")));
        for (std::size_t at = 0; at < size; ++at) {
            std::string other = one;
            other[at] = 'b';
            CHECK_FALSE(same_key(bytes_view(one), bytes_view(other)));
        }
    }
}
