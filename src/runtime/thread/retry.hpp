#pragma once

#include "src/kafka/client.hpp"
#include "src/runtime/thread/patience.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace streams::inline v0 {

/// What calls that are made beside the work of others leave to it, all those of one kind together: after each in vain, three
/// times as long as that took.
class shared_rest {
public:
    /// Steady ms.
    [[nodiscard]] std::int64_t until() const noexcept { return until_; }
    void begin(std::int64_t call_begun, std::int64_t now) noexcept {
        until_ = std::max(until_, now + 3 * (now - call_begun));
    }

private:
    std::int64_t until_ = 0;
};

/// A call to the cluster that is made until it succeeds, as a value: whoever has something else to do between two attempts
/// steps it (docs/adr/0032-stepped-calls.md).
class retry {
public:
    /// How long an attempt may wait for its answer, at first and at most.
    static constexpr std::chrono::milliseconds first_timeout = one_attempt;
    static constexpr std::chrono::milliseconds longest_timeout{5000};

    static constexpr std::string_view reach_brokers = "see whether the brokers are reachable";

    /// `doing`: what the call does, as in "could not ...". `longest`: no attempt waits longer for its answer. `remedy`: what
    /// the user may do when patience is over.
    retry(const patience& within, std::string_view doing, std::chrono::milliseconds longest = longest_timeout,
          std::string_view remedy = reach_brokers)
        : patience_(within), doing_(doing), remedy_(remedy), next_(within.begun()),
          longest_(std::min(longest, longest_timeout)), timeout_(std::min(first_timeout, longest_)) {}

    /// When the next attempt is to be made, steady ms.
    [[nodiscard]] std::int64_t next() const noexcept { return next_; }
    /// The same of a call that shares a rest with others. The first attempt does not wait for it, nor does the last, which
    /// has all of its time before patience ends.
    [[nodiscard]] std::int64_t next(const shared_rest& rest) const noexcept;
    [[nodiscard]] bool due() const { return patience_.now() >= next_; }
    /// At least once.
    [[nodiscard]] bool failed() const noexcept { return failed_; }
    /// How long the next attempt may wait for its answer: twice as long as the last one, and not past the end of patience.
    [[nodiscard]] std::chrono::milliseconds timeout() const;
    /// Makes an attempt where one is due: `call`, given how long it may wait. True: it succeeded. Throws as `succeeded`.
    template <class Call>
    [[nodiscard]] bool step(Call&& call) {
        return due() && succeeded(std::forward<Call>(call)(timeout()));
    }
    /// The same beside others, who do not need the call.
    template <class Call>
    [[nodiscard]] bool step(shared_rest& rest, Call&& call) {
        const std::int64_t begun = patience_.now();
        if (begun < next(rest)) return false;
        if (succeeded(std::forward<Call>(call)(timeout()))) return true;
        rest.begin(begun, patience_.now());
        return false;
    }
    /// Takes the answer of an attempt. True: the call succeeded; false: it is to be made again, with back-off. Failures are
    /// logged once where they are not brief. Throws fenced_error at once, cluster_error for any other that no retry helps,
    /// and when patience is over.
    [[nodiscard]] bool succeeded(const kafka::result& answer);
    /// Waits until the next attempt is due. Throws stopped_error where a stop comes first.
    void wait() const { patience_.wait_until(next_); }
    /// The same, for no longer than that, whatever is asked to stop.
    void wait_at_most(std::chrono::milliseconds most) const;

private:
    patience patience_;
    std::string doing_;
    std::string remedy_;
    std::int64_t next_;
    std::chrono::milliseconds longest_;
    std::chrono::milliseconds timeout_;
    std::chrono::milliseconds pause_{20};
    bool logged_ = false;
    bool failed_ = false;
};

/// Makes a call until it succeeds, waiting in between. Throws as `retry` does.
template <class Call>
void call_patiently(const patience& within, std::string_view doing, Call&& call) {
    retry attempts(within, doing);
    while (!attempts.succeeded(call())) attempts.wait();
}

} // namespace streams::inline v0
