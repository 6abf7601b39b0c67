#include "src/runtime/thread/group_division.hpp"

#include "src/runtime/topics/topic_names.hpp"

#include <streams/core/error.hpp>
#include <streams/core/log.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <set>
#include <utility>

namespace streams::inline v0 {
namespace {

constexpr std::size_t most_named = 8;

std::string text_of(const std::string& name) { return name; }
std::string text_of(const topic_partition& partition) { return to_string(partition); }

template <class Named>
std::string list_of(const std::vector<Named>& named) {
    std::string text;
    for (std::size_t at = 0; at < std::min(named.size(), most_named); ++at)
        text += concat(at == 0 ? "" : ", ", text_of(named[at]));
    if (named.size() > most_named) text += concat(" and ", named.size() - most_named, " more");
    return text;
}

/// With the topics of the members that a pattern matches.
topology seen_by(const topology& topology, std::string_view application_id,
                 std::span<const kafka::group_member> members) {
    if (!topology.has_patterns()) return topology;
    std::set<std::string> topics;
    for (const std::string& each : input_topics(topology, application_id)) topics.insert(each);
    for (const auto& member : members) topics.insert(member.topics.begin(), member.topics.end());
    return topology.with_topics({topics.begin(), topics.end()}, application_id);
}

/// Sorted.
std::vector<std::string> difference(const std::set<std::string>& from, const std::set<std::string>& without) {
    std::vector<std::string> rest;
    std::ranges::set_difference(from, without, std::back_inserter(rest));
    return rest;
}

/// Who the strangers are, and what they were given, changes with each rebalance.
bool is_same(const group_division& one, const group_division& other) {
    return one.strangers.empty() == other.strangers.empty() && one.others == other.others &&
           one.missing == other.missing && one.unread.empty() == other.unread.empty();
}

} // namespace

group_division division_of(const topology& topology, std::string_view application_id, const topic_layout& layout,
                           const task_assignor& assignor, std::span<const kafka::group_member> members) {
    const auto seen = seen_by(topology, application_id, members);
    std::set<std::string> readable;
    std::set<std::string> subscribed;
    for (auto& topic : input_topics(seen, application_id)) {
        if (!is_found_by_pattern(seen, topic)) subscribed.insert(topic);
        readable.insert(std::move(topic));
    }
    std::vector<topic_partition> group;
    for (const auto& member : members) group.insert(group.end(), member.partitions.begin(), member.partitions.end());

    group_division found;
    std::set<std::string> others;
    std::set<std::string> missing;
    std::set<task_id> tasks;
    for (const auto& member : members) {
        const std::set<std::string> topics(member.topics.begin(), member.topics.end());
        const auto more = difference(topics, readable);
        const auto fewer = topics.empty() ? std::vector<std::string>{} : difference(subscribed, topics);
        if (more.empty() && fewer.empty()) {
            const auto own = assignor.assign(member.partitions, group);
            tasks.insert(own.begin(), own.end());
            continue;
        }
        found.strangers.push_back(member.client_id);
        others.insert(more.begin(), more.end());
        missing.insert(fewer.begin(), fewer.end());
    }
    std::ranges::sort(found.strangers);
    found.others.assign(others.begin(), others.end());
    found.missing.assign(missing.begin(), missing.end());

    std::set<topic_partition> unread;
    for (const sub_topology& part : topology.sub_topologies())
        for (const std::string& topic : input_topics(topology, {part}, application_id)) {
            if (!subscribed.contains(topic)) continue;
            for (std::int32_t partition = 0; partition < layout.partitions.at(topic); ++partition)
                if (!tasks.contains({part.id, partition})) unread.insert({topic, partition});
        }
    found.unread.assign(unread.begin(), unread.end());
    return found;
}

void group_watch::note(const group_division& seen, std::int64_t now) {
    const std::lock_guard lock(mutex_);
    if (is_same(seen, told_))
        untold_.reset();
    else
        untold_ = {seen, untold_ && is_same(seen, untold_->seen) ? untold_->since : now};
    due_.store(untold_ ? untold_->since + lasting.count() : never, std::memory_order_relaxed);
}

std::optional<group_division> group_watch::take_lasting(std::int64_t now) {
    if (now < due_.load(std::memory_order_relaxed)) return std::nullopt;
    const std::lock_guard lock(mutex_);
    if (!untold_ || now < untold_->since + lasting.count()) return std::nullopt;
    due_.store(never, std::memory_order_relaxed);
    told_ = std::move(untold_->seen);
    untold_.reset();
    return told_;
}

void group_watch::tell(std::int64_t now) {
    const auto lasting_division = take_lasting(now);
    if (!lasting_division) return;
    const group_division& seen = *lasting_division;
    if (!seen.strangers.empty()) {
        std::string differences;
        if (!seen.others.empty()) differences += concat(" also ", list_of(seen.others));
        if (!seen.missing.empty())
            differences += concat(differences.empty() ? "" : " and", " not ", list_of(seen.missing));
        log(log_level::warn,
            concat("group ", group_, " has members that read other topics than this topology: ",
                   list_of(seen.strangers), differences.empty() ? "" : concat(" read", differences), "; ",
                   seen.unread.empty() ? "so far none of its own topics is unread"
                                       : concat("this topology does not read ", list_of(seen.unread)),
                   ". Where another application has this application.id, give it another one; where this is an upgrade "
                   "to another topology, it is over once all instances have the same"));
    } else if (!seen.unread.empty()) {
        log(log_level::warn,
            concat("group ", group_, " has given ", list_of(seen.unread),
                   " to no member, and nobody reads them: the member that assigns does not know them. If it stays so, "
                   "see whether the topic exists, and whether all instances may describe it"));
    } else {
        log(log_level::info, concat("all members of group ", group_, " read the same topics, and all of them, again"));
    }
}

} // namespace streams::inline v0
