#pragma once

#include "src/embedded/frame.hpp"
#include "src/embedded/memory_block.hpp"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace streams::inline v0::embedded {

/// A stretch of a partition's log: frames back to back in one memory block, ended by a segment_end frame once complete.
/// One thread at a time writes, under the log's lock; any number read what is published. Only memory, or a file whose
/// name is the base offset; a complete one is mapped and its checksums are compared when it is first read.
class segment {
public:
    /// A new segment to append to; an empty `file`: in memory. Throws streams_error.
    [[nodiscard]] static std::shared_ptr<segment> create(std::int64_t base, std::size_t capacity,
                                                         const std::filesystem::path& file);
    /// The last segment of a folder, as a killed process may have left it: what follows the last whole frame is cut
    /// off. Room is made for `largest` bytes at most. Throws streams_error where a whole frame follows a damaged one.
    [[nodiscard]] static std::shared_ptr<segment> recover(std::int64_t base, const std::filesystem::path& file,
                                                          std::size_t largest);
    /// A complete segment; nothing is read yet.
    [[nodiscard]] static std::shared_ptr<segment> complete(std::int64_t base, const std::filesystem::path& file);

    [[nodiscard]] std::int64_t base() const noexcept { return base_; }
    [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }
    /// The offset after the last record. REQUIRES: the log's lock; not a complete segment that was not pinned.
    [[nodiscard]] std::int64_t end() const noexcept { return end_; }
    /// Bytes of frames that may be read. REQUIRES: pinned.
    [[nodiscard]] std::size_t published() const noexcept { return published_.load(std::memory_order_acquire); }
    [[nodiscard]] bool is_complete() const noexcept { return complete_.load(std::memory_order_acquire); }
    /// Bytes of frames, known also when not pinned.
    [[nodiscard]] std::size_t bytes() const;
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
    /// The newest timestamp in it. REQUIRES: the log's lock.
    [[nodiscard]] std::int64_t max_timestamp();

    /// Appends a record of frame_size `size`; false: it does not fit. REQUIRES: the log's lock, not complete.
    [[nodiscard]] bool append(const frame_source& record, std::size_t size) noexcept;
    /// Ends the segment at offset `end` and gives unused disk space back. REQUIRES: the log's lock.
    void finish(std::int64_t end) noexcept;

    /// The frames, for as long as the handle is held. Throws streams_error where they are damaged.
    [[nodiscard]] std::shared_ptr<memory_block> pin();
    /// Where the first frame with an offset from `offset` on begins. REQUIRES: the log's lock, `memory` from pin.
    [[nodiscard]] std::size_t position_of(std::int64_t offset, const memory_block& memory) const noexcept;

private:
    segment(std::int64_t base, std::filesystem::path file) : base_(base), file_(std::move(file)), end_(base) {}

    struct whole_frames {
        std::size_t size = 0;  ///< of the frames that are whole
        bool finished = false; ///< the last of them is a segment_end
    };
    whole_frames scan(bytes_view memory);
    void note(std::int64_t offset, std::int64_t timestamp, std::size_t position);
    [[noreturn]] void throw_damaged(std::size_t position) const;

    const std::int64_t base_;
    const std::filesystem::path file_;
    std::size_t capacity_ = 0;
    std::size_t prepared_ = 0; ///< how far pages are ready to be written
    std::int64_t end_;
    std::int64_t max_timestamp_ = -1;
    std::atomic<std::size_t> published_{0};
    std::atomic<bool> complete_{false};
    std::vector<std::pair<std::int64_t, std::size_t>> index_; ///< offset and position of a frame, now and then

    std::mutex mapping_mutex_;
    bool checked_ = false;
    std::shared_ptr<memory_block> memory_; ///< while it is written to, or not a file
    std::weak_ptr<memory_block> last_mapping_;
};

/// Files of segments are named by their base offset in 20 digits.
[[nodiscard]] std::filesystem::path segment_file(const std::filesystem::path& folder, std::int64_t base);

} // namespace streams::inline v0::embedded
