#pragma once

#include <streams/core/big_endian.hpp>
#include <streams/state/state_store.hpp>
#include <streams/state/stored_headers.hpp>
#include <streams/state/value_and_timestamp.hpp>
#include <streams/state/value_timestamp_headers.hpp>

#include <cstdint>
#include <exception>
#include <optional>
#include <string_view>
#include <utility>

namespace streams::inline v0::detail {

/// Throws serialization_error: what stands in a store is not what its reader takes it for. Names store, key, cause and
/// remedy. `part`: `key`, `value`.
[[noreturn]] void throw_undecodable_entry(std::string_view store, bytes_view key, std::string_view part,
                                          const std::exception& cause);

/// Runs `decode`, whose errors are those of an entry of the store.
template <class Decode>
decltype(auto) decoding(std::string_view store, bytes_view key, std::string_view part, Decode decode) {
    try {
        return decode();
    } catch (const std::exception& cause) {
        throw_undecodable_entry(store, key, part, cause);
    }
}

/// The 8 bytes in front of a stored value, behind its headers. Throws serialization_error where it is shorter.
[[nodiscard]] inline std::int64_t stored_timestamp(bytes_view in) {
    if (in.size() < sizeof(std::int64_t))
        throw serialization_error(concat("a stored value of ", in.size(), " bytes is shorter than its timestamp"));
    return load_big_endian<std::int64_t>(in.data());
}

/// The bytes of a stored value: those of its serde, in a timestamped store with 8 bytes of timestamp in front, and in a store that
/// keeps headers with these in front of all. `with_headers`: Value has them; where it has none and the store does, who uses this
/// cuts them off, and puts none.
template <class Value>
struct stored_value {
    using plain = Value;
    static constexpr bool timestamped = false;
    static constexpr bool with_headers = false;
    static void serialize(const serde_for<plain>& serde, const Value& value, bytes& out) {
        serde.serialize(value, out);
    }
    [[nodiscard]] static Value deserialize(const serde_for<plain>& serde, bytes_view in) {
        return serde.deserialize(in);
    }
};

template <class Value>
struct stored_value<value_and_timestamp<Value>> {
    using plain = Value;
    static constexpr bool timestamped = true;
    static constexpr bool with_headers = false;
    static void serialize(const serde_for<plain>& serde, const value_and_timestamp<Value>& value, bytes& out) {
        append_big_endian(out, value.timestamp);
        serde.serialize(value.value, out);
    }
    [[nodiscard]] static value_and_timestamp<Value> deserialize(const serde_for<plain>& serde, bytes_view in) {
        const std::int64_t timestamp = stored_timestamp(in);
        return {serde.deserialize(in.subview(sizeof timestamp)), timestamp};
    }
};

template <class Value>
struct stored_value<value_timestamp_headers<Value>> {
    using plain = Value;
    static constexpr bool timestamped = true;
    static constexpr bool with_headers = true;
    static void serialize(const serde_for<plain>& serde, const value_timestamp_headers<Value>& value, bytes& out) {
        append_stored_headers(out, value.headers);
        append_big_endian(out, value.timestamp);
        serde.serialize(value.value, out);
    }
    [[nodiscard]] static value_timestamp_headers<Value> deserialize(const serde_for<plain>& serde, bytes_view in) {
        const bytes_view headers = cut_stored_headers(in);
        const std::int64_t timestamp = stored_timestamp(in);
        return {serde.deserialize(in.subview(sizeof timestamp)), timestamp, read_stored_headers(headers)};
    }
};

template <class Value>
struct stored_value<aggregation_with_headers<Value>> {
    using plain = Value;
    static constexpr bool timestamped = false;
    static constexpr bool with_headers = true;
    static void serialize(const serde_for<plain>& serde, const aggregation_with_headers<Value>& value, bytes& out) {
        append_stored_headers(out, value.headers);
        serde.serialize(value.aggregation, out);
    }
    [[nodiscard]] static aggregation_with_headers<Value> deserialize(const serde_for<plain>& serde, bytes_view in) {
        const bytes_view headers = cut_stored_headers(in);
        return {serde.deserialize(in), read_stored_headers(headers)};
    }
};

} // namespace streams::inline v0::detail
