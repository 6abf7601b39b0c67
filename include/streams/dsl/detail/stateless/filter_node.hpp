#pragma once

#include <streams/dsl/detail/graph/functor.hpp>
#include <streams/topology/node.hpp>

namespace streams::inline v0::detail {

/// Forwards the records for which the predicate says `Wanted`.
template <class Key, class Value, class F, bool Wanted>
class filter_node final : public typed_node<Key, Value, Key, Value> {
public:
    explicit filter_node(shared_functor<F> predicate) : predicate_(std::move(predicate)) {}
    void process(const record<Key, Value>& r) override {
        if (static_cast<bool>(call(predicate_.get(), r.key, r.value)) == Wanted) this->forward(r);
    }

private:
    task_functor<F> predicate_;
};

} // namespace streams::inline v0::detail
