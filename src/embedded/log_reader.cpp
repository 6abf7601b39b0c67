#include "src/embedded/log_reader.hpp"

#include <algorithm>
#include <deque>

namespace streams::inline v0::embedded {

namespace {

/// The memory of a batch whose records have headers.
struct with_headers {
    std::shared_ptr<memory_block> frames;
    std::deque<streams::headers> decoded;
};

} // namespace

void log_reader::seek(std::int64_t offset) {
    next_ = offset;
    place_ = {};
}

log_reader::outcome log_reader::read(std::size_t most, std::vector<record_view>& records,
                                     std::shared_ptr<const void>& memory) {
    if (next_ < log_->start()) return outcome::before_start;
    if (next_ > log_->end()) return outcome::beyond_end;
    const auto end = committed_ ? log_->stable_end() : log_->end();
    if (next_ >= end || most == 0) return outcome::nothing;
    if (committed_) aborted_ = log_->aborted_from(next_);
    if (!place_.in) {
        place_ = log_->find(next_);
        // What followed may have been compacted away, up to a segment that begins further on.
        next_ = std::max(next_, place_.in->base());
    }
    while (take(end, most, records, memory)) {
        place_ = log_->after(*place_.in);
        next_ = std::max(next_, place_.in->base());
    }
    return records.empty() ? outcome::nothing : outcome::records;
}

bool log_reader::take(std::int64_t end, std::size_t most, std::vector<record_view>& records,
                      std::shared_ptr<const void>& memory) {
    const auto limit = place_.in->published();
    const std::byte* const frames = place_.memory->data();
    std::shared_ptr<with_headers> headers;
    bool at_segment_end = false;
    while (place_.position < limit && records.size() < most) {
        const auto at = read_frame(frames + place_.position);
        at_segment_end = at.has(frame_flag::segment_end);
        // A frame is in its segment a moment before it is in the log.
        if (at_segment_end || at.offset >= end) break;
        place_.position += at.size;
        if (at.offset < next_) continue;
        next_ = at.offset + 1;
        if (at.has(frame_flag::control) || is_aborted(at, aborted_)) continue;
        const streams::headers* decoded = nullptr;
        if (at.has(frame_flag::has_headers)) {
            if (!headers) headers = std::make_shared<with_headers>(with_headers{place_.memory, {}});
            decoded = &headers->decoded.emplace_back(decode_headers(at.encoded_headers));
        }
        records.push_back({at.offset, at.timestamp, at.key, at.value, decoded});
    }
    if (headers)
        memory = std::move(headers);
    else
        memory = place_.memory;
    return at_segment_end && records.empty() && next_ < end;
}

} // namespace streams::inline v0::embedded
