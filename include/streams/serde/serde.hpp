#pragma once

#include <streams/core/bytes.hpp>
#include <streams/core/error.hpp>

#include <concepts>
#include <optional>
#include <type_traits>

namespace streams::inline v0 {

/// How values of a type become bytes in a topic or store, and back: the extension point for user types.
///
/// READ THIS IF THE COMPILER SAYS THAT serde<T> IS INCOMPLETE: specialise it for your type, or include the header that
/// does (<streams/serde/standard.hpp>, <streams/json/json.hpp>):
///
///     template <> struct streams::serde<payment> {
///         static void serialize(const payment&, streams::bytes& out);     // appends to out
///         static payment deserialize(streams::bytes_view);                // throws serialization_error
///         static void deserialize_into(streams::bytes_view, payment&);    // optional: reuses the object's memory
///         static constexpr bool borrows = true;  // optional: the value refers into the bytes, as a string_view does
///         static constexpr bool always_null = true;             // optional: written as null, and only null is read
///         static streams::bytes_view placed_by(streams::bytes_view);  // optional: the part of a key's bytes that
///                                                                     // decides its partition; else all of them
///     };
template <class T>
struct serde;

/// A type with a serde: bytes in both directions.
template <class T>
concept has_serde = requires(const T& value, bytes& out, bytes_view in) {
    serde<T>::serialize(value, out);
    { serde<T>::deserialize(in) } -> std::same_as<T>;
};

/// A type whose decoded values refer into the bytes they were decoded from; such a value dies with its record.
template <class T>
concept borrows_from_record = requires { requires serde<T>::borrows; };

/// A type that is always null in a topic, as Kafka's Void.
template <class T>
concept always_null = requires { requires serde<T>::always_null; };

/// A key type that is placed in a partition by a part of its bytes, as windowed keys are by the key inside.
template <class T>
concept placed_by_part = requires(bytes_view serialized) {
    { serde<T>::placed_by(serialized) } -> std::same_as<bytes_view>;
};

namespace detail {
template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};
} // namespace detail

/// `std::optional<U>`: the type admits null.
template <class T>
concept nullable = detail::is_optional<T>::value;

namespace detail {
template <class T>
struct without_null {
    using type = T;
};
template <class T>
struct without_null<std::optional<T>> {
    using type = T;
};
} // namespace detail

/// The type without its null: U for `std::optional<U>`, T for T.
template <class T>
using without_null_t = typename detail::without_null<T>::type;

/// A key or value type that can be read from and written to a topic: it has a serde, or is an optional of one that has.
template <class T>
concept readable_and_writable = has_serde<without_null_t<T>>;

/// Decodes a key or value that may be null. Throws serialization_error where null came and T does not admit it; callers
/// that know topic and offset say them.
template <readable_and_writable T>
[[nodiscard]] T decode(std::optional<bytes_view> in) {
    if constexpr (nullable<T>) {
        if (!in) return std::nullopt;
        return serde<without_null_t<T>>::deserialize(*in);
    } else if constexpr (always_null<T>) {
        return in ? serde<T>::deserialize(*in) : T{};
    } else {
        if (!in) throw serialization_error("null where the type admits none");
        return serde<T>::deserialize(*in);
    }
}

/// Appends the bytes of a key or value to `out`; false, and nothing appended, where it is null.
template <readable_and_writable T>
[[nodiscard]] bool encode(const T& value, bytes& out) {
    if constexpr (nullable<T>) {
        if (!value) return false;
        serde<without_null_t<T>>::serialize(*value, out);
    } else if constexpr (always_null<T>) {
        return false;
    } else {
        serde<T>::serialize(value, out);
    }
    return true;
}

} // namespace streams::inline v0
