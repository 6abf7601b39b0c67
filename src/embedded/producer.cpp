#include "src/embedded/producer.hpp"

#include "src/embedded/outcome.hpp"

#include <streams/core/error.hpp>
#include <streams/core/partitioner.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace streams::inline v0::embedded {

using kafka::error_class;
using kafka::result;

namespace {

// Records without a key stay on a partition for as much as Kafka's default batch.size.
constexpr std::size_t sticky_batch_bytes = 16'384;

result is_fenced(const std::string& id) {
    return {error_class::fenced,
            concat("transactional.id ", id, " belongs to another producer now; give each its own")};
}

} // namespace

producer::producer(std::shared_ptr<cluster> cluster, kafka::producer_options options)
    : cluster_(std::move(cluster)), options_(std::move(options)) {}

std::int32_t producer::open(std::string_view topic, bool offsets_wanted) {
    const auto known = std::find_if(destinations_.begin(), destinations_.end(),
                                    [&](const destination& one) { return one.name == topic; });
    if (known == destinations_.end()) {
        destinations_.push_back({.name = std::string(topic), .offsets_wanted = offsets_wanted});
        return static_cast<std::int32_t>(destinations_.size()) - 1;
    }
    known->offsets_wanted = known->offsets_wanted || offsets_wanted;
    return static_cast<std::int32_t>(known - destinations_.begin());
}

bool producer::look_up(destination& target) const {
    if (target.to && !target.to->outdated.load(std::memory_order_relaxed)) return true;
    const auto before = std::exchange(target.to, cluster_->find(target.name));
    const bool widened = before && target.to && before->logs.front() == target.to->logs.front();
    if (!widened) target.last.clear();
    target.last.resize(target.to ? target.to->logs.size() : 0);
    target.sticky_partition = target.sticky_bytes = 0;
    return target.to != nullptr;
}

std::int32_t producer::partitions(std::int32_t topic, kafka::milliseconds) {
    auto& target = destinations_[static_cast<std::size_t>(topic)];
    return look_up(target) ? static_cast<std::int32_t>(target.to->logs.size()) : 0;
}

std::size_t producer::place(destination& at, const kafka::producer_record& record) {
    const auto count = at.to->logs.size();
    if (record.partition) return static_cast<std::size_t>(*record.partition);
    if (record.key) return static_cast<std::size_t>(partition_of(*record.key, static_cast<std::int32_t>(count)));
    if (at.sticky_bytes >= sticky_batch_bytes) {
        at.sticky_partition = (at.sticky_partition + 1) % count;
        at.sticky_bytes = 0;
    }
    at.sticky_bytes += record.value ? record.value->size() : 1;
    return at.sticky_partition;
}

result producer::append(const kafka::producer_record& record) {
    if (closed_) return {error_class::fatal, "the producer is closed; make a new one"};
    if (!options_.transactional_id.empty() && at_ != phase::in_transaction)
        return refuse_transaction(phase::in_transaction, "writing a record");
    auto& at = destinations_[static_cast<std::size_t>(record.topic)];
    if (!look_up(at)) {
        fail(at, record.partition.value_or(-1), record, unknown_topic(at.name));
        failures_.back().of_topic = true;
        return {};
    }
    const auto partition = place(at, record);
    const auto number = static_cast<std::int32_t>(partition);
    if (partition >= at.to->logs.size()) {
        fail(at, number, record, unknown_partition(at.name, number, at.to->logs.size()));
        failures_.back().of_topic = true;
        return {};
    }
    std::int64_t offset = -1;
    auto written = attempt([&] {
        return write(*at.to->logs[partition],
                     {.timestamp = record.timestamp >= 0 ? record.timestamp : cluster_->time().wall_ms(),
                      .key = record.key,
                      .value = record.value,
                      .headers = record.headers},
                     offset);
    });
    if (!written)
        fail(at, number, record, std::move(written));
    else if (at.offsets_wanted)
        at.last[partition] = offset;
    return {};
}

result producer::write(partition_log& to, const frame_source& record, std::int64_t& offset) {
    if (at_ != phase::in_transaction) {
        offset = to.append(record);
        return {};
    }
    return cluster_->transactional().append(options_.transactional_id, stamp_, to, record, offset);
}

void producer::fail(const destination& at, std::int32_t partition, const kafka::producer_record& record, result why) {
    if (at_ == phase::in_transaction) at_ = why.kind() == error_class::fenced ? phase::fenced : phase::to_abort;
    failures_.push_back(kafka::failure_of({at.name, partition}, record, std::move(why)));
}

void producer::poll(kafka::milliseconds) {}

result producer::flush(kafka::milliseconds) { return {}; }

std::vector<kafka::delivery_failure> producer::take_failures() { return std::exchange(failures_, {}); }

std::optional<std::int64_t> producer::last_offset(std::int32_t topic, std::int32_t partition) {
    const auto& target = destinations_[static_cast<std::size_t>(topic)];
    const auto at = static_cast<std::size_t>(partition);
    return at < target.last.size() ? target.last[at] : std::nullopt;
}

result producer::refuse_transaction(phase wanted, std::string_view doing) const {
    if (closed_) return {error_class::fatal, "the producer is closed; make a new one"};
    if (options_.transactional_id.empty())
        return {error_class::fatal,
                "the producer has no transactional.id: it cannot run transactions; make it with one"};
    if (at_ == wanted) return {};
    if (at_ == phase::fenced) return is_fenced(options_.transactional_id);
    if (at_ == phase::to_abort)
        return {error_class::abortable, concat(doing, ": the transaction has failed; abort it, and begin another")};
    constexpr std::array<std::string_view, 3> remedies{"init_transactions", "begin_transaction", "commit or abort"};
    return {error_class::fatal,
            concat(doing, ": not now; call ", remedies.at(static_cast<std::size_t>(at_)), " first")};
}

result producer::init_transactions(kafka::milliseconds) {
    if (auto refused = refuse_transaction(phase::not_started, "starting transactions"); !refused) return refused;
    return attempt([&] {
        stamp_ = cluster_->transactional().take_over(options_.transactional_id, options_.transaction_timeout);
        at_ = phase::ready;
    });
}

result producer::begin_transaction() {
    if (auto refused = refuse_transaction(phase::ready, "beginning a transaction"); !refused) return refused;
    at_ = phase::in_transaction;
    return {};
}

result producer::send_offsets(std::span<const kafka::committed_offset> offsets, const kafka::group_metadata& group,
                              kafka::milliseconds) {
    if (auto refused = refuse_transaction(phase::in_transaction, "sending offsets"); !refused) return refused;
    if (offsets.empty()) return {};
    if (!group.handle)
        return {error_class::fatal, "sending offsets: no group is given; take it from the group's consumer"};
    const auto& member = *static_cast<const membership*>(group.handle.get());
    auto answer = attempt(
        [&] { return cluster_->transactional().add_offsets(options_.transactional_id, stamp_, member, offsets); });
    if (!answer && answer.kind() == error_class::abortable) at_ = phase::to_abort;
    if (!answer && answer.kind() == error_class::fenced) at_ = phase::fenced;
    return answer;
}

result producer::end_transaction(bool commit) {
    auto answer = attempt([&] { return cluster_->transactional().end(options_.transactional_id, stamp_, commit); });
    if (answer)
        at_ = phase::ready;
    else if (answer.kind() == error_class::fenced)
        at_ = phase::fenced;
    return answer;
}

result producer::commit_transaction(kafka::milliseconds) {
    if (auto refused = refuse_transaction(phase::in_transaction, "committing the transaction"); !refused)
        return refused;
    return end_transaction(true);
}

result producer::abort_transaction(kafka::milliseconds) {
    if (at_ != phase::to_abort)
        if (auto refused = refuse_transaction(phase::in_transaction, "aborting the transaction"); !refused)
            return refused;
    return end_transaction(false);
}

void producer::close() { closed_ = true; }

} // namespace streams::inline v0::embedded
