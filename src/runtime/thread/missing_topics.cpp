#include "src/runtime/thread/missing_topics.hpp"

#include "src/runtime/tasks/task_errors.hpp"

#include <streams/core/execution.hpp>

#include <algorithm>
#include <chrono>
#include <vector>

namespace streams::inline v0 {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds before_asking{2000};
constexpr milliseconds call_timeout{1000};

} // namespace

void missing_topics::note(const std::string& topic, execution& time) {
    due_.try_emplace(topic, time.after(before_asking));
}

void missing_topics::step(kafka::admin& admin, const std::map<std::string, std::int32_t>& widths, execution& time) {
    const std::int64_t now = time.steady_ms();
    std::vector<std::string> asked;
    for (const auto& [topic, due] : due_)
        if (due <= now) asked.push_back(topic);
    if (asked.empty()) return;
    std::map<std::string, std::int32_t> known;
    const auto answer = admin.describe(asked, known, call_timeout);
    for (const std::string& topic : asked) due_[topic] = time.after(before_asking);
    if (!answer) return;
    for (const std::string& topic : asked) {
        due_.erase(topic);
        const auto found = known.find(topic);
        if (found == known.end())
            throw cluster_error(concat("source topic ", topic,
                                       " does not exist in the cluster, perhaps not any more; create it and start the "
                                       "application again, or take it out of the topology"));
        const auto width = widths.find(topic);
        if (width != widths.end() && found->second < width->second)
            throw cluster_error(concat("source topic ", topic, " has ", found->second, " partitions, and had ",
                                       width->second, ": it was made anew; reset the application, and start it again"));
    }
}

std::int64_t missing_topics::next() const noexcept {
    std::int64_t next = never;
    for (const auto& [topic, due] : due_) next = std::min(next, due);
    return next;
}

} // namespace streams::inline v0
