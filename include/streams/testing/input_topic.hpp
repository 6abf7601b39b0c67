#pragma once

#include <streams/core/saturation.hpp>
#include <streams/serde/serde.hpp>
#include <streams/testing/byte_driver.hpp>
#include <streams/testing/test_record.hpp>

#include <chrono>
#include <initializer_list>
#include <string>
#include <utility>

namespace streams::inline v0 {

/// The time of records that are piped without one.
struct input_topic_time {
    std::chrono::milliseconds start{0};        ///< of the first, since the epoch
    std::chrono::milliseconds auto_advance{0}; ///< how much later each further one is
};

/// The end of a topic that a test writes to (Kafka's `TestInputTopic`). Every call processes all that the record sets
/// off before it returns, and throws what stops the topology. Null goes through optional types. Valid as long as the
/// driver; copies write to the same topic, each with a time of its own.
template <class Key, class Value, class KeySerde = serde<without_null_t<Key>>,
          class ValueSerde = serde<without_null_t<Value>>>
class input_topic {
public:
    input_topic(byte_driver& driver, std::string topic, input_topic_time time = {}, KeySerde key_serde = {},
                ValueSerde value_serde = {})
        : driver_(&driver), topic_(std::move(topic)), now_(time.start), auto_advance_(time.auto_advance),
          key_serde_(std::move(key_serde)), value_serde_(std::move(value_serde)) {
        driver.require_input(topic_);
    }

    /// Pipes at the topic's own time, and advances that.
    void pipe(const Key& key, const Value& value) {
        const auto at = now_;
        advance_time(auto_advance_);
        pipe(key, value, at);
    }
    /// Pipes at a time since the epoch.
    void pipe(const Key& key, const Value& value, std::chrono::milliseconds at, headers headers = {}) {
        pipe(test_record<Key, Value>{key, value, at.count(), std::move(headers)});
    }
    /// Pipes at a time in ms since the epoch.
    void pipe(const Key& key, const Value& value, std::int64_t at, headers headers = {}) {
        pipe(test_record<Key, Value>{key, value, at, std::move(headers)});
    }
    void pipe(const test_record<Key, Value>& record) {
        driver_->pipe(topic_, {.key = encoded(key_serde_, record.key),
                               .value = encoded(value_serde_, record.value),
                               .timestamp = record.timestamp,
                               .headers = record.headers,
                               .partition = record.partition});
    }
    /// Pipes one record after the other.
    void pipe_all(std::initializer_list<test_record<Key, Value>> records) {
        for (const auto& each : records) pipe(each);
    }

    /// Moves the topic's own time.
    void advance_time(std::chrono::milliseconds span) {
        now_ = std::chrono::milliseconds(detail::add_sat(now_.count(), span.count()));
    }
    [[nodiscard]] const std::string& topic() const noexcept { return topic_; }

private:
    template <class T, class Serde>
    static std::optional<bytes> encoded(const Serde& serde, const T& value) {
        bytes out;
        if constexpr (always_null<T>)
            return std::nullopt;
        else if constexpr (nullable<T>) {
            if (!value) return std::nullopt;
            serde.serialize(*value, out);
        } else {
            serde.serialize(value, out);
        }
        return out;
    }

    byte_driver* driver_;
    std::string topic_;
    std::chrono::milliseconds now_;
    std::chrono::milliseconds auto_advance_;
    [[no_unique_address]] KeySerde key_serde_;
    [[no_unique_address]] ValueSerde value_serde_;
};

} // namespace streams::inline v0
