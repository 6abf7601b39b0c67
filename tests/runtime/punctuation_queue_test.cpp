#include "catch.hpp"

#include "src/runtime/punctuation_queue.hpp"

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
