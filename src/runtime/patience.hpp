#pragma once

#include "src/kafka/client.hpp"
#include "src/runtime/task_errors.hpp"

#include <streams/core/clock.hpp>
#include <streams/core/log.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <utility>

namespace streams::inline v0 {

/// Failures that last no longer are worth no line: a topic that was just made has no leader for a moment.
constexpr std::chrono::milliseconds brief{1000};

/// Makes a call until it succeeds: retriable failures are tried again with back-off for `limit`, logged once where they are not
/// brief, then thrown as cluster_error; a fenced one is thrown as fenced_error at once, any other as cluster_error.
/// `doing`: what the call does, as in "could not ...".
template <class Call>
void call_patiently(clock& time, std::chrono::milliseconds limit, std::string_view doing, Call&& call) {
    const std::int64_t begun = time.steady_ms();
    std::chrono::milliseconds pause{20};
    bool logged = false;
    for (;;) {
        const kafka::result answer = call();
        if (answer.ok()) return;
        if (answer.kind() == kafka::error_class::fenced) throw fenced_error(answer.reason());
        if (answer.kind() != kafka::error_class::retriable)
            throw cluster_error(concat("could not ", doing, ": ", answer.reason()));
        const std::int64_t passed = time.steady_ms() - begun;
        if (passed >= limit.count())
            throw cluster_error(concat("could not ", doing, " within ", limit.count(), " ms: ", answer.reason(),
                                       "; see whether the brokers are reachable"));
        if (passed > brief.count() && !std::exchange(logged, true))
            log(log_level::warn, concat("could not ", doing, " yet: ", answer.reason(), "; trying again"));
        time.sleep(pause);
        pause = std::min(pause * 2, std::chrono::milliseconds{1000});
    }
}

} // namespace streams::inline v0
