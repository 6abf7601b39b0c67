#include "catch.hpp"

#include "src/core/first_failure.hpp"

#include <stdexcept>

using namespace streams;

TEST_CASE("everything is attempted, and the first failure is thrown at the end") {
    int done = 0;
    first_failure failure;
    failure.attempt([&] { ++done; });
    failure.attempt([] { throw std::runtime_error("first"); });
    failure.attempt([] { throw 2; });
    failure.attempt([&] { ++done; });
    CHECK(done == 2);
    CHECK_THROWS_WITH(failure.rethrow(), "first");
}

TEST_CASE("where nothing fails nothing is thrown") {
    first_failure failure;
    failure.attempt([] {});
    CHECK_NOTHROW(failure.rethrow());
}
