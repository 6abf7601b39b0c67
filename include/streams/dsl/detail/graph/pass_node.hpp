#pragma once

#include <streams/topology/node.hpp>

namespace streams::inline v0::detail {

/// Forwards everything: merges, and the beginnings of branches.
template <class Key, class Value>
class pass_node final : public typed_node<Key, Value, Key, Value> {
public:
    void process(const record<Key, Value>& r) override { this->forward(r); }
};

} // namespace streams::inline v0::detail
