#include "catch.hpp"
#include "runtime/messages.hpp"
#include "src/runtime/thread/shutdown_request.hpp"

using namespace streams;
using testing_support::says;

TEST_CASE("a member that asks all others to end is known by its client id, and named by that of its instance") {
    const auto id = shutdown_client_id("fraud-1");
    CHECK(asks_for_shutdown(id));
    CHECK_FALSE(asks_for_shutdown("fraud-1"));
    CHECK_FALSE(asks_for_shutdown("fraud-1-StreamThread-1-consumer"));
    CHECK(says(asked_to_end(id), "instance fraud-1 asked all instances"));
}
