#pragma once

#include <streams/core/big_endian.hpp>
#include <streams/dsl/change.hpp>
#include <streams/dsl/detail/stores/typed_value.hpp>
#include <streams/topology/topic_source.hpp>

#include <cstring>

namespace streams::inline v0::detail {

/// What the last byte of a table's update in a repartition topic says is before it (KIP-904).
enum class change_content : std::uint8_t {
    old_value,
    new_value,
    both,                ///< the length of the new value as a varint, then both values
    old_value_and_order, ///< read only: as above, each with a byte of `is_latest` behind it
    new_value_and_order,
    both_and_order,
};

/// Puts a length into `out`, as the varint that Kafka writes (see append_varint). `at`: where it begins.
void insert_varint(bytes& out, std::size_t at, std::uint32_t length);
/// The parts of a table's update in a repartition topic. Throws serialization_error.
struct change_parts {
    std::optional<bytes_view> new_value;
    std::optional<bytes_view> old_value;
    bool is_latest = true;
};
[[nodiscard]] change_parts split_change(bytes_view in);

/// Updates of a table in a repartition topic (Kafka's `ChangedSerializer`).
template <class Value>
struct change_serde {
    serde_for<Value> of_value{};

    void serialize(const change<Value>& update, bytes& out) const {
        const std::size_t begin = out.size();
        if (update.new_value) of_value.serialize(*update.new_value, out);
        change_content content = change_content::new_value;
        if (update.old_value) {
            content = change_content::old_value;
            if (update.new_value) {
                content = change_content::both;
                insert_varint(out, begin, static_cast<std::uint32_t>(out.size() - begin));
            }
            of_value.serialize(*update.old_value, out);
        }
        out.push_back(static_cast<std::byte>(content));
    }
};

/// Reads the updates of a table from a repartition topic (Kafka's `ChangedDeserializer`).
template <class Key, class Value, class KeySerde = serde_for<Key>>
class change_source final : public source_node {
public:
    explicit change_source(KeySerde key_serde = {}, serde_for<Value> value_serde = {})
        : key_(std::move(key_serde)), value_(std::move(value_serde)) {}
    void connect(node& child) override { outputs_.connect(*this, child); }

    void process(const record_view& raw, std::int64_t timestamp, streams::headers& headers) override {
        if (!raw.key || !raw.value)
            throw undecodable(concat("the ", raw.key ? "value" : "key",
                                     " is null, which no table writes; only the application itself may write to its "
                                     "repartition topics"));
        change<Value> update;
        const Key& key = read(raw, update);
        outputs_.forward({key, update, timestamp, headers});
    }

private:
    const Key& read(const record_view& raw, change<Value>& update) {
        try {
            const change_parts parts = split_change(*raw.value);
            update = {read(parts.new_value, new_), read(parts.old_value, old_), parts.is_latest};
            return key_(raw.key);
        } catch (const std::exception& e) {
            throw undecodable(concat("the update of a table does not decode: ", std::string_view(e.what())));
        }
    }
    const Value* read(std::optional<bytes_view> in, std::optional<Value>& holder) const {
        if (!in) return nullptr;
        value_.decode_into(*in, holder);
        return &*holder;
    }

    field_decoder<Key, KeySerde> key_;
    serde_for<Value> value_;
    std::optional<Value> new_;
    std::optional<Value> old_;
    outputs<Key, change<Value>> outputs_;
};

} // namespace streams::inline v0::detail
