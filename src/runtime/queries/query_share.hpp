#pragma once

#include <streams/core/saturation.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace streams::inline v0 {

/// How a thread divides itself between queries and records, so that those who ask have half of it at most, however many they
/// are: before it looks at queries again it processes a record for each store that it has read a key of, and works for as long as
/// the answers took. Times are steady ms.
class query_share {
public:
    /// For records beyond the time that the answers took: where one takes longer, queries are answered between any two.
    static constexpr std::int64_t longest_wait_ms = 5;

    /// So many reads of keys were answered, since `begun`.
    void answered(std::size_t reads, std::int64_t begun, std::int64_t now) noexcept {
        records_ = reads;
        paid_at_ = detail::add_sat(now, now - begun);
    }
    void processed(std::size_t records) noexcept { records_ -= std::min(records_, records); }
    /// There is nothing to process.
    void forgive() noexcept {
        records_ = 0;
        paid_at_ = 0;
    }
    /// Whether records come before the next query.
    [[nodiscard]] bool owes_records(std::int64_t now) const noexcept {
        return now < paid_at_ || (records_ > 0 && now < paid_at_ + longest_wait_ms);
    }

private:
    std::size_t records_ = 0;
    std::int64_t paid_at_ = 0;
};

} // namespace streams::inline v0
