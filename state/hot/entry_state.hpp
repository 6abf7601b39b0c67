#pragma once

#include <cstdint>

namespace streams::inline v0 {

/// Where an entry of a store stands on its way from a write to the changelog and to the disk. From `dirty` on it has a pending
/// update, which reads see instead of the committed value.
enum class entry_state : std::uint8_t {
    unread,    ///< what is committed was never asked for: the disk may have the key
    clean,     ///< the committed value is what the disk holds; in a store without disk: committed
    unwritten, ///< the committed value is newer than the disk
    dirty,     ///< written since the last commit, and the changelog has nothing of it
    drained,   ///< written since the last commit, and the changelog has it
    redirtied, ///< drained since the last commit, and written again
    retracted, ///< made and deleted since the last commit, and nobody heard of it
};

[[nodiscard]] constexpr bool is_pending(entry_state state) noexcept { return state >= entry_state::dirty; }
/// The newest value waits for a flush.
[[nodiscard]] constexpr bool is_dirty(entry_state state) noexcept {
    return state == entry_state::dirty || state == entry_state::redirtied;
}
/// The changelog got a value since the last commit.
[[nodiscard]] constexpr bool has_drained(entry_state state) noexcept {
    return state == entry_state::drained || state == entry_state::redirtied;
}

/// The table of legal moves.
[[nodiscard]] constexpr bool may_become(entry_state from, entry_state to) noexcept {
    using enum entry_state;
    constexpr auto any_of = [](auto... states) { return ((1U << static_cast<unsigned>(states)) | ...); };
    constexpr unsigned moves[] = {
        // unread: loaded; written
        any_of(clean, dirty),
        // clean: restored; written
        any_of(unwritten, dirty),
        // unwritten: restored; checkpointed; written
        any_of(unwritten, clean, dirty),
        // dirty: written; flushed; rolled back
        any_of(dirty, drained, retracted, unread, clean, unwritten),
        // drained: written; committed or rolled back
        any_of(redirtied, unread, clean, unwritten),
        // redirtied: written; flushed; committed; rolled back
        any_of(redirtied, drained, dirty, unread, clean, unwritten),
        // retracted: written; committed or rolled back
        any_of(dirty, unread, clean, unwritten),
    };
    return (moves[static_cast<unsigned>(from)] >> static_cast<unsigned>(to) & 1U) != 0;
}

} // namespace streams::inline v0
