#pragma once

#include <streams/core/big_endian.hpp>
#include <streams/serde/serde.hpp>
#include <streams/serde/uuid.hpp>

#include <bit>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

// The bytes are those of Java's org.apache.kafka.common.serialization.Serdes.

namespace streams::inline v0 {

namespace detail {

/// Throws serialization_error: `in` has another size than the type's.
[[noreturn]] void throw_wrong_size(std::string_view type, std::size_t expected, std::size_t found);

template <class T>
concept character = std::same_as<T, char> || std::same_as<T, wchar_t> || std::same_as<T, char8_t> ||
                    std::same_as<T, char16_t> || std::same_as<T, char32_t>;

template <class T>
concept number_in_topics = std::integral<T> && !std::same_as<T, bool> && !character<T>;

template <std::integral Integer>
[[nodiscard]] Integer read_big_endian(bytes_view in, std::string_view type) {
    if (in.size() != sizeof(Integer)) throw_wrong_size(type, sizeof(Integer), in.size());
    return load_big_endian<Integer>(in.data());
}

} // namespace detail

/// Text: its bytes as they are, which by Kafka's custom are UTF-8; they are not checked.
template <>
struct serde<std::string> {
    static void serialize(const std::string& value, bytes& out) { out.append(std::string_view(value)); }
    static std::string deserialize(bytes_view in) { return std::string(in.text()); }
    static void deserialize_into(bytes_view in, std::string& value) { value.assign(in.text()); }
};

/// Text that refers into its record, and so is valid for no longer than that is processed.
template <>
struct serde<std::string_view> {
    static constexpr bool borrows = true;
    static void serialize(std::string_view value, bytes& out) { out.append(value); }
    static std::string_view deserialize(bytes_view in) noexcept { return in.text(); }
};

/// Bytes as they are.
template <>
struct serde<bytes> {
    static void serialize(const bytes& value, bytes& out) { out.append(value.view()); }
    static bytes deserialize(bytes_view in) { return bytes(in); }
    static void deserialize_into(bytes_view in, bytes& value) { value.assign(in); }
};

/// Bytes that refer into their record, and so are valid for no longer than that is processed.
template <>
struct serde<bytes_view> {
    static constexpr bool borrows = true;
    static void serialize(bytes_view value, bytes& out) { out.append(value); }
    static bytes_view deserialize(bytes_view in) noexcept { return in; }
};

/// Integers of 1, 2, 4 and 8 bytes, big-endian: Java's Short, Integer and Long. Unsigned ones are written bit for bit,
/// so Java reads those past its signed maximum as negative.
template <class Integer>
    requires detail::number_in_topics<Integer>
struct serde<Integer> {
    static void serialize(const Integer& value, bytes& out) { append_big_endian(out, value); }
    static Integer deserialize(bytes_view in) { return detail::read_big_endian<Integer>(in, "an integer"); }
};

/// One byte, 0 or 1.
template <>
struct serde<bool> {
    static void serialize(const bool& value, bytes& out) { out.push_back(std::byte{value}); }
    static bool deserialize(bytes_view in) {
        const auto value = detail::read_big_endian<std::uint8_t>(in, "a bool");
        if (value > 1) throw serialization_error(concat("cannot read a bool from byte ", value, ": it is 0 or 1"));
        return value == 1;
    }
};

/// 4 bytes of IEEE 754, big-endian.
template <>
struct serde<float> {
    static void serialize(const float& value, bytes& out) {
        append_big_endian(out, std::bit_cast<std::int32_t>(value));
    }
    static float deserialize(bytes_view in) {
        return std::bit_cast<float>(detail::read_big_endian<std::int32_t>(in, "a float"));
    }
};

/// 8 bytes of IEEE 754, big-endian.
template <>
struct serde<double> {
    static void serialize(const double& value, bytes& out) {
        append_big_endian(out, std::bit_cast<std::int64_t>(value));
    }
    static double deserialize(bytes_view in) {
        return std::bit_cast<double>(detail::read_big_endian<std::int64_t>(in, "a double"));
    }
};

/// Kafka's `Void`: written as null, and only null is read.
template <>
struct serde<std::monostate> {
    static constexpr bool always_null = true;
    static void serialize(const std::monostate&, bytes&) noexcept {}
    static std::monostate deserialize(bytes_view in);
};

} // namespace streams::inline v0
