#pragma once

#include <streams/dsl/detail/stores/typed_stores.hpp>
#include <streams/topology/node.hpp>

#include <string>
#include <utility>

namespace streams::inline v0::detail {

/// Keeps the records of one side of a stream-stream join, after they were joined (Kafka's `KStreamJoinWindow`).
template <class Key, class Value>
class join_window_node final : public typed_node<Key, Value, Key, Value> {
public:
    explicit join_window_node(std::string store) : store_name_(std::move(store)) {}

    void init(task_context& context) override {
        store_.open(context, store_name_);
        key_.open(*store_);
        value_.open(*store_);
    }

    void process(const record<Key, Value>& r) override {
        this->forward(r);
        if constexpr (nullable<Key>) {
            if (!r.key) return;
            put(*r.key, r);
        } else {
            put(r.key, r);
        }
    }

private:
    void put(const without_null_t<Key>& key, const record<Key, Value>& r) {
        key_.write(key);
        if constexpr (nullable<Value>)
            store_.of(r).put(key_.view(), value_.write_plain(pointer_to(r.value)), r.timestamp);
        else
            store_.of(r).put(key_.view(), value_.write_plain(&r.value), r.timestamp);
    }

    std::string store_name_;
    node_store<window_store> store_;
    typed_key<without_null_t<Key>> key_;
    typed_value<without_null_t<Value>> value_;
};

} // namespace streams::inline v0::detail
