#pragma once

#include <streams/core/bytes.hpp>
#include <streams/state/state_store.hpp>
#include <streams/state/store_iterator.hpp>

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

/// What a query asks of one store and what it answers, in bytes: what typed queries are made of.
namespace streams::inline v0 {

/// The values of keys.
struct keys_question {
    std::vector<bytes> keys;
};
/// Entries with from <= key <= to; nullopt leaves that side open.
struct span_question {
    std::optional<bytes> from{};
    std::optional<bytes> to{};
    iteration_order order = iteration_order::ascending;
};
/// Entries whose key begins with `prefix`.
struct prefix_question {
    bytes prefix;
    iteration_order order = iteration_order::ascending;
};
/// About how many entries there are.
struct count_question {};
/// The windows of one key with from <= start <= to, or the sessions of one with end >= from and start <= to, by time.
struct key_times_question {
    bytes key;
    std::int64_t from;
    std::int64_t to;
    iteration_order order = iteration_order::ascending;
};
/// The same of the keys in [first, last] (nullopt: open), by key, then by time.
struct keys_times_question {
    std::optional<bytes> first{};
    std::optional<bytes> last{};
    std::int64_t from;
    std::int64_t to;
    iteration_order order = iteration_order::ascending;
};
/// The version that was valid at `as_of`, ms; nullopt: the latest.
struct version_question {
    bytes key;
    std::optional<std::int64_t> as_of{};
};
/// The versions that were valid at some time in [from, to], by when they began.
struct history_question {
    bytes key;
    std::int64_t from;
    std::int64_t to;
    iteration_order order = iteration_order::ascending;
};

using store_question = std::variant<keys_question, span_question, prefix_question, count_question, key_times_question,
                                    keys_times_question, version_question, history_question>;

/// An entry that was found; the views are valid until the cursor moves.
struct found_row {
    bytes_view key;
    bytes_view value;
    std::int64_t from = 0; ///< ms: the start of a window or session, or when a version began
    std::int64_t to = 0;   ///< ms: the end of a session, or when a version was replaced, `still_valid` for the latest
};
inline constexpr std::int64_t still_valid = std::numeric_limits<std::int64_t>::max();

/// In the order of the keys that were asked for; nullopt: absent.
struct found_values {
    std::vector<std::optional<bytes>> all{};
    std::shared_ptr<const void> memory{}; ///< what they take of the application's, as long as they are kept
};
/// Can be read on any thread, by one at a time, as the store was when it was asked. Throws state_store_migrated_error
/// where the store is closed before the end, and query_memory_error.
using found_rows = std::unique_ptr<store_cursor<found_row>>;
using store_answer = std::variant<found_values, found_rows, std::uint64_t>;

} // namespace streams::inline v0
