#pragma once

#include <streams/serde/serde.hpp>
#include <streams/testing/byte_driver.hpp>
#include <streams/testing/test_record.hpp>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace streams::inline v0 {

namespace detail {

/// Decodes what a test reads. Throws serialization_error, saying what did not decode.
template <class T, class Serde>
[[nodiscard]] T decode_for_test(const Serde& serde, std::optional<bytes_view> in, std::string_view part,
                                std::string_view source) {
    if constexpr (nullable<T> || always_null<T>) {
        if (!in) return T{};
    } else {
        if (!in)
            throw serialization_error(concat("the ", part, " of a record in ", source,
                                             " is null, where the type it is "
                                             "read as admits none; read it as std::optional"));
    }
    try {
        return T(serde.deserialize(*in));
    } catch (const serialization_error& e) {
        throw serialization_error(concat("the ", part, " of a record in ", source, " does not decode: ",
                                         std::string_view(e.what()), "; read it as the type it was written as"));
    }
}

} // namespace detail

/// The end of a topic that a test reads from (Kafka's `TestOutputTopic`). Reading takes records away, for all readers of
/// the same topic. Valid as long as the driver.
template <class Key, class Value, class KeySerde = serde<without_null_t<Key>>,
          class ValueSerde = serde<without_null_t<Value>>>
class output_topic {
    static_assert(
        !borrows_from_record<without_null_t<Key>>,
        "output_topic: the key type borrows from the bytes of its record, which is gone when the test looks at "
        "it; read it as an owning type, std::string for std::string_view");
    static_assert(
        !borrows_from_record<without_null_t<Value>>,
        "output_topic: the value type borrows from the bytes of its record, which is gone when the test looks "
        "at it; read it as an owning type, std::string for std::string_view");

public:
    output_topic(byte_driver& driver, std::string topic, KeySerde key_serde = {}, ValueSerde value_serde = {})
        : driver_(&driver), topic_(std::move(topic)), key_serde_(std::move(key_serde)),
          value_serde_(std::move(value_serde)) {
        driver.require_output(topic_);
    }

    /// The next record. Throws streams_error where there is none, serialization_error where it is of other types.
    [[nodiscard]] test_record<Key, Value> read() {
        const raw_test_record& raw = driver_->read(topic_);
        return {detail::decode_for_test<Key>(key_serde_, raw.key, "key", topic_),
                detail::decode_for_test<Value>(value_serde_, raw.value, "value", topic_), raw.timestamp, raw.headers,
                raw.partition};
    }
    [[nodiscard]] Value read_value() { return read().value; }
    /// All that is left, in order.
    [[nodiscard]] std::vector<test_record<Key, Value>> read_all() {
        std::vector<test_record<Key, Value>> records;
        while (!empty()) records.push_back(read());
        return records;
    }
    [[nodiscard]] std::vector<std::pair<Key, Value>> read_key_values() {
        std::vector<std::pair<Key, Value>> records;
        while (!empty()) {
            auto one = read();
            records.emplace_back(std::move(one.key), std::move(one.value));
        }
        return records;
    }
    [[nodiscard]] std::vector<Value> read_values() {
        std::vector<Value> values;
        while (!empty()) values.push_back(read_value());
        return values;
    }
    /// The last value of every key in what is left.
    [[nodiscard]] std::map<Key, Value> read_map() {
        std::map<Key, Value> latest;
        while (!empty()) {
            auto one = read();
            latest.insert_or_assign(std::move(one.key), std::move(one.value));
        }
        return latest;
    }

    [[nodiscard]] bool empty() const { return size() == 0; }
    /// How many records are left.
    [[nodiscard]] std::size_t size() const { return driver_->unread(topic_); }
    [[nodiscard]] const std::string& topic() const noexcept { return topic_; }

private:
    byte_driver* driver_;
    std::string topic_;
    [[no_unique_address]] KeySerde key_serde_;
    [[no_unique_address]] ValueSerde value_serde_;
};

} // namespace streams::inline v0
