#pragma once

#include "src/embedded/partition_log.hpp"

#include <streams/core/record.hpp>

#include <memory>
#include <vector>

namespace streams::inline v0::embedded {

/// Reads a partition's log from an offset on. One thread.
class log_reader {
public:
    enum class outcome {
        records,      ///< some, all from one segment
        nothing,      ///< up to date
        before_start, ///< the records at the position are deleted
        beyond_end,   ///< the position is past the end of the log
    };

    /// `committed`: nothing of a transaction that is open or was aborted.
    log_reader(std::shared_ptr<partition_log> log, std::int64_t offset, bool committed = false)
        : log_(std::move(log)), next_(offset), committed_(committed) {}

    /// Appends to `records` views of up to `most` records, valid while `memory` is held. Throws streams_error where the
    /// log is damaged or cannot be read.
    [[nodiscard]] outcome read(std::size_t most, std::vector<record_view>& records,
                               std::shared_ptr<const void>& memory);

    void seek(std::int64_t offset);
    /// The next offset to read, behind everything read or skipped.
    [[nodiscard]] std::int64_t position() const noexcept { return next_; }
    [[nodiscard]] const std::shared_ptr<partition_log>& log() const noexcept { return log_; }

private:
    /// Reads in the segment it is in; true: there is nothing more in it, but in the next.
    [[nodiscard]] bool take(std::int64_t end, std::size_t most, std::vector<record_view>& records,
                            std::shared_ptr<const void>& memory);

    std::shared_ptr<partition_log> log_;
    std::int64_t next_;
    bool committed_;
    std::vector<aborted_range> aborted_; ///< of the read under way
    partition_log::place place_;
};

} // namespace streams::inline v0::embedded
