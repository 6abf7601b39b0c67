#pragma once

#include <streams/core/big_endian.hpp>
#include <streams/serde/serde.hpp>
#include <streams/state/value_and_timestamp.hpp>

#include <cstdint>

namespace streams::inline v0::detail {

/// The bytes of a stored value: those of its serde, in a timestamped store with 8 bytes of timestamp in front.
template <class Value>
struct stored_value {
    static constexpr bool timestamped = false;
    static void serialize(const Value& value, bytes& out) { serde<Value>::serialize(value, out); }
    [[nodiscard]] static Value deserialize(bytes_view in) { return serde<Value>::deserialize(in); }
};

template <class Value>
struct stored_value<value_and_timestamp<Value>> {
    static constexpr bool timestamped = true;
    static void serialize(const value_and_timestamp<Value>& value, bytes& out) {
        append_big_endian(out, value.timestamp);
        serde<Value>::serialize(value.value, out);
    }
    [[nodiscard]] static value_and_timestamp<Value> deserialize(bytes_view in) {
        if (in.size() < sizeof(std::int64_t))
            throw serialization_error(concat("a stored value of ", in.size(), " bytes is shorter than its timestamp"));
        return {serde<Value>::deserialize(in.subview(sizeof(std::int64_t))), load_big_endian<std::int64_t>(in.data())};
    }
};

} // namespace streams::inline v0::detail
