#pragma once

#include <streams/core/big_endian.hpp>
#include <streams/core/bytes.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <deque>
#include <utility>
#include <vector>

namespace streams::inline v0 {

/// The entries of a change buffer by time, then by key. Times mostly come in order: those go to the end of a queue, which is
/// ordered by key only when a time reaches its front; the others go to a heap. `Entry` has a `key()` that stays as it is.
template <class Entry>
class change_order {
public:
    [[nodiscard]] bool empty() const noexcept { return queue_.empty() && late_.empty(); }
    [[nodiscard]] std::size_t capacity_bytes() const noexcept {
        return queue_.size() * sizeof(place) + late_.capacity() * sizeof(place);
    }

    void push(std::int64_t time, Entry& entry) {
        const place added{time, head_of(entry.key()), &entry};
        const bool in_order = queue_.empty() || time > queue_.back().time ||
                              (time == queue_.back().time && (ordered_ == 0 || time != queue_.front().time));
        if (in_order) {
            queue_.push_back(added);
        } else {
            late_.push_back(added);
            std::push_heap(late_.begin(), late_.end(), after{});
        }
    }

    /// REQUIRES: not empty.
    [[nodiscard]] std::int64_t oldest_time() const noexcept {
        if (queue_.empty()) return late_.front().time;
        return late_.empty() ? queue_.front().time : std::min(queue_.front().time, late_.front().time);
    }
    /// REQUIRES: not empty.
    [[nodiscard]] Entry& oldest() { return *(late_is_next() ? late_.front() : queue_.front()).entry; }
    /// REQUIRES: not empty.
    void remove_oldest() {
        if (late_is_next()) {
            std::pop_heap(late_.begin(), late_.end(), after{});
            late_.pop_back();
        } else {
            queue_.pop_front();
            --ordered_;
        }
    }
    void clear() noexcept {
        queue_.clear();
        late_.clear();
        ordered_ = 0;
    }

private:
    struct place {
        std::int64_t time;
        std::uint64_t key_head; ///< the first bytes of the key, so that few comparisons touch the entry
        Entry* entry;
    };
    struct after {
        bool operator()(const place& a, const place& b) const noexcept {
            if (a.time != b.time) return a.time > b.time;
            if (a.key_head != b.key_head) return a.key_head > b.key_head;
            return b.entry->key() < a.entry->key();
        }
    };

    [[nodiscard]] static std::uint64_t head_of(bytes_view key) noexcept {
        std::byte head[sizeof(std::uint64_t)] = {};
        if (!key.empty()) std::memcpy(head, key.data(), std::min(key.size(), sizeof head));
        return load_big_endian<std::uint64_t>(head);
    }
    /// Orders the entries of the queue's first time by key.
    void order_front() {
        const auto end = std::find_if(queue_.begin(), queue_.end(),
                                      [time = queue_.front().time](const place& each) { return each.time != time; });
        std::sort(queue_.begin(), end, [](const place& a, const place& b) { return after{}(b, a); });
        ordered_ = end - queue_.begin();
    }
    [[nodiscard]] bool late_is_next() {
        if (queue_.empty()) return true;
        if (ordered_ == 0) order_front();
        return !late_.empty() && after{}(queue_.front(), late_.front());
    }

    std::deque<place> queue_;
    std::ptrdiff_t ordered_ =
        0;                    ///< how many at the queue's front are ordered by key: all of its first time, or none yet
    std::vector<place> late_; ///< a heap
};

} // namespace streams::inline v0
