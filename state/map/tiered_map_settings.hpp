#pragma once

#include "state/hot/chain_keys.hpp"
#include "state/stored_prefix.hpp"

#include <streams/core/bytes.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

namespace streams::inline v0 {

/// What a kind of store tells its map.
struct tiered_map_settings {
    std::string name;       ///< of the store, for messages
    stored_prefix prefix{}; ///< of values, which the changelog carries beside them
    bool caching = false;   ///< forward only the last update of a key per commit
    /// The changelog gets the headers of the record; where the store keeps headers, with deletions alone: values have theirs.
    bool log_headers = false;
    bool log_timestamps = true;   ///< false: what the changelog gets has no timestamp
    bool log_sequences = false;   ///< the last 4 bytes of a key are, in the changelog, a number of its own
    std::size_t key_prefix = 0;   ///< leading bytes of a key that the changelog does not get
    std::size_t chain_suffix = 0; ///< trailing bytes of a key that order the entries of a record key; 0: no `chain`
    bool sized_chains = false;    ///< keys begin, behind key_prefix, with the size of what `chain_cursor` finds them by
    bool reads_restored = false;  ///< the store reads what it restores while it does
    /// Grows with the time a key belongs to, so that a key newer than all on disk is known to be absent there. Null: no
    /// order in time.
    std::int64_t (*age_of)(bytes_view key) = nullptr;
    /// With age_of: an entry this much older than the newest that was flushed is told as absent where an old value is
    /// asked for.
    std::int64_t visible_for = std::numeric_limits<std::int64_t>::max();

    [[nodiscard]] chain_keys chains() const noexcept { return {key_prefix, chain_suffix, sized_chains}; }
    /// The age of a key; 0 where there is no order in time.
    [[nodiscard]] std::int64_t age(bytes_view key) const noexcept { return age_of ? age_of(key) : 0; }
};

} // namespace streams::inline v0
