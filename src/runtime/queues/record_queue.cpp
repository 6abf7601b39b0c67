#include "src/runtime/queues/record_queue.hpp"

#include "src/core/owned_records.hpp"

#include <algorithm>
#include <span>

namespace streams::inline v0 {

void record_queue::add(kafka::record_batch batch) {
    if (batch.records().empty()) return;
    size_ += batch.records().size();
    read_to_ = batch.records().back().offset + 1;
    batches_.push_back({std::move(batch)});
    if (!head_) find_head();
}

const record_view& record_queue::take() {
    const record_view& taken = *head_;
    partition_time_ = std::max(partition_time_, head_timestamp_);
    if (head_timestamp_ >= 0) taken_timestamps_.add(head_timestamp_); // else it did not decode
    skip();
    find_head();
    return taken;
}

void record_queue::release() {
    for (; finished_ > 0; --finished_) {
        waiting_bytes_ -= batches_.front().bytes;
        batches_.pop_front();
        if (owned_ > 0) --owned_;
        if (seen_ > 0) --seen_;
    }
}

void record_queue::keep_waiting() {
    release();
    for (; owned_ < seen_; ++owned_) own(owned_);
    for (; seen_ < batches_.size(); ++seen_) {
        entry& arrived = batches_[seen_];
        arrived.bytes = memory_of(arrived.batch.records());
        waiting_bytes_ += arrived.bytes;
    }
}

void record_queue::own(std::size_t at) {
    entry& waiting = batches_[at];
    // Only the first batch may have been read in part.
    const auto left = at == 0 && next_ != nullptr ? std::span(next_, end_) : waiting.batch.records();
    auto copy = copy_of(left);
    waiting_bytes_ -= waiting.bytes;
    waiting.bytes = memory_of(copy.records);
    waiting_bytes_ += waiting.bytes;
    waiting.batch = kafka::record_batch(partition_, std::move(copy.records), std::move(copy.memory));
    if (at != 0 || next_ == nullptr) return;
    const auto records = waiting.batch.records();
    next_ = records.data();
    end_ = next_ + records.size();
    if (head_) head_ = next_;
}

std::optional<std::int64_t> record_queue::next_offset() const noexcept {
    if (head_) return head_->offset;
    return after_last_;
}

void record_queue::skip() noexcept {
    after_last_ = next_->offset + 1;
    ++next_;
    --size_;
    head_ = nullptr;
}

void record_queue::find_head() {
    for (;;) {
        if (next_ == end_) {
            if (next_ != nullptr) ++finished_;
            next_ = end_ = nullptr;
            if (finished_ == batches_.size()) return;
            const auto records = batches_[finished_].batch.records();
            next_ = records.data();
            end_ = next_ + records.size();
        }
        try {
            head_timestamp_ = source_.timestamp_of(*next_, partition_time_);
            if (head_timestamp_ >= 0) {
                head_ = next_;
                return;
            }
            rejected_.invalid_timestamp(*this, *next_);
        } catch (const undecodable&) {
            // Its turn comes at once, and is where the handler is asked: what it has written has to belong to a commit.
            head_timestamp_ = partition_time_;
            head_ = next_;
            return;
        } catch (const std::exception& cause) {
            rejected_.untimed_head(*this, *next_, cause);
        }
        skip();
    }
}

} // namespace streams::inline v0
