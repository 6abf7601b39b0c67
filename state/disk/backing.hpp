#pragma once

#include <streams/core/bytes.hpp>
#include <streams/state/state_store.hpp>
#include <streams/state/store_iterator.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace streams::inline v0 {

/// Where a store stands: kept in the same batch as the data it belongs to, so that both reach the disk or neither.
struct store_position {
    std::optional<std::int64_t> offset{}; ///< the last changelog offset the content covers; nullopt: none
    std::int64_t observed = -1;     ///< the newest window start seen; of entries that expire: the newest timestamp; ms
    std::uint32_t sequence = 0;     ///< stores with duplicates: the last number given to an entry
    std::uint32_t log_sequence = 0; ///< the same of the changelog
    std::int64_t caught_up =
        -1; ///< when the changelog held nothing behind `offset`, ms of the wall clock; -1: not known
    /// Of a store that all partitions of its topic fill: the last offset of each that the content covers, by partition; -1: none.
    std::vector<std::int64_t> partition_offsets{};

    friend bool operator==(const store_position&, const store_position&) = default;
};

/// One entry on its way to the disk. nullopt: deleted.
struct backing_write {
    bytes_view key;
    std::optional<bytes_view> value;
};

/// A run of keys: from <= key < to; nullopt leaves that side open.
struct key_span {
    std::optional<bytes_view> from;
    std::optional<bytes_view> to;
};

/// What lies below a store's hot tier: an ordered map of bytes on disk, with the position it covers. Any key is legal.
/// Every member throws state_error where the disk refuses and corrupt_state_error where the content is damaged.
class backing {
public:
    virtual ~backing() = default;

    [[nodiscard]] virtual store_position position() const = 0;
    /// Whether there was no entry at all when it was opened.
    [[nodiscard]] virtual bool opened_empty() const = 0;
    /// False: absent. The value is put into `into`.
    [[nodiscard]] virtual bool get(bytes_view key, bytes& into) = 0;
    /// Sorted by key, each key once. The entries below `expired_below` (nullopt: none) are removed, the rest written, and
    /// the position set: all or nothing, whatever happens to the process.
    virtual void write(std::span<const backing_write> entries, std::optional<bytes_view> expired_below,
                       const store_position& position) = 0;
    /// The same of so many entries that they are worth a file of their own: cheaper than `write`, and outlasts the process when
    /// it returns, as does all that was written before.
    virtual void ingest(std::span<const backing_write> entries, std::optional<bytes_view> expired_below,
                        const store_position& position) = 0;
    /// From how many bytes on `ingest` is cheaper.
    [[nodiscard]] virtual std::size_t least_ingest() const noexcept = 0;
    /// Whether more was ingested than reads can do with before some of it is merged, which goes on meanwhile.
    [[nodiscard]] virtual bool lags() const = 0;
    /// The entries of a span in key order. What it yields is valid until its next call.
    [[nodiscard]] virtual std::unique_ptr<store_cursor<store_entry>> cursor(key_span span,
                                                                            iteration_order direction) = 0;
    [[nodiscard]] virtual std::uint64_t approximate_num_entries() = 0;
    /// Makes what was written outlast the process. `wait`: before the call returns, else soon.
    virtual void flush(bool wait) = 0;
    [[nodiscard]] virtual std::size_t memory_bytes() const = 0;
};

} // namespace streams::inline v0
