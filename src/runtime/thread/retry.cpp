#include "src/runtime/thread/retry.hpp"

#include <streams/core/log.hpp>

#include <algorithm>
#include <utility>

namespace streams::inline v0 {
namespace {

/// Failures that last no longer are worth no line: a topic that was just made has no leader for a moment.
constexpr std::chrono::milliseconds brief{1000};
constexpr std::chrono::milliseconds longest_retry_pause{1000};

} // namespace

std::chrono::milliseconds retry::timeout() const {
    const std::int64_t left = patience_.deadline() - patience_.now();
    return std::chrono::milliseconds(std::clamp<std::int64_t>(left, 1, timeout_.count()));
}

std::int64_t retry::next(const shared_rest& rest) const noexcept {
    if (!failed_) return next_;
    return std::max(next_, std::min(rest.until(), patience_.deadline() - timeout_.count()));
}

bool retry::succeeded(const kafka::result& answer) {
    if (answer.ok()) return true;
    if (answer.kind() == kafka::error_class::fenced) throw fenced_error(answer.reason());
    if (answer.kind() != kafka::error_class::retriable)
        throw cluster_error(concat("could not ", doing_, ": ", answer.reason()));
    if (patience_.over())
        throw cluster_error(concat("could not ", doing_, " within ", patience_.limit().count(),
                                   " ms: ", answer.reason(), "; ", remedy_));
    failed_ = true;
    const std::int64_t now = patience_.now();
    if (now - patience_.begun() > brief.count() && !std::exchange(logged_, true))
        log(log_level::warn, concat("could not ", doing_, " yet: ", answer.reason(), "; trying again"));
    next_ = std::min(detail::add_sat(now, pause_.count()), patience_.deadline());
    pause_ = std::min(pause_ * 2, longest_retry_pause);
    timeout_ = std::min(timeout_ * 2, longest_);
    return false;
}

void retry::wait_at_most(std::chrono::milliseconds most) const {
    const std::int64_t now = patience_.now();
    patience_.sleep_until(std::min(next_, detail::add_sat(now, most.count())));
}

} // namespace streams::inline v0
