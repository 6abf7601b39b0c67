#include "src/embedded/log_reader.hpp"

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
    const auto end = log_->end();
    if (next_ >= end) return next_ == end ? outcome::nothing : outcome::beyond_end;
    if (most == 0) return outcome::nothing;
    if (!place_.in) place_ = log_->find(next_);
    for (;;) {
        take(most, records, memory);
        if (!records.empty()) return outcome::records;
        if (next_ >= end || place_.position >= place_.in->published()) return outcome::nothing;
        place_ = log_->after(*place_.in);
        next_ = std::max(next_, place_.in->base());
    }
}

void log_reader::take(std::size_t most, std::vector<record_view>& records, std::shared_ptr<const void>& memory) {
    const auto limit = place_.in->published();
    const std::byte* const frames = place_.memory->data();
    std::shared_ptr<with_headers> headers;
    while (place_.position < limit && records.size() < most) {
        const auto at = read_frame(frames + place_.position);
        if (at.has(frame_flag::segment_end)) break;
        place_.position += at.size;
        if (at.offset < next_) continue;
        next_ = at.offset + 1;
        if (at.has(frame_flag::control)) continue;
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
}

} // namespace streams::inline v0::embedded
