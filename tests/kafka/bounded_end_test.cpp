#include "catch.hpp"
#include "src/kafka/bounded_end.hpp"

#include <atomic>
#include <future>
#include <memory>

using namespace streams;
using namespace std::chrono_literals;

TEST_CASE("what ends in time is waited for") {
    std::atomic<bool> done{false};
    CHECK(kafka::ends_within(60s, [&] { done = true; }));
    CHECK(done);
}

TEST_CASE("what does not end in time is let go, and keeps what it owns until it does end") {
    std::promise<void> gate;
    auto open = std::make_shared<std::future<void>>(gate.get_future());
    const std::weak_ptr<std::future<void>> owned = open;
    std::promise<void> gone;
    CHECK_FALSE(kafka::ends_within(10ms, [open = std::move(open), &gone] {
        open->wait();
        gone.set_value();
    }));
    CHECK_FALSE(owned.expired());
    gate.set_value();
    CHECK(gone.get_future().wait_for(60s) == std::future_status::ready);
}
