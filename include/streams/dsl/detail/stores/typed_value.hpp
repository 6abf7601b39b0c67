#pragma once

#include <streams/serde/serde_object.hpp>
#include <streams/state/stored_value.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace streams::inline v0::detail {

/// The keys of one store, read and written through a buffer that is used again.
template <class Key>
class typed_key {
public:
    typed_key() = default;
    explicit typed_key(serde_for<Key> serde) : serde_(std::move(serde)) {}
    void open(const state_store& store) {
        serde_ = store.key_serde<Key>();
        store_ = store.name();
    }

    /// Says where the keys are, for messages; the name outlives this.
    void stored_in(std::string_view store) noexcept { store_ = store; }

    /// The bytes of a key, valid until the next call.
    bytes_view write(const Key& key) {
        buffer_.clear();
        serde_.serialize(key, buffer_);
        return buffer_.view();
    }
    /// Those of the last call.
    [[nodiscard]] bytes_view view() const noexcept { return buffer_.view(); }
    /// Throws serialization_error, which names the store.
    void read(bytes_view in, std::optional<Key>& key) const {
        decoding(store_, in, "key", [&] { serde_.decode_into(in, key); });
    }
    [[nodiscard]] Key decoded(bytes_view in) const {
        return decoding(store_, in, "key", [&] { return serde_.deserialize(in); });
    }

private:
    serde_for<Key> serde_;
    std::string_view store_;
    bytes buffer_;
};

/// The values of one store, `timestamp:8 | value`, or plain where it keeps no timestamps, read and written through buffers
/// that are used again. Where the store keeps headers, those in front are passed over, and none are written, as Kafka Streams'
/// operators do. Reading throws serialization_error, which names the store and the key.
template <class Value>
class typed_value {
public:
    typed_value() = default;
    explicit typed_value(serde_for<Value> serde) : serde_(std::move(serde)) {}
    void open(const state_store& store) {
        serde_ = store.value_serde<Value>();
        store_ = store.name();
        headers_ = store.keeps_headers();
    }
    /// Says where the values are, for messages; the name outlives this.
    void stored_in(std::string_view store) noexcept { store_ = store; }

    /// Nullopt leaves `value` empty. Returns the timestamp, -1 where there is none.
    std::int64_t read(bytes_view key, std::optional<bytes_view> stored, std::optional<Value>& value) const {
        if (!stored) {
            value.reset();
            return -1;
        }
        return decoding(store_, key, "value", [&] {
            if (headers_) static_cast<void>(cut_stored_headers(*stored));
            const std::int64_t timestamp = stored_timestamp(*stored);
            serde_.decode_into(stored->subview(sizeof timestamp), value);
            return timestamp;
        });
    }
    /// The same of a value that is stored without timestamp.
    void read_plain(bytes_view key, std::optional<bytes_view> stored, std::optional<Value>& value) const {
        if (!stored) return value.reset();
        decoding(store_, key, "value", [&] {
            if (headers_) static_cast<void>(cut_stored_headers(*stored));
            serde_.decode_into(*stored, value);
        });
    }
    /// The bytes to store, valid until the next call; null: nullopt.
    [[nodiscard]] std::optional<bytes_view> write(const Value* value, std::int64_t timestamp) {
        if (!value) return std::nullopt;
        begin();
        append_big_endian(buffer_, timestamp);
        serde_.serialize(*value, buffer_);
        return buffer_.view();
    }
    [[nodiscard]] std::optional<bytes_view> write_plain(const Value* value) {
        if (!value) return std::nullopt;
        begin();
        serde_.serialize(*value, buffer_);
        return buffer_.view();
    }

private:
    void begin() {
        buffer_.clear();
        if (headers_) append_stored_headers(buffer_, {});
    }

    serde_for<Value> serde_;
    std::string_view store_;
    bool headers_ = false; ///< stand in front of values
    bytes buffer_;
};

/// What a store's definition says of its serdes; null where none was chosen.
template <class Key, class Value>
[[nodiscard]] std::shared_ptr<const store_serdes> kept_by(const serde_for<Key>& key, const serde_for<Value>& value) {
    if (!key.chosen() && !value.chosen()) return nullptr;
    return kept(key.erased(), value.erased());
}

template <class T>
[[nodiscard]] const T* pointer_to(const std::optional<T>& value) noexcept {
    return value ? &*value : nullptr;
}

} // namespace streams::inline v0::detail
