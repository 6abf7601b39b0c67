#include "src/runtime/stores/trusted_age.hpp"

#include <streams/core/error.hpp>

#include <algorithm>

namespace streams::inline v0 {
namespace {

using std::chrono::milliseconds;

/// What the clocks of the instances and a long restoration may take off.
milliseconds margin(milliseconds retention, const streams_config& config) {
    return std::min(config.state_cleanup_delay, retention / 2);
}

} // namespace

std::optional<milliseconds> trusted_age(const changelog_limits& changelog, const streams_config& config) {
    if (!changelog.delete_retention) return std::nullopt;
    return *changelog.delete_retention - margin(*changelog.delete_retention, config);
}

std::optional<std::string> reason_to_rebuild(const changelog_limits& changelog, const streams_config& config,
                                             std::optional<std::int64_t> caught_up, std::int64_t now) {
    const auto trusted = trusted_age(changelog, config);
    if (!trusted) return std::nullopt;
    if (!caught_up) return "it is not known when it last had all of its changelog";
    const milliseconds age(now - *caught_up);
    if (age < -config.state_cleanup_delay)
        return concat("it had all of its changelog ", -age.count(), " ms after now: the clock was set back");
    if (age < *trusted) return std::nullopt;
    return concat("it had all of its changelog ", age.count(), " ms ago, and deletions are kept there for ",
                  trusted->count(), " ms for sure (delete.retention.ms, less a margin)");
}

} // namespace streams::inline v0
