#include "catch.hpp"
#include "kafka/captured_log.hpp"
#include "runtime/messages.hpp"

#include "src/runtime/patience.hpp"

using namespace streams;
using testing_support::message_of;
using testing_support::says;

namespace {

/// Fails until so much time has passed.
struct failing_call {
    manual_clock& time;
    std::int64_t until_ms;
    kafka::error_class kind = kafka::error_class::retriable;

    kafka::result operator()() const {
        return time.steady_ms() < until_ms ? kafka::result(kind, "no leader") : kafka::result();
    }
};

} // namespace

TEST_CASE("a call that fails for a moment is made again without a word") {
    manual_clock time;
    const tests::captured_log log;
    call_patiently(time, std::chrono::seconds{60}, "commit offsets", failing_call{time, 500});
    CHECK(log.lines().empty());
}

TEST_CASE("a call that fails for longer is logged once") {
    manual_clock time;
    const tests::captured_log log;
    call_patiently(time, std::chrono::seconds{60}, "commit offsets", failing_call{time, 20'000});
    CHECK(log.lines() == std::vector<std::string>{"could not commit offsets yet: no leader; trying again"});
}

TEST_CASE("a call that fails until the limit ends with a remedy") {
    manual_clock time;
    const auto message = message_of([&] {
        call_patiently(time, std::chrono::seconds{60}, "commit offsets", failing_call{time, 90'000});
    });
    CHECK(says(message, "could not commit offsets within 60000 ms: no leader; see whether the brokers are reachable"));
    CHECK(time.steady_ms() >= 60'000);
}

TEST_CASE("a call that can not succeed is not made again") {
    manual_clock time;
    CHECK(says(message_of([&] {
                   call_patiently(time, std::chrono::seconds{60}, "commit offsets",
                                  failing_call{time, 90'000, kafka::error_class::fatal});
               }),
               "could not commit offsets: no leader"));
    CHECK_THROWS_AS(call_patiently(time, std::chrono::seconds{60}, "commit offsets",
                                   failing_call{time, 90'000, kafka::error_class::fenced}),
                    fenced_error);
    CHECK(time.steady_ms() == 0);
}
