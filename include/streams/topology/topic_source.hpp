#pragma once

#include <streams/serde/serde_object.hpp>
#include <streams/topology/node.hpp>
#include <streams/topology/task_context.hpp>
#include <streams/topology/timestamp_extractors.hpp>

#include <concepts>
#include <utility>

namespace streams::inline v0 {

/// What a source does with a null key or value where its type admits none.
enum class on_null {
    fail, ///< the record does not decode: the deserialization handler decides
    drop, ///< drop the record, counted as drop_reason::null_key or null_value
};

namespace detail {

template <class T>
inline constexpr bool admits_null = nullable<T> || always_null<T>;

/// Decodes one key or value after the other, into the same object where its serde allows.
template <class T, class Serde>
class field_decoder {
    using plain = without_null_t<T>;
    static constexpr bool by_choice = std::same_as<Serde, serde_for<plain>>;
    static constexpr bool in_place =
        std::default_initializable<plain> &&
        requires(const Serde& s, bytes_view in, plain& out) { s.deserialize_into(in, out); };

public:
    explicit field_decoder(Serde serde) : serde_(std::move(serde)) {}

    /// Valid until the next call. REQUIRES: in, or T admits null. Throws serialization_error.
    const T& operator()(std::optional<bytes_view> in) {
        if constexpr (admits_null<T>) {
            if (!in) return null();
        }
        if constexpr (by_choice) {
            serde_.decode_into(*in, held_);
        } else if constexpr (in_place) {
            if (!held_) held_.emplace();
            serde_.deserialize_into(*in, *held_);
        } else {
            held_.reset();
            held_.emplace(serde_.deserialize(*in));
        }
        if constexpr (nullable<T>)
            return held_;
        else
            return *held_;
    }

private:
    const T& null() {
        if constexpr (nullable<T>) {
            held_.reset();
            return held_;
        } else {
            return held_.emplace();
        }
    }

    [[no_unique_address]] Serde serde_;
    std::optional<plain> held_;
};

/// Throws undecodable for a null that the type of the source does not admit. `field`: key or value.
[[noreturn]] void refuse_null_field(std::string_view field);
/// Throws undecodable for what a serde refused.
[[noreturn]] void refuse_field(std::string_view field, const std::exception& cause);

} // namespace detail

/// Reads the records of input topics. Decodes with serde<Key> and serde<Value>, or with serde objects. `Timestamp` chooses the event time: it is
/// called as `(const record_view&, partition_time)`, with a `const task_context&` behind, or as `(const Key&, const Value&, const record_view&,
/// partition_time)`, which decodes the record once more; it returns ms since the epoch, negative to drop the record.
template <class Key, class Value, class Timestamp = default_timestamp, class KeySerde = serde_for<without_null_t<Key>>,
          class ValueSerde = serde_for<without_null_t<Value>>>
class topic_source final : public source_node {
public:
    explicit topic_source(on_null nulls = on_null::fail, Timestamp timestamp = {}, KeySerde key_serde = {},
                          ValueSerde value_serde = {})
        : nulls_(nulls), timestamp_(std::move(timestamp)), key_(std::move(key_serde)), value_(std::move(value_serde)) {}

    void init(task_context& context) override { context_ = &context; }
    void connect(node& child) override { outputs_.connect(*this, child); }

    void process(const record_view& raw, std::int64_t timestamp, streams::headers& headers) override {
        if (nulls_ == on_null::drop && dropped(raw)) return;
        const Key& key = read(key_, raw.key, "key");
        const Value& value = read(value_, raw.value, "value");
        outputs_.forward({key, value, timestamp, headers});
    }

    [[nodiscard]] std::int64_t timestamp_of(const record_view& raw, std::int64_t partition_time) override {
        if constexpr (std::invocable<const Timestamp&, const record_view&, std::int64_t>) {
            return timestamp_(raw, partition_time);
        } else if constexpr (std::invocable<const Timestamp&, const record_view&, std::int64_t, const task_context&>) {
            return timestamp_(raw, partition_time, *context_);
        } else {
            // Whether the record is dropped for its null is decided, and counted, when it is processed.
            if (nulls_ == on_null::drop && refused_null(raw)) return raw.timestamp;
            const Key& key = read(key_, raw.key, "key");
            const Value& value = read(value_, raw.value, "value");
            return timestamp_(key, value, raw, partition_time);
        }
    }

private:
    [[nodiscard]] static bool refused(const std::optional<bytes_view>& in, bool admits_null) noexcept {
        return !in && !admits_null;
    }
    [[nodiscard]] static bool refused_null(const record_view& raw) noexcept {
        return refused(raw.key, detail::admits_null<Key>) || refused(raw.value, detail::admits_null<Value>);
    }
    [[nodiscard]] bool dropped(const record_view& raw) {
        if (!refused_null(raw)) return false;
        const bool key = refused(raw.key, detail::admits_null<Key>);
        context_->drop(key ? drop_reason::null_key : drop_reason::null_value, name());
        return true;
    }
    template <class T, class Serde>
    static const T& read(detail::field_decoder<T, Serde>& decoder, std::optional<bytes_view> in,
                         std::string_view field) {
        if constexpr (!detail::admits_null<T>) {
            if (!in) detail::refuse_null_field(field);
        }
        try {
            return decoder(in);
        } catch (const std::exception& cause) {
            detail::refuse_field(field, cause);
        }
    }

    on_null nulls_;
    [[no_unique_address]] Timestamp timestamp_;
    detail::field_decoder<Key, KeySerde> key_;
    detail::field_decoder<Value, ValueSerde> value_;
    outputs<Key, Value> outputs_;
    task_context* context_ = nullptr;
};

} // namespace streams::inline v0
