#pragma once

#include "state/disk/rocksdb_backing.hpp"
#include "state/managed_store.hpp"
#include "state/map/tiered_map.hpp"
#include "state/stored_prefix.hpp"

#include <streams/core/bytes.hpp>
#include <streams/state/store_spec.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace streams::inline v0 {

/// What window and session stores share as their task drives them: one map, whose segments expire by the layout's time.
template <class Layout>
class segmented_store : public managed_store {
public:
    [[nodiscard]] std::optional<std::int64_t> checkpoint() const final { return map_.checkpoint_offset(); }
    [[nodiscard]] std::optional<std::int64_t> caught_up_at() const final { return map_.caught_up_at(); }
    [[nodiscard]] bool has_unplaced_rows() const final { return map_.has_unplaced_rows(); }
    void restore(std::span<const record_view> records) final {
        for (const record_view& record : records)
            if (record.key) restore_one(record);
        if (records.empty()) return;
        expire(map_.position().observed);
        map_.restored_up_to(records.back().offset);
    }
    void restored(std::optional<std::int64_t> offset) final {
        map_.restored(offset);
        restored_to_ = map_.position().observed;
    }
    [[nodiscard]] bool disk_lags() const final { return map_.disk_lags(); }
    void caught_up(std::int64_t offset, std::int64_t at) final { map_.caught_up(offset, at); }
    void flush() final { map_.flush(); }
    [[nodiscard]] bool forwards() const noexcept final { return map_.forwards(); }
    [[nodiscard]] bool dirty() const noexcept final { return map_.dirty(); }
    void committed(std::optional<std::int64_t> offset) final {
        expire(map_.drained_position().observed);
        map_.committed(offset);
    }
    void rollback() final { map_.rollback(); }
    void close() final { map_.close(); }
    void give_back() final { map_.give_back(); }
    void resize_cache(std::int64_t bytes) final { map_.resize_cache(bytes); }
    [[nodiscard]] std::size_t memory_bytes() const final { return map_.memory_bytes(); }
    [[nodiscard]] std::size_t uncommitted_bytes() const final { return map_.uncommitted_bytes(); }

protected:
    segmented_store(const store_spec& spec, const store_environment& environment, tiered_map_settings settings,
                    Layout layout)
        : spec_(spec), layout_(layout), map_(std::move(settings), environment, environment.open_backing(spec)) {
        expire(map_.position().observed);
    }

    /// The oldest time that reads of a cached store see: what lives, whatever its age, since it may be in the cache. But nothing
    /// that was restored, older than the retention: the changelog was not told that it is gone, where it is.
    [[nodiscard]] std::int64_t oldest_cached(std::int64_t observed) const noexcept {
        return std::max(layout_.oldest_live(observed), layout_.oldest_readable(restored_to_));
    }
    /// Applies a changelog record, which has a key.
    virtual void restore_one(const record_view& record) = 0;
    /// Sets the entry of `key_` to what the record holds.
    void restore_value(const record_view& record) {
        stored_prefix::of(spec_).make(record, prefix_);
        map_.restore(key_.view(), prefix_.view(), record.value);
    }

    store_spec spec_;
    Layout layout_;
    tiered_map map_;
    bytes key_;
    bytes prefix_;            ///< of a value that is restored
    std::vector<bytes> held_; ///< values that a read into a vector found on disk

private:
    /// Segments that take no more writes go; at a commit only, since a rollback takes the observed time back.
    void expire(std::int64_t observed) {
        const std::int64_t oldest = layout_.oldest_live_segment(observed);
        if (oldest <= expired_segment_) return;
        expired_segment_ = oldest;
        layout_.begin_of_segment(key_, oldest);
        map_.expire_below(key_.view());
    }

    std::int64_t expired_segment_ = 0;
    std::int64_t restored_to_ = -1; ///< the newest time of what was there when the store was opened, ms
};

} // namespace streams::inline v0
