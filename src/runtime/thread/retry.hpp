#pragma once

#include "src/kafka/client.hpp"
#include "src/runtime/thread/patience.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace streams::inline v0 {

/// A call to the cluster that is made until it succeeds, as a value: whoever has something else to do between two attempts
/// asks `due`, makes the call, and hands over the answer.
class retry {
public:
    /// `doing`: what the call does, as in "could not ...".
    retry(const patience& within, std::string_view doing) : patience_(within), doing_(doing), next_(within.begun()) {}

    /// When the next attempt is to be made, steady ms.
    [[nodiscard]] std::int64_t next() const noexcept { return next_; }
    [[nodiscard]] bool due() const { return patience_.now() >= next_; }
    /// Takes the answer of an attempt. True: the call succeeded; false: it is to be made again, with back-off. Failures are
    /// logged once where they are not brief. Throws fenced_error at once, cluster_error for any other that no retry helps,
    /// and when patience is over.
    [[nodiscard]] bool succeeded(const kafka::result& answer);
    /// Waits until the next attempt is due. Throws stopped_error where a stop comes first.
    void wait() const { patience_.wait_until(next_); }

private:
    patience patience_;
    std::string doing_;
    std::int64_t next_;
    std::chrono::milliseconds pause_{20};
    bool logged_ = false;
};

/// Makes a call until it succeeds, waiting in between. Throws as `retry` does.
template <class Call>
void call_patiently(const patience& within, std::string_view doing, Call&& call) {
    retry attempts(within, doing);
    while (!attempts.succeeded(call())) attempts.wait();
}

} // namespace streams::inline v0
