#pragma once

#include <streams/core/big_endian.hpp>
#include <streams/serde/standard.hpp>
#include <streams/state/key_value_store.hpp>
#include <streams/topology/processor_api.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace streams::testing_support {

/// Hands each record to a function of the test, then on.
class tapping final : public processor<std::string, std::string, std::string, std::string> {
public:
    using function = std::function<void(const record_type&, context_type&)>;
    explicit tapping(function call) : call_(std::move(call)) {}
    void init(context_type& context) override { context_ = &context; }
    void process(const record_type& r) override {
        if (call_) call_(r, *context_);
        context_->forward(r);
    }

private:
    function call_;
    context_type* context_ = nullptr;
};

/// Counts records by key in a store named `counts`, and forwards the new count as text.
class counting final : public processor<std::string, std::string, std::string, std::string> {
public:
    void init(context_type& context) override {
        context_ = &context;
        store_ = &context.state_store<key_value_store>("counts");
    }
    void process(const record_type& r) override {
        const auto stored = store_->get(bytes_view(std::string_view(r.key)));
        const std::int64_t count = (stored ? load_big_endian<std::int64_t>(stored->data()) : 0) + 1;
        bytes encoded;
        append_big_endian(encoded, count);
        store_->put(bytes_view(std::string_view(r.key)), encoded.view());
        context_->forward(r.key, std::to_string(count), r.timestamp);
    }

private:
    context_type* context_ = nullptr;
    key_value_store* store_ = nullptr;
};

/// in -> out, with a function of the test between.
inline topology copy_topology(tapping::function tap = {}) {
    topology t;
    t.add_source<std::string, std::string>("source", "in");
    t.add_processor("tap", [tap] { return std::make_unique<tapping>(tap); }, {"source"});
    t.add_sink<std::string, std::string>("sink", "out", {"tap"});
    return t;
}

/// in -> counts by key -> out.
inline topology count_topology(bool persistent, tapping::function tap = {}) {
    topology t;
    t.add_source<std::string, std::string>("source", "in");
    t.add_processor("tap", [tap] { return std::make_unique<tapping>(tap); }, {"source"});
    t.add_processor("count", [] { return std::make_unique<counting>(); }, {"tap"});
    t.add_store(
        {.name = "counts", .kind = key_value_kind{.timestamped = false}, .persistent = persistent, .caching = false},
        {"count"});
    t.add_sink<std::string, std::string>("sink", "out", {"count"});
    return t;
}

} // namespace streams::testing_support
