#include "src/runtime/trusted_age.hpp"

#include "src/runtime/internal_topics.hpp"

#include <streams/core/error.hpp>

#include <algorithm>
#include <charconv>

namespace streams::inline v0 {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds default_delete_retention = std::chrono::hours(24); // Kafka's

milliseconds delete_retention(const std::map<std::string, std::string>& settings) {
    const auto found = settings.find("delete.retention.ms");
    if (found == settings.end()) return default_delete_retention;
    std::int64_t value = 0;
    const auto& text = found->second;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    return failed == std::errc() ? milliseconds(value) : default_delete_retention;
}

/// What the clocks of the instances and a long restoration may take off.
milliseconds margin(milliseconds retention, const streams_config& config) {
    return std::min(config.state_cleanup_delay, retention / 2);
}

} // namespace

std::optional<milliseconds> trusted_age(const store_spec& store, const streams_config& config) {
    if (!store.source_topic.empty())
        return default_delete_retention - margin(default_delete_retention, config);
    const auto settings = changelog_settings(store, config);
    if (settings.at("cleanup.policy").find("compact") == std::string::npos) return std::nullopt;
    const milliseconds retention = delete_retention(settings);
    return retention - margin(retention, config);
}

std::optional<std::string> reason_to_rebuild(const store_spec& store, const streams_config& config,
                                             std::optional<std::int64_t> caught_up, std::int64_t now) {
    const auto trusted = trusted_age(store, config);
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
