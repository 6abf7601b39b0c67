#pragma once

#include "state/map/tiered_map.hpp"
#include "state/multi_partition_store.hpp"

#include <streams/state/key_value_store.hpp>

#include <string>

namespace streams::inline v0 {

/// A key-value store, in memory or with RocksDB below. A key in the map is `1 | key`.
class tiered_key_value_store final : public key_value_store, public managed_store, public multi_partition_store {
public:
    tiered_key_value_store(const store_spec& spec, const store_environment& environment);

    [[nodiscard]] std::string_view name() const noexcept override { return spec_.name; }
    [[nodiscard]] bool persistent() const noexcept override { return spec_.persistent; }
    [[nodiscard]] bool timestamped() const noexcept override { return spec_.timestamped(); }
    [[nodiscard]] bool keeps_headers() const noexcept override { return spec_.keeps_headers(); }
    [[nodiscard]] bool forward_on_flush(flush_listener& listener, bool with_old_values) override {
        return map_.forward_on_flush(listener, with_old_values);
    }

    [[nodiscard]] std::optional<bytes_view> get(bytes_view key) override;
    void put(bytes_view key, std::optional<bytes_view> value) override;
    [[nodiscard]] store_range<store_entry> range(std::optional<bytes_view> from, std::optional<bytes_view> to,
                                                 iteration_order direction) override;
    [[nodiscard]] store_range<store_entry> prefix_scan(bytes_view prefix) override;
    [[nodiscard]] std::uint64_t approximate_num_entries() override { return map_.approximate_num_entries(); }

    /// See tiered_map; `observed` is for whom the store is a part of.
    [[nodiscard]] store_position& position() noexcept { return map_.position(); }
    [[nodiscard]] const store_position& position_for(isolation_level seen) const noexcept {
        return map_.position_for(seen);
    }

    [[nodiscard]] state_store& store() noexcept override { return *this; }
    [[nodiscard]] std::optional<std::int64_t> checkpoint() const override { return map_.checkpoint_offset(); }
    [[nodiscard]] std::optional<std::int64_t> caught_up_at() const override { return map_.caught_up_at(); }
    [[nodiscard]] bool has_unplaced_rows() const override { return map_.has_unplaced_rows(); }
    void restore(std::span<const record_view> records) override;
    void restored(std::optional<std::int64_t> offset) override;
    [[nodiscard]] bool disk_lags() const override { return map_.disk_lags(); }
    void caught_up(std::int64_t offset, std::int64_t at) override { map_.caught_up(offset, at); }
    void filled_up_to(std::span<const std::int64_t> offsets) override { map_.filled_up_to(offsets); }
    void complete_as_of(std::int64_t at) override { map_.complete_as_of(at); }
    [[nodiscard]] std::span<const std::int64_t> partition_checkpoints() const override {
        return map_.partition_checkpoints();
    }
    void flush() override { map_.flush(); }
    [[nodiscard]] bool forwards() const noexcept override { return map_.forwards(); }
    [[nodiscard]] bool dirty() const noexcept override { return map_.dirty(); }
    void committed(std::optional<std::int64_t> offset) override { map_.committed(offset); }
    void rollback() override { map_.rollback(); }
    void close() override { map_.close(); }
    void give_back() override { map_.give_back(); }
    void resize_cache(std::int64_t bytes) override { map_.resize_cache(bytes); }
    [[nodiscard]] std::optional<store_answer> ask(const store_question& question, isolation_level seen) override;
    [[nodiscard]] std::size_t memory_bytes() const override { return map_.memory_bytes(); }
    [[nodiscard]] std::size_t uncommitted_bytes() const override { return map_.uncommitted_bytes(); }

private:
    [[nodiscard]] bytes_view map_key(bytes_view key);
    [[nodiscard]] found_values values_of(const std::vector<streams::bytes>& keys, isolation_level seen);
    /// From a key of the map up to `end_`, which is not among them.
    [[nodiscard]] found_rows rows_from(bytes_view from, iteration_order order, isolation_level seen);
    /// The entries of the map from a key up to `end_`, which is not among them.
    [[nodiscard]] store_range<store_entry> between(bytes_view from, iteration_order direction);

    store_spec spec_;
    tiered_map map_;
    bytes key_;
    bytes end_;
    bytes prefix_; ///< of a value that is restored
};

} // namespace streams::inline v0
