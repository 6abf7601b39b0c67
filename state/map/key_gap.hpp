#pragma once

#include <streams/core/bytes.hpp>

#include <cstddef>

namespace streams::inline v0 {

/// A run of keys that a map is known not to have. Where entries are taken from the front, as from a queue, deleted ones lie
/// before the first that is left until the disk has cleared them away: a walk that begins before them need not go over them
/// again.
class key_gap {
public:
    /// Where a walk may begin that would begin at `from`.
    [[nodiscard]] bytes_view skip(bytes_view from) const noexcept { return contains(from) ? to_.view() : from; }
    /// A walk that began at `from` went over `deleted` entries and met nothing else before `to`.
    void learn(bytes_view from, bytes_view to, std::size_t deleted) {
        constexpr std::size_t worth_another = 16;
        const bool goes_on = known_ && !(from < from_.view()) && !(to_.view() < from);
        if (goes_on) {
            if (to_.view() < to) to_.assign(to);
        } else if (!known_ || from < from_.view() || deleted >= worth_another) {
            from_.assign(from);
            to_.assign(to);
            known_ = from < to;
        }
    }
    /// The map has that key now.
    void put(bytes_view key) {
        if (known_) [[unlikely]]
            cut_at(key);
    }
    void forget() noexcept { known_ = false; }

private:
    void cut_at(bytes_view key) {
        if (!contains(key)) return;
        to_.assign(key);
        known_ = from_ < to_;
    }
    [[nodiscard]] bool contains(bytes_view key) const noexcept {
        return known_ && !(key < from_.view()) && key < to_.view();
    }

    bytes from_;
    bytes to_;
    bool known_ = false;
};

} // namespace streams::inline v0
