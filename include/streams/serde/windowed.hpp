#pragma once

#include <streams/core/big_endian.hpp>
#include <streams/core/saturation.hpp>
#include <streams/serde/serde.hpp>

#include <chrono>
#include <cstdint>
#include <limits>

namespace streams::inline v0 {

/// A span of time, ms since the epoch. Time windows are `[start, end)`, sliding and session windows `[start, end]`.
struct window {
    std::int64_t start = 0;
    std::int64_t end = 0;

    friend bool operator==(const window&, const window&) = default;
    friend auto operator<=>(const window&, const window&) = default;
};

/// A key together with the time window it was aggregated in.
template <class Key>
struct windowed {
    Key key;
    streams::window window;

    friend bool operator==(const windowed&, const windowed&) = default;
    friend auto operator<=>(const windowed&, const windowed&) = default;
};

/// A key together with the session it was aggregated in. A type of its own, because its bytes are others.
template <class Key>
struct session_windowed {
    Key key;
    streams::window window;

    friend bool operator==(const session_windowed&, const session_windowed&) = default;
    friend auto operator<=>(const session_windowed&, const session_windowed&) = default;
};

/// The end of a window whose end is not known.
inline constexpr std::int64_t unknown_window_end = std::numeric_limits<std::int64_t>::max();

namespace detail {

/// The bytes before the last `suffix` ones. Throws serialization_error where there are fewer.
[[nodiscard]] inline bytes_view without_suffix(bytes_view in, std::size_t suffix) {
    if (in.size() < suffix)
        throw serialization_error(concat("cannot read a windowed key from ", in.size(), " bytes: it ends with ", suffix,
                                         " bytes of time; declare the type the key was written as"));
    return in.subview(0, in.size() - suffix);
}

/// The end of a window of `size` ms; unknown_window_end where it would overflow, as in Kafka Streams.
[[nodiscard]] constexpr std::int64_t window_end(std::int64_t start, std::int64_t size) noexcept {
    return add_sat(start, size);
}

} // namespace detail

/// A time-windowed key in a topic: `key | start:8` (Kafka's `TimeWindowedSerializer`). The end is not in the bytes: it is
/// read as unknown_window_end; read with a time_windowed_serde where it matters. Partitioned by the key inside.
template <has_serde Key>
struct serde<windowed<Key>> {
    static constexpr bool borrows = borrows_from_record<Key>;
    static void serialize(const windowed<Key>& value, bytes& out) {
        serde<Key>::serialize(value.key, out);
        append_big_endian(out, value.window.start);
    }
    static windowed<Key> deserialize(bytes_view in) {
        const bytes_view key = detail::without_suffix(in, 8);
        return {serde<Key>::deserialize(key), {load_big_endian<std::int64_t>(key.end()), unknown_window_end}};
    }
    static bytes_view placed_by(bytes_view serialized) { return detail::without_suffix(serialized, 8); }
};

/// The serde of time-windowed keys that knows the size of their windows, and so their ends: for reading a topic that
/// windows were written to. An object, where serde<T> is a type: pass it where a serde is taken as an argument.
template <has_serde Key>
class time_windowed_serde {
public:
    static constexpr bool borrows = borrows_from_record<Key>;
    explicit constexpr time_windowed_serde(std::chrono::milliseconds size) noexcept : size_(size.count()) {}

    void serialize(const windowed<Key>& value, bytes& out) const { serde<windowed<Key>>::serialize(value, out); }
    [[nodiscard]] windowed<Key> deserialize(bytes_view in) const {
        auto value = serde<windowed<Key>>::deserialize(in);
        value.window.end = detail::window_end(value.window.start, size_);
        return value;
    }
    static bytes_view placed_by(bytes_view serialized) { return serde<windowed<Key>>::placed_by(serialized); }

private:
    std::int64_t size_;
};

/// A session-windowed key in a topic: `key | end:8 | start:8` (Kafka's `SessionWindowedSerializer`). Partitioned by the
/// key inside.
template <has_serde Key>
struct serde<session_windowed<Key>> {
    static constexpr bool borrows = borrows_from_record<Key>;
    static void serialize(const session_windowed<Key>& value, bytes& out) {
        serde<Key>::serialize(value.key, out);
        append_big_endian(out, value.window.end);
        append_big_endian(out, value.window.start);
    }
    static session_windowed<Key> deserialize(bytes_view in) {
        const bytes_view key = detail::without_suffix(in, 16);
        return {serde<Key>::deserialize(key),
                {load_big_endian<std::int64_t>(key.end() + 8), load_big_endian<std::int64_t>(key.end())}};
    }
    static bytes_view placed_by(bytes_view serialized) { return detail::without_suffix(serialized, 16); }
};

} // namespace streams::inline v0
