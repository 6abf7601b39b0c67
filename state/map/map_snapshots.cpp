#include "state/map/map_snapshots.hpp"

#include <streams/state/query/query_errors.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

namespace streams::inline v0 {

/// Read by one thread, and ended by another.
class map_snapshots::disk_part {
public:
    explicit disk_part(cursors all) : all_(std::move(all)) {}

    void end() noexcept {
        ended_.store(true, std::memory_order_relaxed); // first: who reads one entry after the other gives way
        const std::lock_guard lock(guard_);
        all_.clear();
    }
    /// Puts the next entry into `key` and `value`; false: there is none.
    [[nodiscard]] bool next(bytes& key, bytes& value, const std::string& store) {
        if (ended_.load(std::memory_order_relaxed)) throw_ended(store);
        const std::lock_guard lock(guard_);
        if (ended_.load(std::memory_order_relaxed)) throw_ended(store);
        for (; at_ < all_.size(); ++at_) {
            const auto found = all_[at_]->next();
            if (!found) continue;
            key.assign(found->key);
            value.assign(found->value);
            return true;
        }
        return false;
    }

private:
    [[noreturn]] static void throw_ended(const std::string& store) {
        throw state_store_migrated_error(concat("store ", store,
                                                " was closed while its entries were read; its partition has moved or "
                                                "its task is made anew: query it again"));
    }

    std::atomic<bool> ended_{false};
    std::mutex guard_; ///< of those below
    cursors all_;
    std::size_t at_ = 0;
};

class map_snapshots::cursor final : public store_cursor<store_entry> {
public:
    cursor(std::shared_ptr<disk_part> disk, newer_entries newer, iteration_order order, std::string store)
        : disk_(std::move(disk)), newer_(std::move(newer)), descending_(order == iteration_order::descending),
          store_(std::move(store)) {}
    ~cursor() override {
        if (disk_) disk_->end(); // before the last owner goes: until then the map can wait for it
    }
    cursor(const cursor&) = delete;
    cursor& operator=(const cursor&) = delete;

    std::optional<store_entry> next() override {
        if (std::exchange(handed_out_, false)) peeked_ = false;
        for (;;) {
            if (!peeked_) {
                on_disk_ = disk_ && disk_->next(disk_key_, disk_value_, store_);
                peeked_ = true;
            }
            const newer_entry* const newer = at_ < newer_.all.size() ? &newer_.all[at_] : nullptr;
            if (newer == nullptr || (on_disk_ && comes_before(disk_key_, newer->key))) {
                if (!on_disk_) return std::nullopt;
                handed_out_ = true;
                return store_entry{disk_key_, disk_value_};
            }
            if (on_disk_ && disk_key_ == newer->key) peeked_ = false;
            ++at_;
            if (newer->value) return store_entry{newer->key, *newer->value};
        }
    }

private:
    [[nodiscard]] bool comes_before(bytes_view a, bytes_view b) const { return descending_ ? b < a : a < b; }

    std::shared_ptr<disk_part> disk_; ///< null: all of it is in memory
    newer_entries newer_;
    std::size_t at_ = 0; ///< in newer_
    bool descending_;
    std::string store_;
    bytes disk_key_; ///< where peeked_ and on_disk_
    bytes disk_value_;
    bool on_disk_ = false;
    bool peeked_ = false;
    bool handed_out_ = false; ///< what was peeked at
};

std::unique_ptr<store_cursor<store_entry>> map_snapshots::open(cursors disk, newer_entries newer,
                                                               iteration_order order) {
    std::shared_ptr<disk_part> part;
    if (!disk.empty()) {
        std::erase_if(open_, [](const auto& each) { return each.expired(); });
        part = std::make_shared<disk_part>(std::move(disk));
        open_.push_back(part);
    }
    return std::make_unique<cursor>(std::move(part), std::move(newer), order, store_);
}

void map_snapshots::end_all() noexcept {
    for (const auto& each : std::exchange(open_, {}))
        if (const auto part = each.lock()) part->end();
}

} // namespace streams::inline v0
