#include "catch.hpp"

#include "src/runtime/thread/trouble.hpp"

#include <chrono>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;

namespace {

const topic_partition first{"in", 0};
const topic_partition second{"in", 1};

/// A trouble, and how far its inputs are committed.
struct troubled {
    bool failed(std::int64_t now, std::vector<trouble::position> read = {}, bool other_work = false) {
        return of.failed(now, read, other_work);
    }
    void committed(std::int64_t now, bool worked, std::int64_t offset) {
        of.committed(now, worked, [&](const trouble::position& each) { return each.offset <= offset; });
    }

    trouble of{100ms};
};

} // namespace

TEST_CASE("a trouble lasts from the first failure until what it undid is committed") {
    troubled t;
    CHECK_FALSE(t.of.lasts());
    CHECK(t.failed(10, {{first, 5}}));
    t.committed(20, false, 3);
    CHECK_FALSE(t.failed(30, {{first, 4}}));
    CHECK(t.of.lasted(40) == 30);
    t.committed(50, true, 4);
    REQUIRE(t.of.lasts());
    t.committed(60, true, 5);
    CHECK_FALSE(t.of.lasts());
    CHECK(t.failed(70));
}

TEST_CASE("work on other inputs does not end a trouble") {
    troubled t;
    CHECK(t.failed(10, {{first, 5}, {second, 2}}));
    t.committed(20, true, 4);
    CHECK_FALSE(t.failed(30));
    t.committed(40, true, 5);
    CHECK_FALSE(t.of.lasts());
}

TEST_CASE("a trouble in which nothing was undone ends with an empty commit") {
    troubled t;
    CHECK(t.failed(10));
    t.committed(20, false, 0);
    CHECK_FALSE(t.of.lasts());
}

TEST_CASE("what a punctuation did is done again where a commit has something of it") {
    troubled t;
    CHECK(t.failed(10, {}, true));
    t.committed(20, false, 0);
    REQUIRE(t.of.lasts());
    t.committed(30, true, 0);
    CHECK_FALSE(t.of.lasts());
}

TEST_CASE("a failure after the tasks have run for long enough is another trouble") {
    troubled t;
    CHECK(t.failed(10, {}, true));
    CHECK_FALSE(t.failed(500, {}, true)); // they have not run since
    t.committed(600, false, 0);
    t.committed(690, false, 0);
    CHECK_FALSE(t.failed(699, {}, true));
    t.committed(700, false, 0);
    CHECK(t.failed(800, {}, true));
    CHECK(t.of.lasted(800) == 0);
}
