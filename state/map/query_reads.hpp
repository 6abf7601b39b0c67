#pragma once

#include "state/hot/hot_tier.hpp"
#include "state/map/map_snapshots.hpp"
#include "state/map/uncommitted_updates.hpp"
#include "state/map/write_behind.hpp"
#include "state/query_memory.hpp"

#include <streams/core/isolation_level.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace streams::inline v0 {

/// The room of a map that answers queries, for who sees no more than what is committed and for readers on other
/// threads. It brings nothing into memory: queries evict nothing that processors use.
class query_reads {
public:
    /// The references outlive this. `store`: its name; `memory`: what readers are handed is of it.
    query_reads(std::string store, hot_tier& hot, write_behind& below, const uncommitted_updates& updates,
                std::shared_ptr<query_memory> memory)
        : store_(std::move(store)), hot_(hot), below_(below), updates_(updates), memory_(std::move(memory)),
          snapshots_(store_) {}

    /// nullopt: absent. Valid until the next call.
    [[nodiscard]] std::optional<bytes_view> get(bytes_view key, isolation_level seen);
    /// The entries of a span as they are now; see map_snapshots::open.
    [[nodiscard]] std::unique_ptr<store_cursor<store_entry>> snapshot(key_span span, iteration_order order,
                                                                      isolation_level seen);
    /// The same of the chain of `first` from there to the entry that ends in `last_tail`. `spans`: where that lies on
    /// disk, perhaps between entries of other chains; ascending. REQUIRES: the map has chains.
    [[nodiscard]] std::unique_ptr<store_cursor<store_entry>> chain_snapshot(bytes_view first, bytes_view last_tail,
                                                                            std::vector<key_span> spans,
                                                                            iteration_order order,
                                                                            isolation_level seen);
    [[nodiscard]] const std::string& store() const noexcept { return store_; }
    /// Of which answers have what they copy.
    [[nodiscard]] const std::shared_ptr<query_memory>& memory() const noexcept { return memory_; }
    /// Ends the snapshots that are being read.
    void end_snapshots() noexcept { snapshots_.end_all(); }

private:
    void copy(const hot_entry& entry, isolation_level seen, newer_entries& into) const;
    [[nodiscard]] newer_entries newer_than_disk(const key_span& span, isolation_level seen);
    [[nodiscard]] newer_entries in_memory(const key_span& span, isolation_level seen);

    std::string store_;
    hot_tier& hot_;
    write_behind& below_;
    const uncommitted_updates& updates_;
    std::shared_ptr<query_memory> memory_;
    map_snapshots snapshots_;
};

} // namespace streams::inline v0
