#include "src/runtime/topics/changelog_limits.hpp"

#include "src/runtime/topics/internal_topics.hpp"

#include <charconv>
#include <cstdint>
#include <string_view>

namespace streams::inline v0 {
namespace {

using std::chrono::milliseconds;
using settings = std::map<std::string, std::string>;

milliseconds time_of(const settings& from, const std::string& name, milliseconds otherwise) {
    const auto found = from.find(name);
    if (found == from.end()) return otherwise;
    std::int64_t ms = 0;
    const auto& text = found->second;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), ms);
    return failed == std::errc() ? milliseconds(ms) : otherwise;
}

} // namespace

changelog_limits limits_of(const settings& topic_settings) {
    constexpr std::chrono::hours day{24};
    constexpr std::chrono::hours week{24 * 7};
    const auto given = topic_settings.find("cleanup.policy");
    const std::string_view policy = given == topic_settings.end() ? std::string_view("delete") : given->second;
    changelog_limits limits;
    if (policy.find("compact") != policy.npos)
        limits.delete_retention = time_of(topic_settings, "delete.retention.ms", day);
    if (policy.find("delete") == policy.npos) return limits;
    if (const auto kept = time_of(topic_settings, "retention.ms", week); kept.count() >= 0) limits.retention = kept;
    return limits;
}

changelog_limits wanted_limits(const store_spec& store, const streams_config& config) {
    return limits_of(store.source_topic.empty() ? changelog_settings(store, config)
                                                : settings{{"cleanup.policy", "compact"}});
}

} // namespace streams::inline v0
