#pragma once

#include <streams/core/topic_partition.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

namespace streams::inline v0 {

/// How far the input is that a store has taken in: the offset of the last record of each partition (Kafka's `Position`,
/// KIP-796). A value.
class query_position {
public:
    using offsets = std::map<topic_partition, std::int64_t>;

    query_position() = default;
    explicit query_position(offsets of) : offsets_(std::move(of)) {}

    /// Up to this record of the partition at least.
    query_position& add(const topic_partition& partition, std::int64_t offset) {
        auto& known = offsets_.try_emplace(partition, offset).first->second;
        known = std::max(known, offset);
        return *this;
    }
    /// The larger offset of each partition.
    query_position& merge(const query_position& other) {
        for (const auto& [partition, offset] : other.offsets_) add(partition, offset);
        return *this;
    }
    /// nullopt: nothing is known of the partition.
    [[nodiscard]] std::optional<std::int64_t> offset(const topic_partition& partition) const {
        const auto found = offsets_.find(partition);
        return found == offsets_.end() ? std::nullopt : std::optional(found->second);
    }
    [[nodiscard]] const offsets& all() const noexcept { return offsets_; }

    friend bool operator==(const query_position&, const query_position&) = default;

private:
    offsets offsets_;
};

/// How far a store has to be at least for a query to be answered (Kafka's `PositionBound`).
class position_bound {
public:
    /// However far it is.
    position_bound() = default;
    [[nodiscard]] static position_bound unbounded() { return {}; }
    /// As far as `position`, in the partitions that have the number of the store's.
    [[nodiscard]] static position_bound at(query_position position) {
        position_bound made;
        made.position_ = std::move(position);
        return made;
    }

    /// Whether a store of that partition number is as far.
    [[nodiscard]] bool met_by(const query_position& reached, std::int32_t partition) const {
        return std::ranges::all_of(position_.all(), [&](const auto& bound) {
            if (bound.first.partition != partition) return true;
            const auto at = reached.offset(bound.first);
            return at && *at >= bound.second;
        });
    }
    [[nodiscard]] const query_position& position() const noexcept { return position_; }

private:
    query_position position_;
};

} // namespace streams::inline v0
