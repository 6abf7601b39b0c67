#pragma once

#include "state/tiered_map.hpp"
#include "state/window_layout.hpp"

#include <streams/state/window_store.hpp>

#include <absl/container/inlined_vector.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <span>

namespace streams::inline v0 {

/// The values of one key in a store that retains duplicates, by time, where all of them are in memory. A join makes one
/// for each record, so it finds them without any allocation of its own.
class duplicates_cursor final : public store_cursor<window_entry> {
public:
    /// Null: some may be on disk only. `from`, `to`: starts, both included; `buffer`: to be used.
    [[nodiscard]] static std::unique_ptr<duplicates_cursor> open(tiered_map& map, const window_layout& layout,
                                                                 bytes_view key, std::int64_t from, std::int64_t to,
                                                                 bytes& buffer) {
        auto cursor = std::make_unique<duplicates_cursor>();
        std::byte last_tail[window_layout::suffix];
        while (from <= to) {
            const std::int64_t end = (layout.segment_of(from) + 1) * layout.segment_interval() - 1;
            const std::int64_t last = std::min(to, end);
            layout.key(buffer, key, from, 0);
            store_big_endian(last_tail, last);
            store_big_endian(last_tail + 8, window_layout::largest_rest);
            const auto found = map.chain(buffer.view(), {last_tail, sizeof last_tail});
            if (!found) return nullptr;
            if (!found->empty()) cursor->parts_.push_back(*found);
            from = last + 1;
        }
        return cursor;
    }

    std::optional<window_entry> next() override {
        for (; part_ < parts_.size(); ++part_, at_ = 0) {
            const auto& part = parts_[part_];
            while (at_ < part.size()) {
                const hot_entry& entry = *part[at_++];
                if (const auto value = entry.visible())
                    return window_entry{window_layout::record_key(entry.key()), window_layout::start_of(entry.key()),
                                        *value};
            }
        }
        return std::nullopt;
    }

private:
    absl::InlinedVector<std::span<hot_entry* const>, 2> parts_; ///< of one segment each
    std::size_t part_ = 0;
    std::size_t at_ = 0;
};

} // namespace streams::inline v0
