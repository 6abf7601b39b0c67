#include "catch.hpp"

#include "src/runtime/queues/punctuation_queue.hpp"

#include <streams/core/error.hpp>

#include <limits>
#include <optional>
#include <vector>

using namespace std::chrono_literals;

namespace {

struct recorder {
    streams::punctuation_queue queue;
    std::vector<std::int64_t> calls;

    streams::cancellable add(std::int64_t first, std::chrono::milliseconds interval) {
        return queue.add(first, interval, [this](std::int64_t now) { calls.push_back(now); });
    }
    void at(std::int64_t now) {
        queue.punctuate(now, [&](const auto& call) { call(now); });
    }
};

} // namespace

TEST_CASE("a punctuation is called with the current time once it is due") {
    recorder r;
    r.add(100, 50ms);
    r.at(99);
    CHECK(r.calls.empty());
    r.at(120);
    r.at(149);
    CHECK(r.calls == std::vector<std::int64_t>{120});
    r.at(150);
    CHECK(r.calls == std::vector<std::int64_t>{120, 150});
}

TEST_CASE("punctuations that were missed collapse into one, and the grid of the schedule is kept") {
    recorder r;
    r.add(0, 10ms);
    r.at(35);
    r.at(39);
    CHECK(r.calls == std::vector<std::int64_t>{35});
    r.at(40);
    CHECK(r.calls == std::vector<std::int64_t>{35, 40});
}

TEST_CASE("a cancelled punctuation is not called any more, also where it cancels itself") {
    recorder r;
    auto handle = r.add(0, 10ms);
    r.at(0);
    handle.cancel();
    r.at(100);
    CHECK(r.calls.size() == 1);

    int runs = 0;
    std::optional<streams::cancellable> own;
    own = r.queue.add(0, 10ms, [&](std::int64_t) {
        ++runs;
        own->cancel();
    });
    r.at(200);
    r.at(300);
    CHECK(runs == 1);
}

TEST_CASE("an interval below a millisecond is refused") {
    recorder r;
    CHECK_THROWS_AS(r.add(0, 0ms), streams::topology_error);
}

TEST_CASE("a punctuation whose next time would be past the largest one has come for the last time") {
    constexpr auto largest = std::numeric_limits<std::int64_t>::max();
    recorder r;
    r.add(0, 1s);
    r.add(0, std::chrono::milliseconds::max());
    r.at(largest - 1);
    CHECK(r.calls == std::vector<std::int64_t>{largest - 1, largest - 1});
    r.at(largest);
    r.at(largest);
    CHECK(r.calls == std::vector<std::int64_t>{largest - 1, largest - 1, largest});
}

TEST_CASE("a schedule with a start is called at its start, and from there once an interval") {
    recorder r;
    const auto add = [&](std::int64_t start, std::int64_t now, std::chrono::milliseconds interval) {
        return r.queue.add_from(start, now, interval, [&](std::int64_t at) { r.calls.push_back(at); });
    };
    add(100, 0, 50ms);
    for (const std::int64_t now : {99, 100, 149, 150}) r.at(now);
    CHECK(r.calls == std::vector<std::int64_t>{100, 150});
}

TEST_CASE("a schedule whose start has passed keeps its grid, and makes up for nothing") {
    constexpr std::int64_t smallest = std::numeric_limits<std::int64_t>::min();
    constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
    struct start {
        std::int64_t at;
        std::int64_t now;
        std::int64_t interval;
        std::int64_t first; ///< when it is due
    };
    for (const start& each : {start{5, 17, 10, 25}, start{5, 15, 10, 25}, start{15, 15, 10, 15}, start{-30, -1, 10, 0},
                              start{smallest, 0, 1, 1}, start{smallest, largest - 1, 3, largest},
                              start{0, largest - 5, largest, largest}, start{largest, 0, 1, largest}}) {
        INFO(each.at << " at " << each.now << " every " << each.interval);
        recorder r;
        r.queue.add_from(each.at, each.now, std::chrono::milliseconds(each.interval), [](std::int64_t) {});
        CHECK_FALSE(r.queue.due(each.first - 1));
        CHECK(r.queue.due(each.first));
    }
    CHECK_THROWS_AS(recorder().queue.add_from(0, 0, 0ms, [](std::int64_t) {}), streams::topology_error);
}
