#include "src/embedded/group.hpp"

#include "src/embedded/range_assignor.hpp"

#include <streams/core/error.hpp>
#include <streams/core/saturation.hpp>

#include <algorithm>
#include <utility>

namespace streams::inline v0::embedded {

group::group(std::string id, settings limits, const clock& time, surroundings around)
    : id_(std::move(id)), limits_(limits), time_(time), around_(std::move(around)) {}

std::string group::join(const std::string& client_id, const std::string& instance_id, std::vector<std::string> topics,
                        std::shared_ptr<signal> wake) {
    const std::lock_guard lock(mutex_);
    expel_late_members();
    auto number = std::to_string(++joined_);
    if (number.size() < 6) number.insert(0, 6 - number.size(), '0');
    const auto member_id = concat(instance_id.empty() ? client_id : instance_id, "-", number);
    member made{.client_id = client_id,
                .instance_id = instance_id,
                .topics = std::move(topics),
                .wake = std::move(wake),
                .last_call = time_.steady_ms()};

    const auto former =
        instance_id.empty() ? members_.end() : std::find_if(members_.begin(), members_.end(), [&](const auto& entry) {
            return entry.second.instance_id == instance_id;
        });
    bool same_assignment = false;
    if (former != members_.end()) {
        auto& before = former->second;
        same_assignment = !rebalancing_; // whatever it subscribes to (KAFKA-12759)
        if (same_assignment) {
            made.at = step::assigned;
            made.partitions = before.partitions;
        }
        replaced_.insert(former->first);
        before.wake->raise();
        members_.erase(former);
    }
    members_.emplace(member_id, std::move(made));
    if (!same_assignment) begin_rebalance();
    return member_id;
}

void group::resubscribe(const std::string& member_id, std::vector<std::string> topics) {
    const std::lock_guard lock(mutex_);
    const auto found = members_.find(member_id);
    if (found == members_.end()) return;
    found->second.topics = std::move(topics);
    begin_rebalance();
}

void group::leave(const std::string& member_id) {
    const std::lock_guard lock(mutex_);
    const auto found = members_.find(member_id);
    if (found == members_.end()) return;
    members_.erase(found);
    begin_rebalance();
}

void group::keep_place(const std::string& member_id) {
    const std::lock_guard lock(mutex_);
    const auto found = members_.find(member_id);
    if (found == members_.end()) return;
    found->second.gone = found->second.keeps_place = true;
    found->second.last_call = time_.steady_ms();
    for (const auto& [id, other] : members_) other.wake->raise(); // their deadline has changed
}

void group::abandon(const std::string& member_id) {
    const std::lock_guard lock(mutex_);
    const auto found = members_.find(member_id);
    if (found == members_.end()) return;
    found->second.gone = true;
    found->second.last_call = time_.steady_ms();
    for (const auto& [id, other] : members_) other.wake->raise(); // their deadline has changed
}

group::answer group::poll(const std::string& member_id) {
    const std::lock_guard lock(mutex_);
    expel_late_members();
    complete_if_ready();
    const auto found = members_.find(member_id);
    if (found == members_.end())
        return {.news = replaced_.contains(member_id) ? answer::kind::replaced : answer::kind::expelled};
    auto& who = found->second;
    who.last_call = time_.steady_ms();
    if (who.at == step::to_revoke) {
        who.at = step::revoking;
        return {answer::kind::rebalance, {kafka::rebalance::event::revoked, who.partitions}, generation_};
    }
    if (who.at == step::assigned) {
        who.at = step::stable;
        return {answer::kind::rebalance, {kafka::rebalance::event::assigned, who.partitions}, generation_};
    }
    return {.generation = generation_};
}

void group::acknowledge_revoked(const std::string& member_id) {
    const std::lock_guard lock(mutex_);
    expel_late_members();
    const auto found = members_.find(member_id);
    if (found == members_.end() || found->second.at != step::revoking) return;
    found->second.at = step::ready;
    found->second.partitions.clear();
    complete_if_ready();
}

std::int64_t group::deadline_of(const member& group_member) const {
    const auto span = group_member.gone ? limits_.session_timeout : limits_.max_poll_interval;
    return detail::add_sat(group_member.last_call, span.count());
}

std::optional<std::int64_t> group::next_deadline() const {
    const std::lock_guard lock(mutex_);
    std::optional<std::int64_t> next;
    for (const auto& [id, one] : members_) next = std::min(next.value_or(deadline_of(one)), deadline_of(one));
    return next;
}

void group::topic_changed(const std::string& topic) {
    const std::lock_guard lock(mutex_);
    const bool concerns = std::any_of(members_.begin(), members_.end(), [&](const auto& entry) {
        const auto& topics = entry.second.topics;
        return std::find(topics.begin(), topics.end(), topic) != topics.end();
    });
    if (concerns) begin_rebalance();
}

void group::expel_late_members() {
    const auto now = time_.steady_ms();
    const auto expelled = std::erase_if(members_, [&](auto& entry) {
        if (now <= deadline_of(entry.second)) return false;
        entry.second.wake->raise();
        return true;
    });
    if (expelled > 0) begin_rebalance();
}

void group::begin_rebalance() {
    rebalancing_ = true;
    for (auto& [id, one] : members_) {
        if (one.keeps_place) {
            if (one.at != step::ready) one.at = step::revoking; // nobody is there to acknowledge it
            continue;
        }
        if (one.at == step::assigned) {
            one.at = step::ready;
            one.partitions.clear();
        }
        if (one.at != step::stable) continue;
        if (one.partitions.empty()) {
            one.at = step::ready;
        } else {
            one.at = step::to_revoke;
            one.wake->raise();
        }
    }
    complete_if_ready();
}

void group::complete_if_ready() {
    if (!rebalancing_) return;
    const bool all_ready = std::all_of(members_.begin(), members_.end(), [](const auto& entry) {
        return entry.second.at == step::ready || (entry.second.gone && !entry.second.keeps_place);
    });
    if (all_ready) assign();
}

void group::assign() {
    around_.store_generation(id_, generation_ + 1); // may throw: then the next who calls tries again
    rebalancing_ = false;
    ++generation_;
    std::vector<subscription> subscriptions;
    std::map<std::string, std::int32_t> counts;
    for (const auto& [id, one] : members_) {
        subscriptions.push_back({id, one.instance_id, one.topics});
        for (const auto& topic : one.topics)
            if (!counts.contains(topic)) counts.emplace(topic, around_.partitions(topic));
    }
    auto ranges = assign_ranges(subscriptions, counts);
    auto range = ranges.begin();
    for (auto& [id, one] : members_) {
        one.partitions = std::move(*range++);
        one.at = step::assigned;
        one.wake->raise();
    }
}

std::optional<kafka::result> group::refuse(const membership& who) const {
    const auto fenced = [&](std::string_view why) {
        return kafka::result(kafka::error_class::fenced, concat("group ", id_, ": ", why));
    };
    if (who.member_id.empty()) {
        if (members_.empty()) return std::nullopt;
        return fenced("offsets were not committed, because the group has members and the consumer is none of them; "
                      "subscribe, or use a group of its own");
    }
    if (replaced_.contains(who.member_id))
        return fenced(concat("offsets were not committed, because another member with group.instance.id ",
                             who.instance_id, " took the place of ", who.member_id,
                             "; give each process its own id, and its own state.dir"));
    if (!members_.contains(who.member_id))
        return fenced(concat("offsets were not committed, because ", who.member_id,
                             " was expelled for not polling within ", limits_.max_poll_interval.count(),
                             " ms; poll more often or raise max.poll.interval.ms"));
    if (who.generation != generation_)
        return fenced(concat("offsets were not committed, because they are of generation ", who.generation,
                             " and the group is in ", generation_, "; its partitions were given away"));
    return std::nullopt;
}

kafka::result group::commit(const membership& who, std::span<const kafka::committed_offset> offsets) {
    const std::lock_guard lock(mutex_);
    expel_late_members();
    if (auto refused = refuse(who)) return *refused;
    around_.store_offsets(id_, offsets);
    for (const auto& one : offsets) offsets_.insert_or_assign(one.partition, one);
    return {};
}

kafka::result group::hold(const membership& who, std::span<const kafka::committed_offset> offsets,
                          std::int64_t producer) {
    const std::lock_guard lock(mutex_);
    expel_late_members();
    if (auto refused = refuse(who)) return *refused;
    auto& held = held_[producer];
    for (const auto& one : offsets) held.insert_or_assign(one.partition, one);
    return {};
}

void group::release(std::int64_t producer, bool commit) {
    const std::lock_guard lock(mutex_);
    const auto found = held_.find(producer);
    if (found == held_.end()) return;
    if (commit)
        for (auto& [partition, offset] : found->second) offsets_.insert_or_assign(partition, std::move(offset));
    held_.erase(found);
}

bool group::holds(std::span<const topic_partition> partitions) const {
    const std::lock_guard lock(mutex_);
    return std::any_of(held_.begin(), held_.end(), [&](const auto& entry) {
        return std::any_of(partitions.begin(), partitions.end(),
                           [&](const auto& one) { return entry.second.contains(one); });
    });
}

std::vector<kafka::committed_offset> group::committed(std::span<const topic_partition> partitions) const {
    const std::lock_guard lock(mutex_);
    std::vector<kafka::committed_offset> found;
    for (const auto& one : partitions)
        if (const auto at = offsets_.find(one); at != offsets_.end()) found.push_back(at->second);
    return found;
}

std::vector<kafka::committed_offset> group::all_committed() const {
    const std::lock_guard lock(mutex_);
    std::vector<kafka::committed_offset> all;
    for (const auto& [partition, offset] : offsets_) all.push_back(offset);
    return all;
}

kafka::result group::assigned(const membership& who, std::vector<kafka::group_member>& found) const {
    const std::lock_guard lock(mutex_);
    if (rebalancing_ || who.generation != generation_ || !members_.contains(who.member_id))
        return {kafka::error_class::fenced, concat("group ", id_, ": generation ", who.generation, " is over")};
    for (const auto& [id, one] : members_)
        found.push_back({one.client_id, one.partitions, one.topics, id, id == who.member_id});
    return {};
}

void group::forget_offsets(const std::string& topic) {
    const std::lock_guard lock(mutex_);
    const auto of_topic = [&](const auto& entry) { return entry.first.topic == topic; };
    std::erase_if(offsets_, of_topic);
    for (auto& [producer, offsets] : held_) std::erase_if(offsets, of_topic);
}

void group::restore_offset(kafka::committed_offset offset) {
    const std::lock_guard lock(mutex_);
    offsets_.insert_or_assign(offset.partition, std::move(offset));
}

void group::restore_generation(std::int32_t generation) {
    const std::lock_guard lock(mutex_);
    generation_ = generation;
}

std::int32_t group::generation() const {
    const std::lock_guard lock(mutex_);
    return generation_;
}

std::size_t group::members() const {
    const std::lock_guard lock(mutex_);
    return members_.size();
}

} // namespace streams::inline v0::embedded
