#pragma once

#include <streams/core/record.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace streams::inline v0 {

/// Records in memory of their own. What a client hands out keeps alive what it came with: a message of librdkafka costs
/// some 400 bytes besides its content, and one record holds the whole answer of the broker, megabytes of other partitions'
/// records among them. Records that wait are therefore copied out of it.
struct owned_records {
    std::vector<record_view> records;
    std::shared_ptr<const void> memory; ///< what they are views into
};

[[nodiscard]] owned_records copy_of(std::span<const record_view> records);

/// The memory that a copy of them takes, in bytes.
[[nodiscard]] std::size_t memory_of(std::span<const record_view> records) noexcept;

} // namespace streams::inline v0
