#pragma once

#include "state/key_value/tiered_key_value_store.hpp"
#include "state/multi_partition_store.hpp"

#include <cstdint>
#include <vector>

namespace streams::inline v0 {

/// A timestamped key-value store whose entries live for a time: one that is older than the newest timestamp put by more
/// than that is not read any more. Its deletion reaches disk and changelog with one of the following flushes, which sweep
/// through the store piece by piece, all of it about four times in the life of an entry.
class expiring_key_value_store final : public key_value_store, public managed_store, public multi_partition_store {
public:
    expiring_key_value_store(const store_spec& spec, const store_environment& environment);

    [[nodiscard]] std::string_view name() const noexcept override { return entries_.name(); }
    [[nodiscard]] bool persistent() const noexcept override { return entries_.persistent(); }
    [[nodiscard]] bool timestamped() const noexcept override { return true; }
    [[nodiscard]] bool forward_on_flush(flush_listener& listener, bool with_old_values) override {
        return entries_.forward_on_flush(listener, with_old_values);
    }

    [[nodiscard]] std::optional<bytes_view> get(bytes_view key) override;
    void put(bytes_view key, std::optional<bytes_view> value) override;
    [[nodiscard]] store_range<store_entry> range(std::optional<bytes_view> from, std::optional<bytes_view> to,
                                                 iteration_order direction) override;
    [[nodiscard]] store_range<store_entry> prefix_scan(bytes_view prefix) override;
    /// Entries that have expired and are not swept yet count.
    [[nodiscard]] std::uint64_t approximate_num_entries() override { return entries_.approximate_num_entries(); }

    [[nodiscard]] state_store& store() noexcept override { return *this; }
    [[nodiscard]] std::optional<std::int64_t> checkpoint() const override { return entries_.checkpoint(); }
    [[nodiscard]] std::optional<std::int64_t> caught_up_at() const override { return entries_.caught_up_at(); }
    [[nodiscard]] bool has_unplaced_rows() const override { return entries_.has_unplaced_rows(); }
    void restore(std::span<const record_view> records) override;
    void restored(std::optional<std::int64_t> offset) override { entries_.restored(offset); }
    [[nodiscard]] bool disk_lags() const override { return entries_.disk_lags(); }
    void caught_up(std::int64_t offset, std::int64_t at) override { entries_.caught_up(offset, at); }
    void filled_up_to(std::span<const std::int64_t> offsets) override { entries_.filled_up_to(offsets); }
    void complete_as_of(std::int64_t at) override { entries_.complete_as_of(at); }
    [[nodiscard]] std::span<const std::int64_t> partition_checkpoints() const override {
        return entries_.partition_checkpoints();
    }
    void flush() override;
    [[nodiscard]] bool forwards() const noexcept override { return entries_.forwards(); }
    [[nodiscard]] bool dirty() const noexcept override { return entries_.dirty(); }
    void committed(std::optional<std::int64_t> offset) override { entries_.committed(offset); }
    void rollback() override { entries_.rollback(); }
    void close() override { entries_.close(); }
    void give_back() override { entries_.give_back(); }
    void resize_cache(std::int64_t bytes) override { entries_.resize_cache(bytes); }
    [[nodiscard]] std::optional<store_answer> ask(const store_question& question, isolation_level seen) override;
    [[nodiscard]] std::size_t memory_bytes() const override { return entries_.memory_bytes(); }
    [[nodiscard]] std::size_t uncommitted_bytes() const override { return entries_.uncommitted_bytes(); }

private:
    /// The largest timestamp put, ms; -1 before the first.
    [[nodiscard]] std::int64_t observed() noexcept { return entries_.position().observed; }
    void observe(std::int64_t timestamp) noexcept;
    [[nodiscard]] bool expired(bytes_view value) noexcept;
    [[nodiscard]] store_range<store_entry> living(store_range<store_entry> all);
    void sweep(std::uint64_t entries);

    tiered_key_value_store entries_;
    std::int64_t time_to_live_;
    std::int64_t swept_at_ = -1; ///< the largest timestamp put, at the last sweep
    bytes next_swept_;           ///< empty: from the beginning
    std::vector<bytes> condemned_;
};

} // namespace streams::inline v0
