#pragma once

#include <streams/dsl/detail/joins/join_span.hpp>
#include <streams/dsl/detail/windows/kind_of_windows.hpp>
#include <streams/dsl/detail/windows/session_windows.hpp>
#include <streams/dsl/detail/windows/sliding_windows.hpp>
#include <streams/dsl/detail/windows/time_windows.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace streams::inline v0 {

/// Windows side by side, `[start, end)`, aligned to the epoch: `tumbling{5min}`, `tumbling{.size = 5min, .grace = 1min}`
/// (Kafka's `TimeWindows`). A window closes once the largest timestamp seen is `grace` past its end; records for it are
/// dropped then, as late. Without grace the first record at or past the end closes it.
struct tumbling {
    std::chrono::milliseconds size;     ///< above zero
    std::chrono::milliseconds grace{0}; ///< not negative
};

/// Windows that overlap, one beginning every `advance`: `hopping{.size = 5min, .advance = 1min}`; a record counts in each
/// that holds it. Otherwise as tumbling.
struct hopping {
    std::chrono::milliseconds size;     ///< above zero
    std::chrono::milliseconds advance;  ///< above zero, at most size
    std::chrono::milliseconds grace{0}; ///< not negative
};

/// Windows that follow the records, `[start, end]`, so that any two records at most `difference` apart share one:
/// `sliding{1min}` (Kafka's `SlidingWindows`). Each distinct content is one window. Two windows a record: prefer hopping
/// where steps are good enough.
struct sliding {
    std::chrono::milliseconds difference; ///< not negative
    std::chrono::milliseconds grace{0};   ///< not negative
};

/// Sessions of a key, `[first record, last record]`: records at most `gap` apart belong together, and a record between
/// two sessions joins them (Kafka's `SessionWindows`). A session closes `gap` and `grace` after its end.
struct session {
    std::chrono::milliseconds gap;      ///< not negative
    std::chrono::milliseconds grace{0}; ///< not negative
};

/// One window of all records from `start` on, which never closes (Kafka's `UnlimitedWindows`). Earlier records are
/// ignored.
struct unlimited {
    std::chrono::milliseconds start{0}; ///< since the epoch, not negative
};

/// Which records of two streams join (Kafka's `JoinWindows`): those of one key whose times differ by `difference` at most,
/// `join_windows{5min}`; or from `before` before to `after` after the time of the left record, where those are given. One
/// of the two may be negative: `join_windows{.before = -1s, .after = 1h}` joins with right records one second later at
/// least. A record is kept to be joined for before + after + grace, by the largest timestamp seen; a left or outer join
/// emits one without a match then.
struct join_windows {
    std::chrono::milliseconds difference{0};
    std::optional<std::chrono::milliseconds> before{}; ///< nullopt: difference
    std::optional<std::chrono::milliseconds> after{};  ///< nullopt: difference
    std::chrono::milliseconds grace{0};                ///< not negative
};

/// Every `size` records of a key, one after the other. An extension.
struct count_window {
    std::int64_t size; ///< records, above zero
};

/// An extension of emit_on_close; see there.
struct close_when_idle {
    std::chrono::milliseconds after; ///< of the wall clock, above zero
};

namespace detail {
/// Throws topology_error where no record is within the windows, or grace is negative.
[[nodiscard]] join_span span_of(const join_windows& windows);
/// Throw topology_error for impossible sizes.
[[nodiscard]] time_windows checked(const tumbling& windows);
[[nodiscard]] time_windows checked(const hopping& windows);
[[nodiscard]] sliding_windows checked(const sliding& windows);
[[nodiscard]] session_windows checked(const session& windows);
[[nodiscard]] time_windows checked(const unlimited& windows);
[[nodiscard]] time_windows checked_custom(std::chrono::milliseconds size, std::chrono::milliseconds grace,
                                          std::shared_ptr<const window_rule> rule);
template <custom_windows W>
[[nodiscard]] time_windows checked(const W& windows) {
    return checked_custom(windows.size(), windows.grace(), std::make_shared<custom_window_rule<W>>(windows));
}
/// The timeout in ms. Throws topology_error unless it is above zero.
[[nodiscard]] std::int64_t checked(const close_when_idle& idle);
/// The size. Throws topology_error unless it is above zero.
[[nodiscard]] std::int64_t checked(const count_window& windows);

template <class W>
using checked_t = decltype(checked(std::declval<const W&>()));
} // namespace detail

/// What windowed_by takes, besides session: the kinds above, and custom_windows.
template <class W>
concept time_window = detail::kind_of_windows<detail::checked_t<W>> && (!detail::checked_t<W>::merges);

namespace detail {
/// The kind of windows that W is, and its sizes. Throws topology_error where these are impossible. A `checked` beside W is
/// found too.
template <time_window W>
[[nodiscard]] checked_t<W> checked_windows(const W& windows) {
    return checked(windows);
}

/// Does not compile unless windowed_by takes W.
template <class W>
consteval void check_windows() {
    static_assert(
        time_window<W>,
        "windowed_by takes tumbling, hopping, sliding, session, unlimited, count_window, or windows of your own: a "
        "type with windows_for(std::int64_t timestamp) const, which returns a range of streams::window, and size() "
        "and grace() in milliseconds (see streams::custom_windows)");
}
} // namespace detail

} // namespace streams::inline v0
