#include "catch.hpp"
#include "kafka/captured_log.hpp"
#include "runtime/messages.hpp"

#include "src/runtime/thread/retry.hpp"

#include <streams/core/manual_clock.hpp>

#include <algorithm>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::message_of;
using testing_support::says;

namespace {

/// A minute of patience with a call that fails until so much time has passed.
struct failing_call {
    void make(std::int64_t until_ms, kafka::error_class kind = kafka::error_class::retriable) {
        call_patiently(patience(time, stop, 60s), "commit offsets", [&] {
            if (time.steady_ms() >= stop_at) stop.request_stop();
            return time.steady_ms() < until_ms ? kafka::result(kind, "no leader") : kafka::result();
        });
    }
    manual_clock time;
    stop_source stop{time, "a test"};
    std::int64_t stop_at = never;
};

} // namespace

TEST_CASE("a call that fails for a moment is made again without a word") {
    failing_call call;
    const tests::captured_log log;
    call.make(500);
    CHECK(log.lines().empty());
}

TEST_CASE("a call that fails for longer is logged once") {
    failing_call call;
    const tests::captured_log log;
    call.make(20'000);
    CHECK(log.lines() == std::vector<std::string>{"could not commit offsets yet: no leader; trying again"});
}

TEST_CASE("a call that fails until the limit ends with a remedy") {
    failing_call call;
    const auto message = message_of([&] { call.make(90'000); });
    CHECK(says(message, "could not commit offsets within 60000 ms: no leader; see whether the brokers are reachable"));
    CHECK(call.time.steady_ms() == 60'000);
}

TEST_CASE("a call that can not succeed is not made again") {
    failing_call call;
    CHECK(
        says(message_of([&] { call.make(90'000, kafka::error_class::fatal); }), "could not commit offsets: no leader"));
    CHECK_THROWS_AS(call.make(90'000, kafka::error_class::fenced), fenced_error);
    CHECK(call.time.steady_ms() == 0);
}

TEST_CASE("a stop ends the retries of a call") {
    failing_call call;
    call.stop_at = 5000;
    CHECK_THROWS_AS(call.make(90'000), stopped_error);
    CHECK(call.time.steady_ms() >= 5000);
    CHECK(call.time.steady_ms() <= 6000);
}

TEST_CASE("a call is tried again between other work, and is due when its pause is over") {
    manual_clock time;
    const stop_source stop(time, "a test");
    retry attempts(patience(time, stop, 60s), "commit offsets");
    const kafka::result failed(kafka::error_class::retriable, "no leader");
    CHECK(attempts.due());
    CHECK_FALSE(attempts.succeeded(failed));
    CHECK_FALSE(attempts.due());
    const auto first_pause = attempts.next() - time.steady_ms();
    time.advance(std::chrono::milliseconds(first_pause));
    CHECK(attempts.due());
    CHECK_FALSE(attempts.succeeded(failed));
    CHECK(attempts.next() - time.steady_ms() > first_pause);
    CHECK(attempts.succeeded({}));
}

TEST_CASE(
    "an attempt waits longer for its answer than the one before, up to a limit, and not past the end of patience") {
    manual_clock time;
    const stop_source stop(time, "a test");
    retry attempts(patience(time, stop, 10s), "commit offsets");
    std::vector<std::chrono::milliseconds> waits;
    for (int attempt = 0; attempt < 3; ++attempt) {
        time.advance(std::chrono::milliseconds(attempts.next() - time.steady_ms()));
        CHECK_FALSE(attempts.step([&](std::chrono::milliseconds timeout) {
            waits.push_back(timeout);
            time.advance(timeout);
            return kafka::result(kafka::error_class::retriable, "no answer");
        }));
    }
    CHECK(waits == std::vector<std::chrono::milliseconds>{1s, 2s, 4s});
    CHECK(attempts.timeout() == 10s - std::chrono::milliseconds(time.steady_ms()));
    CHECK(retry(patience(time, stop, 10s), "commit offsets", 500ms).timeout() == 500ms);
}

TEST_CASE("a wait for the next attempt is as short as was asked for") {
    manual_clock time;
    const stop_source stop(time, "a test");
    retry attempts(patience(time, stop, 60s), "commit offsets");
    while (attempts.next() - time.steady_ms() < 500) {
        time.advance(std::chrono::milliseconds(attempts.next() - time.steady_ms()));
        CHECK_FALSE(attempts.succeeded({kafka::error_class::retriable, "no answer"}));
    }
    const auto begun = time.steady_ms();
    attempts.wait_at_most(100ms);
    CHECK(time.steady_ms() - begun == 100);
    CHECK_FALSE(attempts.due());
    attempts.wait_at_most(1h);
    CHECK(time.steady_ms() == attempts.next());
}

TEST_CASE("calls beside others are each made once, and leave them three quarters of the time from then on") {
    manual_clock time;
    const stop_source stop(time, "a test");
    shared_rest rest;
    std::vector<retry> calls(6, retry(patience(time, stop, 5min), "find the bounds", 1s));
    std::chrono::milliseconds asking{0};
    std::vector<int> made(calls.size(), 0);
    const auto make_those_due = [&] {
        for (std::size_t at = 0; at < calls.size(); ++at)
            CHECK_FALSE(calls[at].step(rest, [&](std::chrono::milliseconds timeout) {
                time.advance(timeout);
                asking += timeout;
                ++made[at];
                return kafka::result(kafka::error_class::retriable, "no leader");
            }));
    };
    make_those_due();
    CHECK(made == std::vector<int>(calls.size(), 1));
    const auto begun = time.steady_ms();
    asking = 0ms;
    while (time.steady_ms() < 290'000) {
        std::ranges::stable_sort(calls, {}, [](const retry& each) { return each.next(); });
        make_those_due();
        time.advance(10ms);
    }
    CHECK(asking.count() * 4 < time.steady_ms() - begun + 4'000);
    CHECK(asking.count() * 5 > time.steady_ms() - begun);
}

TEST_CASE("the last attempt of a call beside others has all of its time, however long the others rest") {
    manual_clock time;
    const stop_source stop(time, "a test");
    shared_rest rest;
    retry attempts(patience(time, stop, 40s), "find the bounds");
    std::vector<std::chrono::milliseconds> waits;
    const auto in_vain = [&](std::chrono::milliseconds timeout) {
        waits.push_back(timeout);
        time.advance(timeout);
        return kafka::result(kafka::error_class::retriable, "no leader");
    };
    const auto message = message_of([&] {
        for (;;) {
            static_cast<void>(attempts.step(rest, in_vain));
            time.advance(std::chrono::milliseconds(attempts.next(rest) - time.steady_ms()));
        }
    });
    CHECK(says(message, "could not find the bounds within 40000 ms"));
    CHECK(waits == std::vector<std::chrono::milliseconds>{1s, 2s, 4s, 5s, 5s});
    CHECK(time.steady_ms() == 40'000);
}
