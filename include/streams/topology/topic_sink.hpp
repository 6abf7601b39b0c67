#pragma once

#include <streams/serde/serde_object.hpp>
#include <streams/topology/node.hpp>
#include <streams/topology/task_context.hpp>

#include <concepts>
#include <map>
#include <string>
#include <utility>

namespace streams::inline v0 {

/// Places records as Kafka's default partitioner does: murmur2 of the key's bytes; of a windowed key those of the key
/// inside (Kafka's `WindowedStreamPartitioner`).
struct place_by_key {};

namespace detail {

/// Appends the bytes of a key or value to `out`; false, and nothing appended, where it is null.
template <class T, class Serde>
[[nodiscard]] bool encode_with(const Serde& serde, const T& value, bytes& out) {
    if constexpr (nullable<T>) {
        if (!value) return false;
        return encode_with(serde, *value, out);
    } else if constexpr (always_null<T>) {
        return false;
    } else {
        serde.serialize(value, out);
        return true;
    }
}

} // namespace detail

/// Writes records to a topic. Encodes with serde<Key> and serde<Value>, or with serde objects; keeps timestamp and
/// headers. `Topic` is a std::string for one topic, as declared (internal ones get the application id in front), or a
/// function of the record, `(const record<Key, Value>&)`, that returns the full name of one (Kafka's
/// `TopicNameExtractor`). `Partitioner` is place_by_key or a function `(const record<Key, Value>&, std::string_view topic,
/// std::int32_t partitions)` that returns the partition, or a range of several, to each of which the record goes (none:
/// it is dropped, and counted as drop_reason::partitioner), or std::nullopt for the default one (Kafka's
/// `StreamPartitioner`). A negative timestamp throws streams_error, as Kafka's producer refuses it. What a serde throws goes to
/// the production exception handler.
template <class Key, class Value, class Topic = std::string, class Partitioner = place_by_key,
          class KeySerde = serde_for<without_null_t<Key>>, class ValueSerde = serde_for<without_null_t<Value>>>
class topic_sink final : public terminal_node<Key, Value> {
    static constexpr bool one_topic = std::convertible_to<const Topic&, std::string_view>;

public:
    explicit topic_sink(Topic topic, Partitioner partitioner = {}, KeySerde key_serde = {}, ValueSerde value_serde = {})
        : topic_(std::move(topic)), partitioner_(std::move(partitioner)), key_serde_(std::move(key_serde)),
          value_serde_(std::move(value_serde)) {}

    void init(task_context& context) override {
        context_ = &context;
        collector_ = &context.collector();
        if constexpr (one_topic) {
            last_name_ = context.topic_name(topic_);
            last_ = collector_->open(last_name_, sender());
        }
    }

    void process(const record<Key, Value>& r) override {
        if (r.timestamp < 0)
            throw streams_error(concat("a record for node ", this->name(), " has the negative timestamp ", r.timestamp,
                                       "; forward records with a time of 0 ms or later"));
        if constexpr (!one_topic) find(topic_(r));
        outgoing_record out{.key = {},
                            .value = {},
                            .timestamp = r.timestamp,
                            .headers = &r.headers,
                            .origin = &context_->current().metadata};
        if (!encode(r, out)) return;
        if constexpr (std::same_as<Partitioner, place_by_key>)
            collector_->send(last_, out);
        else
            send_to(partitioner_(r, std::string_view(last_name_), collector_->partitions(last_)), out);
    }

private:
    [[nodiscard]] record_sender sender() const { return {context_->task(), this->name()}; }

    /// False: a serde has refused the record, and it is dropped.
    [[nodiscard]] bool encode(const record<Key, Value>& r, outgoing_record& out) {
        auto step = production_step::serializing_key;
        try {
            key_.clear();
            value_.clear();
            if (detail::encode_with(key_serde_, r.key, key_)) out.key = key_.view();
            if constexpr (placed_by_part<without_null_t<Key>>) {
                if (out.key) out.partition_key = serde<without_null_t<Key>>::placed_by(*out.key);
            }
            step = production_step::serializing_value;
            if (detail::encode_with(value_serde_, r.value, value_)) out.value = value_.view();
            return true;
        } catch (...) {
            context_->not_serialized(
                this->name(), step,
                {.topic = last_name_, .key = out.key, .value = {}, .timestamp = r.timestamp, .headers = r.headers});
            return false;
        }
    }

    template <class Chosen>
    void send_to(const Chosen& chosen, outgoing_record& out) {
        if constexpr (std::integral<Chosen>) {
            out.partition = chosen;
            collector_->send(last_, out);
        } else if constexpr (nullable<Chosen>) {
            if (chosen) return send_to(*chosen, out);
            collector_->send(last_, out);
        } else if constexpr (!std::same_as<Chosen, std::nullopt_t>) {
            bool sent = false;
            for (const std::int32_t partition : chosen) {
                send_to(partition, out);
                sent = true;
            }
            if (!sent) context_->drop(drop_reason::partitioner, this->name());
        } else {
            collector_->send(last_, out);
        }
    }

    void find(std::string_view name) {
        if (last_ >= 0 && name == last_name_) return;
        auto at = opened_.find(name);
        if (at == opened_.end()) at = opened_.emplace(name, collector_->open(name, sender())).first;
        last_name_ = at->first;
        last_ = at->second;
    }

    Topic topic_;
    [[no_unique_address]] Partitioner partitioner_;
    [[no_unique_address]] KeySerde key_serde_;
    [[no_unique_address]] ValueSerde value_serde_;
    task_context* context_ = nullptr;
    record_collector* collector_ = nullptr;
    std::string last_name_;
    std::int32_t last_ = -1; ///< of last_name_, from record_collector::open
    std::map<std::string, std::int32_t, std::less<>> opened_;
    bytes key_;
    bytes value_;
};

} // namespace streams::inline v0
