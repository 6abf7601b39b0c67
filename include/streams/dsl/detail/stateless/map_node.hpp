#pragma once

#include <streams/dsl/detail/graph/functor.hpp>
#include <streams/topology/node.hpp>

namespace streams::inline v0::detail {

template <class Key, class Value, class NewValue, class F>
class map_values_node final : public typed_node<Key, Value, Key, NewValue> {
public:
    explicit map_values_node(shared_functor<F> mapper) : mapper_(std::move(mapper)) {}
    void process(const record<Key, Value>& r) override {
        const NewValue& value = call(mapper_.get(), r.key, r.value);
        this->forward(r.with_value(value));
    }

private:
    task_functor<F> mapper_;
};

template <class Key, class Value, class NewKey, class F>
class select_key_node final : public typed_node<Key, Value, NewKey, Value> {
public:
    explicit select_key_node(shared_functor<F> mapper) : mapper_(std::move(mapper)) {}
    void process(const record<Key, Value>& r) override {
        const NewKey& key = call(mapper_.get(), r.key, r.value);
        this->forward(r.with_key(key));
    }

private:
    task_functor<F> mapper_;
};

template <class Key, class Value, class NewKey, class NewValue, class F>
class map_node final : public typed_node<Key, Value, NewKey, NewValue> {
public:
    explicit map_node(shared_functor<F> mapper) : mapper_(std::move(mapper)) {}
    void process(const record<Key, Value>& r) override {
        const auto& pair = call(mapper_.get(), r.key, r.value);
        this->forward({pair.first, pair.second, r.timestamp, r.headers});
    }

private:
    task_functor<F> mapper_;
};

} // namespace streams::inline v0::detail
