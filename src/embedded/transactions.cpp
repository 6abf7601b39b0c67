#include "src/embedded/transactions.hpp"

#include <streams/core/error.hpp>
#include <streams/core/saturation.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace streams::inline v0::embedded {

using kafka::error_class;
using kafka::result;

namespace {

std::int64_t number(const std::string& text) {
    std::int64_t parsed = 0;
    std::from_chars(text.data(), text.data() + text.size(), parsed);
    return parsed;
}

/// What pack made, field by field.
class packed_fields {
public:
    explicit packed_fields(std::string_view packed) : fields_(unpack(packed)) {}
    [[nodiscard]] const std::string& text() { return fields_.at(at_++); }
    [[nodiscard]] std::int64_t integer() { return number(text()); }

private:
    std::vector<std::string> fields_;
    std::size_t at_ = 0;
};

} // namespace

std::string transactions::aborted_key(const topic_partition& in, std::int64_t last) {
    return concat("aborted/", to_string(in), '/', last);
}

producer_stamp transactions::take_over(const std::string& id, std::chrono::milliseconds timeout) {
    const std::lock_guard lock(mutex_);
    auto& one = by_id_.try_emplace(id, transaction{.id = id}).first->second;
    one.timeout = timeout.count() > 0 ? timeout : timeout_;
    if (one.at != phase::none) finish(one, one.at == phase::committing);
    replace_owner(one);
    return one.owner;
}

void transactions::replace_owner(transaction& one) {
    if (one.owner.id < 0 || one.owner.epoch == std::numeric_limits<std::int16_t>::max())
        one.owner = {.id = next_producer_++, .epoch = -1};
    ++one.owner.epoch;
    write(one);
}

transactions::transaction* transactions::find(const std::string& id, producer_stamp who, result& refused) {
    const auto found = by_id_.find(id);
    if (found != by_id_.end() && found->second.owner.id == who.id && found->second.owner.epoch == who.epoch)
        return &found->second;
    refused = {error_class::fenced, concat("another producer has taken over transactional.id ", id,
                                           ", or its transaction was open for longer than ",
                                           (found == by_id_.end() ? timeout_ : found->second.timeout).count(),
                                           " ms; give each producer its own, and start it again")};
    return nullptr;
}

void transactions::begin(transaction& one) {
    if (one.at == phase::open) return;
    one.at = phase::open;
    ++open_;
    one.deadline = detail::add_sat(time_.steady_ms(), one.timeout.count());
}

void transactions::finish_decided(transaction& one) {
    if (one.at == phase::committing) finish(one, true);
}

result transactions::append(const std::string& id, producer_stamp who, partition_log& to, frame_source record,
                            std::int64_t& offset) {
    const std::lock_guard lock(mutex_);
    result refused;
    auto* const one = find(id, who, refused);
    if (one == nullptr) return refused;
    finish_decided(*one);
    begin(*one);
    if (one->partitions.try_emplace(to.name(), to.end()).second) write(*one);
    record.producer = who;
    record.flags |= static_cast<std::uint16_t>(frame_flag::transactional);
    offset = to.append(record);
    return {};
}

result transactions::add_offsets(const std::string& id, producer_stamp who, const membership& member,
                                 std::span<const kafka::committed_offset> offsets) {
    const std::lock_guard lock(mutex_);
    result refused;
    auto* const one = find(id, who, refused);
    if (one == nullptr) return refused;
    finish_decided(*one);
    if (auto held = around_.find_group(member.group_id)->hold(member, offsets, who.id); !held)
        return {error_class::abortable, held.reason()};
    begin(*one);
    auto& group_offsets = one->offsets[member.group_id];
    group_offsets.insert(group_offsets.end(), offsets.begin(), offsets.end());
    return {};
}

result transactions::end(const std::string& id, producer_stamp who, bool commit) {
    const std::lock_guard lock(mutex_);
    result refused;
    auto* const one = find(id, who, refused);
    if (one == nullptr) return refused;
    const bool decided = one->at == phase::committing;
    finish_decided(*one);
    if (decided && !commit)
        return {error_class::fatal, concat("aborting the transaction of ", id,
                                           ": it was decided that it is committed, and it is now; begin another")};
    if (one->at == phase::open) finish(*one, commit);
    return {};
}

void transactions::finish(transaction& one, bool commit) {
    if (commit) {
        if (around_.write) {
            transaction decided = one;
            decided.at = phase::committing;
            std::vector<journal::change> decision{change_of(decided)};
            for (const auto& [group, offsets] : one.offsets)
                for (const auto& offset : offsets) decision.push_back(around_.offset_change(group, offset));
            around_.write(decision);
        }
        one.at = phase::committing;
    }
    write_markers(one, commit);
    for (const auto& [group, offsets] : one.offsets) around_.find_group(group)->release(one.owner.id, commit);
    transaction ended{.id = one.id, .owner = one.owner, .timeout = one.timeout, .deadline = one.deadline};
    write(ended); // where it throws, the decision stands
    one = std::move(ended);
    --open_;
}

void transactions::write_markers(const transaction& one, bool commit) {
    std::vector<journal::change> aborted;
    for (const auto& [partition, first] : one.partitions) {
        const auto log = around_.find_log(partition);
        if (!log) continue;
        const auto ended = log->end_transaction(one.owner.id, one.owner.epoch, first, commit);
        if (commit || !around_.write) continue;
        const std::array<std::string, 5> fields{partition.topic, std::to_string(partition.partition),
                                                std::to_string(ended.producer), std::to_string(ended.first),
                                                std::to_string(ended.last)};
        aborted.emplace_back(aborted_key(partition, ended.last), pack(fields));
    }
    if (!aborted.empty()) around_.write(aborted);
}

void transactions::end_late() {
    if (open_ == 0) return;
    const std::lock_guard lock(mutex_);
    const auto now = time_.steady_ms();
    for (auto& [id, one] : by_id_) {
        if (one.at != phase::open || now < one.deadline) continue;
        finish(one, false);
        replace_owner(one);
    }
}

std::optional<std::int64_t> transactions::next_deadline() const {
    if (open_ == 0) return std::nullopt;
    const std::lock_guard lock(mutex_);
    std::optional<std::int64_t> next;
    for (const auto& [id, one] : by_id_)
        if (one.at == phase::open) next = std::min(next.value_or(one.deadline), one.deadline);
    return next;
}

void transactions::write(const transaction& one) const {
    if (around_.write) around_.write(std::array{change_of(one)});
}

journal::change transactions::change_of(const transaction& one) const {
    std::vector<std::string> fields{one.id, std::to_string(one.owner.id), std::to_string(one.owner.epoch),
                                    std::to_string(static_cast<int>(one.at)), std::to_string(one.partitions.size())};
    for (const auto& [partition, first] : one.partitions) {
        fields.push_back(partition.topic);
        fields.push_back(std::to_string(partition.partition));
        fields.push_back(std::to_string(first));
    }
    return {key_of(one.id), pack(fields)};
}

void transactions::restore(std::string_view packed) {
    packed_fields fields(packed);
    transaction one{.id = fields.text()};
    one.owner.id = fields.integer();
    one.owner.epoch = static_cast<std::int16_t>(fields.integer());
    one.at = static_cast<phase>(fields.integer());
    for (auto left = fields.integer(); left > 0; --left) {
        topic_partition partition{fields.text()};
        partition.partition = static_cast<std::int32_t>(fields.integer());
        one.partitions.emplace(std::move(partition), fields.integer());
    }
    const std::lock_guard lock(mutex_);
    next_producer_ = std::max(next_producer_, one.owner.id + 1);
    if (one.at != phase::none) ++open_;
    by_id_.insert_or_assign(one.id, std::move(one));
}

void transactions::finish_restored() {
    const std::lock_guard lock(mutex_);
    for (auto& [id, one] : by_id_)
        if (one.at != phase::none) finish(one, one.at == phase::committing);
}

} // namespace streams::inline v0::embedded
