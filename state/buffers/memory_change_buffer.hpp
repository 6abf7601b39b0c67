#pragma once

#include "state/buffers/change_order.hpp"
#include "state/buffers/held_change.hpp"
#include "state/managed_store.hpp"

#include <streams/state/change_buffer.hpp>

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <vector>

namespace streams::inline v0 {

/// A change buffer in memory: a hash index and an order over entries, whose changelog bytes are made at a flush.
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
    [[nodiscard]] std::optional<std::int64_t> caught_up_at() const override { return std::nullopt; }
    [[nodiscard]] bool has_unplaced_rows() const override { return false; }
    void restore(std::span<const record_view> records) override;
    void restored(std::optional<std::int64_t>) override {}
    void caught_up(std::int64_t, std::int64_t) override {}
    void flush() override;
    [[nodiscard]] bool forwards() const noexcept override { return false; }
    [[nodiscard]] bool dirty() const noexcept override { return !dirty_.empty(); }
    void committed(std::optional<std::int64_t> offset) override;
    void rollback() override;
    void close() override;
    void give_back() override {}                // all of it is in memory alone
    void resize_cache(std::int64_t) override {} // never cached
    [[nodiscard]] std::optional<store_answer> ask(const store_question&, isolation_level) override {
        return std::nullopt;
    }
    [[nodiscard]] std::size_t memory_bytes() const override;
    [[nodiscard]] std::size_t uncommitted_bytes() const override { return uncommitted_bytes_; }

private:
    /// What a key has: an entry, or none any more where the changelog or the last commit still has one.
    struct slot {
        bytes name;
        held_change change;
        std::size_t estimate = 0;
        std::uint64_t new_in = 0;   ///< the commit interval in which the key came; 0: an earlier one
        std::uint64_t saved_in = 0; ///< the commit interval in which its committed change was saved
        std::uint64_t told_in = 0;  ///< the commit interval in which the changelog was told of the key
        bool buffered = false;
        bool dirty = false;  ///< changed since the last flush
        bool listed = false; ///< among those that the next flush looks at, dirty or not
        bool logged = false; ///< the changelog has an entry
        bool gone = false;   ///< among those that the last commit has and the next will not

        [[nodiscard]] bytes_view key() const noexcept { return name; }
    };
    struct saved_change {
        slot* owner;
        held_change change;
    };

    [[nodiscard]] slot& slot_of(bytes_view key);
    [[nodiscard]] std::string_view lasting(std::string_view topic);
    [[nodiscard]] bool committed_before(const slot& entry) const noexcept { return entry.new_in != interval_; }
    [[nodiscard]] bool is_told(const slot& entry) const noexcept { return entry.told_in == interval_; }
    void note_told(slot& told);
    void release(slot& gone);
    [[nodiscard]] const held_change* save(slot& changing);
    void mark_dirty(slot& changed);
    void hold(slot& to);
    void drop(slot& gone);
    void order();
    [[nodiscard]] std::optional<held_change::value_prefixes> prefixes_after(const held_change* before) const;
    void write(const slot& entry);

    store_spec spec_;
    const record_context& current_;
    changelog_sink* changelog_;
    std::deque<slot> slots_;
    std::vector<slot*> free_;
    absl::flat_hash_map<bytes_view, slot*> index_; ///< the keys are those of the slots
    change_order<slot> order_;
    bool order_stale_ = false;
    std::vector<slot*> dirty_;
    std::vector<slot*> gone_;         ///< what the last commit has, and was taken out since then
    std::vector<saved_change> saved_; ///< what was overwritten since the last commit, as it was then
    std::vector<slot*> told_;         ///< those of which the changelog was told since the last commit
    bool in_transactions_;            ///< of what is rolled back the changelog has nothing
    std::set<std::string, std::less<>> topics_;
    std::string_view last_topic_; ///< one of them
    std::uint64_t interval_ = 1;
    std::size_t entries_ = 0;
    std::size_t entry_bytes_ = 0;
    std::size_t heap_bytes_ = 0; ///< of the changes in the slots
    std::size_t uncommitted_bytes_ = 0;
    bytes scratch_;
    streams::headers headers_; ///< of the entry that `oldest` gave out
};

} // namespace streams::inline v0
