#pragma once

#include "state/change_format.hpp"
#include "state/managed_store.hpp"

#include <streams/state/change_buffer.hpp>

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <deque>
#include <vector>

namespace streams::inline v0 {

/// A change buffer in memory: a hash index and a heap over entries that are kept as their changelog bytes.
class memory_change_buffer final : public change_buffer, public managed_store {
public:
    memory_change_buffer(const store_spec& spec, const store_environment& environment);

    [[nodiscard]] std::string_view name() const noexcept override { return spec_.name; }
    [[nodiscard]] bool persistent() const noexcept override { return false; }
    [[nodiscard]] bool forward_on_flush(flush_listener&, bool) override { return false; }

    void put(std::int64_t time, bytes_view key, std::optional<bytes_view> new_value,
             std::optional<bytes_view> old_value) override;
    [[nodiscard]] std::int64_t oldest_time() override;
    [[nodiscard]] buffered_change oldest() override;
    void remove_oldest() override;
    [[nodiscard]] std::optional<std::optional<bytes_view>> prior_value(bytes_view key) const override;
    [[nodiscard]] std::size_t entries() const noexcept override { return entries_; }
    [[nodiscard]] std::size_t entry_bytes() const noexcept override { return entry_bytes_; }

    [[nodiscard]] state_store& store() noexcept override { return *this; }
    [[nodiscard]] std::optional<std::int64_t> checkpoint() const override { return std::nullopt; }
    void restore(std::span<const record_view> records) override;
    void restored(std::optional<std::int64_t>) override {}
    void flush() override;
    void committed(std::optional<std::int64_t> offset) override;
    void rollback() override;
    void close() override;
    [[nodiscard]] std::size_t memory_bytes() const override;
    [[nodiscard]] std::size_t uncommitted_bytes() const override { return uncommitted_bytes_; }

private:
    /// What a key has: an entry, or none any more where the changelog does not know yet.
    struct slot {
        bytes key;
        bytes content; ///< as in the changelog
        std::int64_t time = 0;
        std::size_t estimate = 0;
        std::uint64_t new_in = 0;   ///< the commit interval in which the key came; 0: an earlier one
        std::uint64_t saved_in = 0; ///< the commit interval in which its committed state was saved
        bool buffered = false;
        bool dirty = false;  ///< changed since the last flush
        bool listed = false; ///< among those that the next flush looks at, dirty or not
        bool logged = false; ///< the changelog has an entry
    };
    struct place {
        std::int64_t time;
        std::uint64_t key_head; ///< the first bytes of the key, so that few comparisons touch the slot
        slot* of;
    };
    struct saved_slot {
        bytes key;
        bytes content;
        std::int64_t time;
        bool buffered;
        bool logged;
    };
    struct after;

    [[nodiscard]] slot& slot_of(bytes_view key);
    void release(slot& gone);
    void save(slot& changing);
    void mark_dirty(slot& changed);
    void set(slot& to, std::int64_t time, std::size_t headers, bool keep_place);
    void drop(slot& gone);
    void forget(slot& gone);
    void order();

    store_spec spec_;
    const record_context& current_;
    changelog_sink* changelog_;
    std::deque<slot> slots_;
    std::vector<slot*> free_;
    absl::flat_hash_map<bytes_view, slot*> index_; ///< the keys are those of the slots
    std::vector<place> heap_;
    bool heap_stale_ = false;
    std::vector<slot*> dirty_;
    std::vector<saved_slot> saved_; ///< what changed since the last commit, as it was then
    std::uint64_t interval_ = 1;
    std::size_t entries_ = 0;
    std::size_t entry_bytes_ = 0;
    std::size_t content_bytes_ = 0; ///< capacity of the contents
    std::size_t uncommitted_bytes_ = 0;
    bytes scratch_;
    streams::headers headers_; ///< of the entry that `oldest` gave out
};

} // namespace streams::inline v0
