#pragma once

#include <streams/core/big_endian.hpp>
#include <streams/serde/serde.hpp>
#include <streams/state/value_and_timestamp.hpp>

#include <concepts>
#include <cstdint>
#include <optional>

namespace streams::inline v0::detail {

/// Decodes into an object that may hold an earlier value, and reuses its memory where the serde can.
template <class T>
void decode_into(bytes_view in, std::optional<T>& out) {
    if constexpr (std::default_initializable<T> && requires(T & value) { serde<T>::deserialize_into(in, value); }) {
        if (!out) out.emplace();
        serde<T>::deserialize_into(in, *out);
    } else {
        out = serde<T>::deserialize(in);
    }
}

/// A stored value, `timestamp:8 | value`, read and written through buffers that are used again.
template <class Value>
class typed_value {
public:
    /// Nullopt leaves `value` empty. Returns the timestamp, -1 where there is none.
    static std::int64_t read(std::optional<bytes_view> stored, std::optional<Value>& value) {
        if (!stored) {
            value.reset();
            return -1;
        }
        decode_into<Value>(stored->subview(sizeof(std::int64_t)), value);
        return load_big_endian<std::int64_t>(stored->data());
    }
    /// The same of a value that is stored without timestamp.
    static void read_plain(std::optional<bytes_view> stored, std::optional<Value>& value) {
        if (stored)
            decode_into<Value>(*stored, value);
        else
            value.reset();
    }
    /// The bytes to store, valid until the next call.
    [[nodiscard]] std::optional<bytes_view> write(const Value* value, std::int64_t timestamp) {
        if (!value) return std::nullopt;
        buffer_.clear();
        append_big_endian(buffer_, timestamp);
        serde<Value>::serialize(*value, buffer_);
        return buffer_.view();
    }
    [[nodiscard]] std::optional<bytes_view> write_plain(const Value* value) {
        if (!value) return std::nullopt;
        buffer_.clear();
        serde<Value>::serialize(*value, buffer_);
        return buffer_.view();
    }

private:
    bytes buffer_;
};

template <class T>
[[nodiscard]] const T* pointer_to(const std::optional<T>& value) noexcept {
    return value ? &*value : nullptr;
}

} // namespace streams::inline v0::detail
