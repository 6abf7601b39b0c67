#include "src/embedded/consumer.hpp"

#include "src/embedded/outcome.hpp"

#include <streams/core/error.hpp>
#include <streams/core/log.hpp>
#include <streams/core/saturation.hpp>

#include <algorithm>
#include <exception>

namespace streams::inline v0::embedded {

using kafka::error_class;
using kafka::result;

consumer::consumer(std::shared_ptr<cluster> cluster, kafka::consumer_options options)
    : cluster_(std::move(cluster)), options_(std::move(options)),
      wake_(std::make_shared<signal>(cluster_->time(), "records for " + options_.client_id)) {
    self_.group_id = options_.group_id;
    self_.instance_id = options_.group_instance_id;
}

consumer::~consumer() {
    if (group_ && !closed_) group_->abandon(self_.member_id);
}

result consumer::subscribe(std::span<const std::string> topics) {
    if (options_.group_id.empty())
        return {error_class::fatal,
                "a consumer without a group cannot subscribe; give it a group id, or assign partitions"};
    return attempt([&] {
        topics_.assign(topics.begin(), topics.end());
        note_missing_topics();
        if (group_) return group_->resubscribe(self_.member_id, topics_);
        group_ = cluster_->group_of(options_.group_id);
        self_.member_id = group_->join(options_.client_id, options_.group_instance_id, topics_, wake_);
    });
}

result consumer::assign(std::span<const std::pair<topic_partition, std::int64_t>> partitions) {
    if (group_) return {error_class::fatal, "a consumer that has subscribed cannot assign; use another one"};
    begin_reading(partitions, false);
    return {};
}

void consumer::note_missing_topics() {
    for (const auto& name : topics_)
        if (!cluster_->find(name)) missing_.push_back(name);
}

result consumer::known(const topic_partition& partition) const {
    const auto topic = cluster_->find(partition.topic);
    if (!topic) return unknown_topic(partition.topic);
    if (partition.partition < 0 || static_cast<std::size_t>(partition.partition) >= topic->logs.size())
        return unknown_partition(partition.topic, partition.partition, topic->logs.size());
    return {};
}

std::int64_t consumer::end_of(const partition_log& log) const {
    return options_.read_committed ? log.stable_end() : log.end();
}

void consumer::begin_reading(std::span<const std::pair<topic_partition, std::int64_t>> partitions, bool paused) {
    std::vector<reading> next;
    for (const auto& [partition, offset] : partitions) {
        auto topic = cluster_->find(partition.topic);
        const auto at = static_cast<std::size_t>(partition.partition);
        if (!topic || partition.partition < 0 || at >= topic->logs.size()) {
            unreported_.push_back(known(partition));
            continue;
        }
        auto log = topic->logs[at];
        next.push_back({.partition = partition,
                        .topic = std::move(topic),
                        .reader = log_reader(std::move(log), offset, options_.read_committed),
                        .paused = paused});
    }
    readings_ = std::move(next);
    first_ = 0;
}

kafka::poll_result consumer::poll(kafka::milliseconds timeout, std::size_t max_records) {
    auto& time = cluster_->time();
    const auto deadline = time.after(timeout);
    for (;;) {
        kafka::poll_result found;
        if (closed_) {
            found.errors.emplace_back(error_class::fatal, "the consumer is closed; make a new one");
            return found;
        }
        wake_->reset();
        found.errors = std::exchange(unreported_, {});
        found.missing_topics = std::exchange(missing_, {});
        try {
            cluster_->transactional().end_late();
            hear_group(found);
            if (found.rebalances.empty() && found.errors.empty()) read(max_records, found);
        } catch (const std::exception& failed) {
            found.errors.emplace_back(error_class::fatal, failed.what());
        }
        if (!found.rebalances.empty() || !found.batches.empty() || !found.errors.empty() ||
            !found.out_of_range.empty() || !found.missing_topics.empty())
            return found;
        if (woken_.exchange(false) || time.steady_ms() >= deadline) return found;
        if (arrange_wake_up()) wait_until(deadline);
    }
}

void consumer::wakeup() {
    woken_ = true;
    wake_->raise();
}

void consumer::hear_group(kafka::poll_result& found) {
    if (!group_) return;
    if (replaced_) {
        found.errors.emplace_back(error_class::fenced,
                                  concat("group ", options_.group_id, ": another member with group.instance.id ",
                                         options_.group_instance_id, " took this one's place"));
        return;
    }
    if (expelled_) {
        self_.member_id = group_->join(options_.client_id, options_.group_instance_id, topics_, wake_);
        self_.generation = -1;
        expelled_ = false;
    }
    auto heard = group_->poll(self_.member_id);
    using kind = group::answer::kind;
    if (heard.news == kind::nothing) return;
    if (heard.news == kind::rebalance) {
        self_.generation = heard.generation;
        owned_ = heard.event.partitions;
        if (heard.event.kind == kafka::rebalance::event::assigned) note_missing_topics();
        found.rebalances.push_back(std::move(heard.event));
        return;
    }
    expelled_ = heard.news == kind::expelled;
    replaced_ = heard.news == kind::replaced;
    if (owned_.empty()) return hear_group(found);
    found.rebalances.push_back({kafka::rebalance::event::lost, std::exchange(owned_, {})});
}

void consumer::read(std::size_t max_records, kafka::poll_result& found) {
    const auto count = readings_.size();
    if (count == 0 || max_records == 0) return;
    auto left = max_records;
    const auto share = std::max<std::size_t>(1, max_records / count);
    std::vector<reading*> has_more;
    for (std::size_t turn = 0; turn < count && left > 0; ++turn) {
        auto& from = readings_[(first_ + turn) % count];
        const auto wanted = std::min(share, left);
        const auto taken = read_one(from, wanted, found);
        left -= taken;
        if (taken == wanted) has_more.push_back(&from);
    }
    // What the others had no use for.
    for (auto* from : has_more) {
        if (left == 0) break;
        left -= read_one(*from, left, found);
    }
    first_ = (first_ + 1) % count;
}

std::size_t consumer::read_one(reading& from, std::size_t most, kafka::poll_result& found) {
    if (from.paused || from.failed) return 0;
    if (from.topic->outdated && !look_up(from)) {
        from.failed = true;
        if (group_)
            found.missing_topics.push_back(from.partition.topic);
        else
            found.errors.push_back(unknown_topic(from.partition.topic));
        return 0;
    }
    from.known_end = end_of(*from.reader.log());
    from.known_high_watermark = from.reader.log()->end();
    std::vector<record_view> records;
    if (const auto available = *from.known_end - from.reader.position(); available > 0)
        records.reserve(std::min(most, static_cast<std::size_t>(available)));
    std::shared_ptr<const void> memory;
    try {
        const auto outcome = from.reader.read(most, records, memory);
        if (outcome == log_reader::outcome::records) {
            const auto taken = records.size();
            from.started = true;
            found.batches.emplace_back(from.partition, std::move(records), std::move(memory));
            return taken;
        }
        if (outcome == log_reader::outcome::nothing) {
            from.started = from.started || from.reader.position() >= *from.known_end;
            return 0;
        }
        from.failed = true;
        found.out_of_range.push_back(from.partition);
    } catch (const std::exception& failed) {
        from.failed = true;
        found.errors.emplace_back(error_class::fatal, concat(to_string(from.partition), ": ", failed.what()));
    }
    return 0;
}

bool consumer::look_up(reading& from) const {
    auto now = cluster_->find(from.partition.topic);
    const auto at = static_cast<std::size_t>(from.partition.partition);
    if (!now || at >= now->logs.size() || now->logs[at] != from.reader.log()) return false;
    from.topic = std::move(now);
    return true;
}

bool consumer::arrange_wake_up() {
    for (const auto& one : readings_)
        if (!one.paused && !one.failed &&
            !one.reader.log()->wake_at_append(wake_, one.reader.position(), options_.read_committed))
            return false;
    return true;
}

void consumer::wait_until(std::int64_t deadline) {
    const auto& time = cluster_->time();
    if (const auto due = cluster_->transactional().next_deadline())
        deadline = std::min(deadline, detail::add_sat(*due, 1));
    if (group_) {
        if (const auto due = group_->next_deadline()) deadline = std::min(deadline, detail::add_sat(*due, 1));
        deadline = std::min(deadline, time.after(cluster_->group_limits().max_poll_interval / 3));
    }
    wake_->wait_until(std::max(deadline, time.steady_ms() + 1));
}

result consumer::acknowledge(const kafka::rebalance& change,
                             std::span<const std::pair<topic_partition, std::int64_t>> positions, bool paused) {
    return attempt([&]() -> result {
        if (change.kind == kafka::rebalance::event::assigned) {
            begin_reading(positions, paused);
            return {};
        }
        readings_.clear();
        owned_.clear();
        if (change.kind == kafka::rebalance::event::revoked && group_) group_->acknowledge_revoked(self_.member_id);
        return {};
    });
}

consumer::reading* consumer::find(const topic_partition& partition) {
    const auto found = std::find_if(readings_.begin(), readings_.end(),
                                    [&](const reading& one) { return one.partition == partition; });
    return found == readings_.end() ? nullptr : &*found;
}

void consumer::set_paused(std::span<const topic_partition> partitions, bool paused) {
    for (const auto& partition : partitions)
        if (auto* const one = find(partition)) one->paused = paused;
}

result consumer::pause(std::span<const topic_partition> partitions) {
    set_paused(partitions, true);
    return {};
}

result consumer::resume(std::span<const topic_partition> partitions) {
    set_paused(partitions, false);
    return {};
}

result consumer::seek(const topic_partition& partition, std::int64_t offset) {
    auto* const one = find(partition);
    if (one == nullptr) return {error_class::fatal, concat(to_string(partition), " is not assigned to this consumer")};
    one->reader.seek(offset);
    one->started = false;
    one->failed = false;
    return {};
}

std::optional<std::int64_t> consumer::position(const topic_partition& partition) {
    const auto* const one = find(partition);
    return one == nullptr || !one->started ? std::nullopt : std::optional(one->reader.position());
}

std::optional<std::int64_t> consumer::known_end(const topic_partition& partition) {
    const auto* const one = find(partition);
    return one == nullptr ? std::nullopt : one->known_end;
}

std::optional<std::int64_t> consumer::known_high_watermark(const topic_partition& partition) {
    const auto* const one = find(partition);
    return one == nullptr ? std::nullopt : one->known_high_watermark;
}

result consumer::commit(std::span<const kafka::committed_offset> offsets, kafka::milliseconds) {
    if (options_.group_id.empty())
        return {error_class::fatal, "a consumer without a group cannot commit; give it a group id"};
    return attempt([&]() -> result {
        std::vector<kafka::committed_offset> accepted;
        for (const auto& one : offsets) {
            if (known(one.partition))
                accepted.push_back(one);
            else
                missing_.push_back(one.partition.topic);
        }
        return cluster_->group_of(options_.group_id)->commit(self_, accepted);
    });
}

result consumer::committed(std::span<const topic_partition> partitions, std::vector<kafka::committed_offset>& found,
                           kafka::milliseconds) {
    if (options_.group_id.empty())
        return {error_class::fatal, "a consumer without a group has no committed offsets; give it a group id"};
    return attempt([&]() -> result {
        const auto group = cluster_->group_of(options_.group_id);
        if (options_.read_committed && group->holds(partitions))
            return {error_class::retriable, concat("group ", options_.group_id,
                                                   ": a transaction that is open holds offsets; "
                                                   "ask again when it has ended")};
        for (auto& one : group->committed(partitions)) found.push_back(std::move(one));
        return {};
    });
}

result consumer::bounds(const topic_partition& partition, kafka::log_bounds& found, kafka::milliseconds) {
    if (auto unknown = known(partition); !unknown) return {error_class::retriable, unknown.reason()};
    const auto log = cluster_->find_log(partition);
    if (!log) return {error_class::retriable, concat(to_string(partition), " has just been removed")};
    found = {log->start(), end_of(*log)};
    return {};
}

result consumer::group_members(std::vector<kafka::group_member>& found, kafka::milliseconds) {
    if (!group_) return {error_class::fatal, "a consumer that has not subscribed is in no group; subscribe first"};
    return attempt([&] { return group_->assigned(self_, found); });
}

kafka::group_metadata consumer::group() {
    if (self_.member_id.empty()) return {};
    return {std::make_shared<membership>(self_)};
}

std::optional<std::int32_t> consumer::generation() {
    return group_ && self_.generation >= 0 ? std::optional(self_.generation) : std::nullopt;
}

void consumer::leave() {
    if (closed_ || !group_) return;
    readings_.clear();
    try {
        std::exchange(group_, nullptr)->leave(self_.member_id);
    } catch (const std::exception& failed) {
        log(log_level::warn,
            concat("group ", options_.group_id, ": ", self_.member_id, " cannot leave: ", failed.what()));
    }
}

void consumer::close() {
    if (closed_) return;
    if (options_.group_instance_id.empty())
        leave();
    else if (group_)
        group_->keep_place(self_.member_id);
    closed_ = true;
    readings_.clear();
}

} // namespace streams::inline v0::embedded
