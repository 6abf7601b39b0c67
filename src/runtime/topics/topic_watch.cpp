#include "src/runtime/topics/topic_watch.hpp"

#include "src/runtime/tasks/task_errors.hpp"
#include "src/runtime/topics/topic_names.hpp"

#include <streams/core/error.hpp>
#include <streams/core/log.hpp>

#include <charconv>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace streams::inline v0 {
namespace {

constexpr std::chrono::milliseconds call_timeout{2000};
constexpr std::chrono::milliseconds default_interval{300'000}; ///< Java's and librdkafka's

/// Whether it was answered. Throws cluster_error where it was refused.
bool answered(const kafka::result& answer) {
    if (!answer && answer.kind() != kafka::error_class::retriable)
        throw cluster_error(concat("the topics of the cluster, which sources with a pattern read, cannot be listed: ",
                                   answer.reason()));
    return answer.ok();
}

} // namespace

std::chrono::milliseconds between_looks(const streams_config& config) {
    const auto settings = config.consumer_settings(false);
    const auto found = settings.find("topic.metadata.refresh.interval.ms");
    if (found == settings.end()) return default_interval;
    std::int64_t interval = 0;
    std::from_chars(found->second.data(), found->second.data() + found->second.size(), interval);
    return interval > 0 ? std::chrono::milliseconds(interval) : default_interval;
}

bool topic_watch::look() {
    const topic_view& newest = views_.newest();
    const auto& id = config_.application_id;
    std::vector<std::string> existing;
    if (!answered(admin_.list(existing, call_timeout))) return false;
    auto next = newest.topology.with_topics(existing, id);
    if (const node_spec* const source = source_without_topics(next)) {
        // Nobody can subscribe to nothing, and of topics that are gone nobody is given partitions.
        if (!std::exchange(lacks_topics_, true))
            log(log_level::warn, concat("application ", id, ": pattern ", source->pattern, " of source ", source->name,
                                        " matches no topic any more; its topics stay as they are until it does"));
        return true;
    }
    lacks_topics_ = false;
    if (input_topics(next, id) == input_topics(newest.topology, id)) return true;
    topic_layout layout;
    if (!set_up_topics(next, config_, admin_, call_timeout, layout)) return false;
    std::string names;
    for (const auto& topic : input_topics(next, id)) names += concat(names.empty() ? "" : ", ", topic);
    log(log_level::info, concat("application ", id, " reads other topics now: ", names));
    views_.add({std::move(next), std::move(layout)});
    return true;
}

} // namespace streams::inline v0
