#include "src/embedded/segment.hpp"

#include "src/embedded/file.hpp"

#include <streams/core/error.hpp>
#include <streams/core/log.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <unistd.h>

namespace streams::inline v0::embedded {

namespace {

constexpr std::size_t index_distance = 16 * 1024;

constexpr std::size_t page = 4096;

constexpr std::size_t prepare_ahead = 32 * page;

constexpr std::size_t least_capacity = 256 * 1024;

// A frame that follows a damaged one begins within the largest record from it.
constexpr std::size_t damage_search = 4 * 1024 * 1024;

} // namespace

std::filesystem::path segment_file(const std::filesystem::path& folder, std::int64_t base) {
    auto digits = std::to_string(base);
    digits.insert(0, 20 - digits.size(), '0');
    return folder / digits.append(".log");
}

std::shared_ptr<segment> segment::create(std::int64_t base, std::size_t capacity, const std::filesystem::path& file) {
    std::shared_ptr<segment> made(new segment(base, file));
    made->memory_ = file.empty() ? memory_block::anonymous(capacity) : memory_block::writable(file, capacity);
    made->capacity_ = capacity;
    made->checked_ = true;
    return made;
}

std::shared_ptr<segment> segment::recover(std::int64_t base, const std::filesystem::path& file, std::size_t largest) {
    std::shared_ptr<segment> made(new segment(base, file));
    whole_frames found;
    {
        const auto memory = memory_block::readable(file);
        const bytes_view content(memory->data(), memory->size());
        found = made->scan(content);
        const auto rest = content.subview(found.size);
        if (!found.finished && !rest.empty()) {
            const auto search = rest.subview(1, std::min(rest.size() - 1, damage_search));
            if (find_frame(search, made->end_)) made->throw_damaged(found.size);
        }
    }
    made->checked_ = true;
    made->published_.store(found.size, std::memory_order_release);
    if (found.finished) {
        made->complete_.store(true, std::memory_order_release);
        return made;
    }
    // Cut and grown again, the rest of the file reads as zeros: a torn frame must not show up behind a later one.
    if (::truncate(file.c_str(), static_cast<off_t>(found.size)) != 0) throw_file_error(file, "shorten", errno);
    const auto capacity = std::max(found.size + frame_fixed_size, std::min(largest, 2 * found.size + least_capacity));
    made->memory_ = memory_block::writable(file, capacity);
    made->capacity_ = capacity;
    made->prepared_ = found.size;
    return made;
}

std::shared_ptr<segment> segment::complete(std::int64_t base, const std::filesystem::path& file) {
    std::shared_ptr<segment> made(new segment(base, file));
    made->complete_.store(true, std::memory_order_release);
    return made;
}

std::size_t segment::bytes() const {
    const auto known = published();
    return known > 0 || file_.empty() || !is_complete() ? known : std::filesystem::file_size(file_);
}

std::int64_t segment::max_timestamp() {
    const std::lock_guard lock(mapping_mutex_);
    if (!checked_) {
        const auto mapped = memory_block::readable(file_);
        const bytes_view content(mapped->data(), mapped->size());
        // finish() leaves the answer in the last frame of the file; a process killed in it leaves zeros behind.
        if (content.size() >= frame_fixed_size)
            if (const auto last = checked_frame(content.subview(content.size() - frame_fixed_size));
                last && last->has(frame_flag::segment_end))
                return last->timestamp;
        (void)scan(content);
    }
    return max_timestamp_;
}

void segment::note(std::int64_t offset, std::int64_t timestamp, std::size_t position) {
    if (index_.empty() || position - index_.back().second >= index_distance) index_.emplace_back(offset, position);
    max_timestamp_ = std::max(max_timestamp_, timestamp);
    end_ = offset + 1;
}

bool segment::append(const frame_source& record, std::size_t size) noexcept {
    const auto position = published_.load(std::memory_order_relaxed);
    const auto needed = position + size + frame_fixed_size;
    if (needed > capacity_) return false;
    if (needed > prepared_) {
        prepared_ -= prepared_ % page;
        const auto more = std::max(prepare_ahead, needed - prepared_);
        memory_->prepare(prepared_, more);
        prepared_ += more;
    }
    write_frame(memory_->data() + position, record, size, !file_.empty());
    note(record.offset, record.timestamp, position);
    published_.store(position + size, std::memory_order_release);
    return true;
}

void segment::finish(std::int64_t end) noexcept {
    const frame_source last{
        .offset = end, .timestamp = max_timestamp_, .flags = static_cast<std::uint16_t>(frame_flag::segment_end)};
    const auto position = published_.load(std::memory_order_relaxed);
    write_frame(memory_->data() + position, last, frame_fixed_size, !file_.empty());
    end_ = end;
    published_.store(position + frame_fixed_size, std::memory_order_release);
    complete_.store(true, std::memory_order_release);
    if (file_.empty()) return;
    if (::truncate(file_.c_str(), static_cast<off_t>(published())) != 0)
        log(log_level::warn,
            concat(file_.string(), ": unused disk space cannot be given back: ", std::strerror(errno)));
    const std::lock_guard lock(mapping_mutex_);
    last_mapping_ = std::exchange(memory_, nullptr);
}

std::shared_ptr<memory_block> segment::pin() {
    const std::lock_guard lock(mapping_mutex_);
    if (memory_) return memory_;
    if (auto mapped = last_mapping_.lock()) return mapped;
    auto mapped = memory_block::readable(file_);
    if (!checked_) {
        const auto found = scan(bytes_view(mapped->data(), mapped->size()));
        if (!found.finished) throw_damaged(found.size);
        published_.store(found.size, std::memory_order_release);
        checked_ = true;
    }
    last_mapping_ = mapped;
    return mapped;
}

std::size_t segment::position_of(std::int64_t offset, const memory_block& memory) const noexcept {
    const auto after = std::upper_bound(index_.begin(), index_.end(), offset,
                                        [](std::int64_t wanted, const auto& entry) { return wanted < entry.first; });
    std::size_t position = after == index_.begin() ? 0 : std::prev(after)->second;
    const auto limit = published();
    while (position < limit) {
        const auto at = read_frame(memory.data() + position);
        if (at.offset >= offset || at.has(frame_flag::segment_end)) break;
        position += at.size;
    }
    return position;
}

segment::whole_frames segment::scan(bytes_view memory) {
    whole_frames found;
    index_.clear();
    end_ = base_;
    while (const auto next = checked_frame(memory.subview(found.size))) {
        if (next->has(frame_flag::segment_end)) {
            end_ = next->offset;
            return {found.size + next->size, true};
        }
        if (next->offset < end_) break;
        note(next->offset, next->timestamp, found.size);
        found.size += next->size;
    }
    return found;
}

void segment::throw_damaged(std::size_t position) const {
    throw streams_error(concat(file_.string(), " is damaged at byte ", position, " (offset ", end_,
                               " of the log): a checksum does not match; put the file back from a copy, or delete the "
                               "folder of the embedded cluster and the application's state to start anew"));
}

} // namespace streams::inline v0::embedded
