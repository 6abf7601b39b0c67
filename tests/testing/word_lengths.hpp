#pragma once

#include <streams/serde/standard.hpp>
#include <streams/state/key_value_store.hpp>
#include <streams/topology/processor_api.hpp>

#include <memory>
#include <string>

/// Processors and topologies by hand, for tests of the driver.
namespace streams::testing_support {

/// Hands on the value's length, under the value as key.
class by_value final : public processor<std::string, std::string, std::string, std::int64_t> {
public:
    void init(context_type& context) override { context_ = &context; }
    void process(const record_type& r) override {
        if (r.value == "boom") throw std::runtime_error("boom came");
        context_->forward(r.value, static_cast<std::int64_t>(r.value.size()), r.timestamp);
    }

private:
    context_type* context_ = nullptr;
};

/// Sums values by key in the store `sums`, and hands on each sum.
class summing final : public processor<std::string, std::int64_t, std::string, std::int64_t> {
public:
    void init(context_type& context) override {
        context_ = &context;
        sums_ = &context.state_store<key_value_store>("sums");
    }
    void process(const record_type& r) override {
        bytes key;
        bytes value;
        serde<std::string>::serialize(r.key, key);
        std::int64_t sum = r.value;
        if (const auto old = sums_->get(key)) sum += serde<std::int64_t>::deserialize(old->subview(8));
        append_big_endian(value, r.timestamp);
        serde<std::int64_t>::serialize(sum, value);
        sums_->put(key, value.view());
        context_->forward(r.with_value(sum));
    }

private:
    context_type* context_ = nullptr;
    key_value_store* sums_ = nullptr;
};

inline std::unique_ptr<by_value> make_by_value() { return std::make_unique<by_value>(); }
inline std::unique_ptr<summing> make_summing() { return std::make_unique<summing>(); }

/// `words` to lengths by word, through a repartition topic, summed by word, to `sums`.
inline topology word_lengths() {
    topology t;
    t.add_repartition_topic({.name = "lengths-repartition"})
        .add_source<std::string, std::string>("words", "words")
        .add_processor("by-value", make_by_value, {"words"})
        .add_sink<std::string, std::int64_t>("lengths-sink", "lengths-repartition", {"by-value"})
        .add_source<std::string, std::int64_t>("lengths", "lengths-repartition")
        .add_store({.name = "sums"})
        .add_processor("summing", make_summing, {"lengths"}, {"sums"})
        .add_sink<std::string, std::int64_t>("sums-sink", "sums", {"summing"});
    return t;
}

/// `in` to `out`, as it is; null allowed.
inline topology passthrough() {
    using text = std::optional<std::string>;
    topology t;
    t.add_source<text, text>("source", "in").add_sink<text, text>("sink", "out", {"source"});
    return t;
}

} // namespace streams::testing_support
