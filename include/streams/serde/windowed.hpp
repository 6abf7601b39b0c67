#pragma once

#include <streams/core/big_endian.hpp>
#include <streams/serde/serde_object.hpp>
#include <streams/serde/window.hpp>
#include <streams/serde/window_ends.hpp>

#include <chrono>
#include <cstdint>
#include <utility>

namespace streams::inline v0 {

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

namespace detail {

/// The bytes before the last `suffix` ones. Throws serialization_error where there are fewer.
[[nodiscard]] inline bytes_view without_suffix(bytes_view in, std::size_t suffix) {
    if (in.size() < suffix)
        throw serialization_error(concat("cannot read a windowed key from ", in.size(), " bytes: it ends with ", suffix,
                                         " bytes of time; declare the type the key was written as"));
    return in.subview(0, in.size() - suffix);
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

/// The serde of time-windowed keys that knows where their windows end, by their size or by what laid them out: for reading a
/// topic that windows were written to. An object, where serde<T> is a type: pass it where a serde is taken as an argument.
template <has_serde Key>
class time_windowed_serde {
public:
    static constexpr bool borrows = borrows_from_record<Key>;
    /// `inner`: of the key inside.
    explicit time_windowed_serde(window_ends ends, serde_for<Key> inner = {})
        : ends_(std::move(ends)), inner_(std::move(inner)) {}
    explicit time_windowed_serde(std::chrono::milliseconds size, serde_for<Key> inner = {})
        : time_windowed_serde(window_ends(size), std::move(inner)) {}

    void serialize(const windowed<Key>& value, bytes& out) const {
        inner_.serialize(value.key, out);
        append_big_endian(out, value.window.start);
    }
    [[nodiscard]] windowed<Key> deserialize(bytes_view in) const {
        const bytes_view key = detail::without_suffix(in, 8);
        const auto start = load_big_endian<std::int64_t>(key.end());
        return {inner_.deserialize(key), {start, ends_(start)}};
    }
    static bytes_view placed_by(bytes_view serialized) { return serde<windowed<Key>>::placed_by(serialized); }

private:
    window_ends ends_;
    serde_for<Key> inner_;
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

/// The same, the key inside by a serde object.
template <has_serde Key>
class session_windowed_serde {
public:
    static constexpr bool borrows = borrows_from_record<Key>;
    explicit session_windowed_serde(serde_for<Key> inner) : inner_(std::move(inner)) {}

    void serialize(const session_windowed<Key>& value, bytes& out) const {
        inner_.serialize(value.key, out);
        append_big_endian(out, value.window.end);
        append_big_endian(out, value.window.start);
    }
    [[nodiscard]] session_windowed<Key> deserialize(bytes_view in) const {
        const bytes_view key = detail::without_suffix(in, 16);
        return {inner_.deserialize(key),
                {load_big_endian<std::int64_t>(key.end() + 8), load_big_endian<std::int64_t>(key.end())}};
    }
    static bytes_view placed_by(bytes_view serialized) { return serde<session_windowed<Key>>::placed_by(serialized); }

private:
    serde_for<Key> inner_;
};

} // namespace streams::inline v0
