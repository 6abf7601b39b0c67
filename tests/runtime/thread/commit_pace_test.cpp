#include "catch.hpp"
#include "src/runtime/thread/commit_pace.hpp"

#include <limits>

using namespace streams;
using namespace std::chrono_literals;

TEST_CASE("commits begin every interval however long each takes below it") {
    commit_pace pace(100ms);
    pace.begun(1'000);
    CHECK(pace.next() == 1'100);
    pace.ended(1'030);
    CHECK(!pace.due(1'099));
    CHECK(pace.due(1'100));
}

TEST_CASE("a commit that takes long leaves as much time for work as it took and no more than the interval") {
    commit_pace pace(100ms);
    pace.begun(1'000);
    pace.ended(1'080);
    CHECK(pace.next() == 1'160);
    pace.begun(2'000);
    pace.ended(5'000);
    CHECK(pace.next() == 5'100);
}

TEST_CASE("a commit is due at once where it is hastened") {
    commit_pace pace(30s);
    pace.begun(1'000);
    pace.hasten(1'500);
    CHECK(pace.due(1'500));
}

TEST_CASE("an interval without end is never over") {
    commit_pace pace(std::chrono::milliseconds::max());
    pace.begun(1'000);
    pace.ended(2'000);
    CHECK(!pace.due(std::numeric_limits<std::int64_t>::max() - 1));
}
