#pragma once

#include <streams/dsl/detail/graph/functor.hpp>
#include <streams/topology/node.hpp>

namespace streams::inline v0::detail {

template <class Key, class Value, class NewValue, class F>
class flat_map_values_node final : public typed_node<Key, Value, Key, NewValue> {
public:
    explicit flat_map_values_node(shared_functor<F> mapper) : mapper_(std::move(mapper)) {}
    void process(const record<Key, Value>& r) override {
        auto&& values = call(mapper_.get(), r.key, r.value);
        for (auto&& element : values) {
            const NewValue& value = element;
            this->forward(r.with_value(value));
        }
    }

private:
    task_functor<F> mapper_;
};

template <class Key, class Value, class NewKey, class NewValue, class F>
class flat_map_node final : public typed_node<Key, Value, NewKey, NewValue> {
public:
    explicit flat_map_node(shared_functor<F> mapper) : mapper_(std::move(mapper)) {}
    void process(const record<Key, Value>& r) override {
        auto&& pairs = call(mapper_.get(), r.key, r.value);
        for (auto&& pair : pairs) this->forward({pair.first, pair.second, r.timestamp, r.headers});
    }

private:
    task_functor<F> mapper_;
};

} // namespace streams::inline v0::detail
