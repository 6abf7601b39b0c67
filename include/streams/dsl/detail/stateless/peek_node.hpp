#pragma once

#include <streams/dsl/detail/graph/functor.hpp>
#include <streams/topology/node.hpp>

namespace streams::inline v0::detail {

template <class Key, class Value, class F>
class peek_node final : public typed_node<Key, Value, Key, Value> {
public:
    explicit peek_node(shared_functor<F> action) : action_(std::move(action)) {}
    void process(const record<Key, Value>& r) override {
        call(action_.get(), r.key, r.value);
        this->forward(r);
    }

private:
    task_functor<F> action_;
};

template <class Key, class Value, class F>
class for_each_node final : public terminal_node<Key, Value> {
public:
    explicit for_each_node(shared_functor<F> action) : action_(std::move(action)) {}
    void process(const record<Key, Value>& r) override { call(action_.get(), r.key, r.value); }

private:
    task_functor<F> action_;
};

} // namespace streams::inline v0::detail
