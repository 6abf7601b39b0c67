#pragma once

#include <streams/serde/serde.hpp>
#include <streams/topology/node.hpp>

#include <optional>
#include <type_traits>

namespace streams::inline v0::detail {

/// The type that admits null where one of the two does.
template <class A, class B>
using wider_t = std::conditional_t<nullable<A>, A, B>;

/// Forwards the records of two streams that differ, at most, in what may be null.
template <class KeyA, class ValueA, class KeyB, class ValueB>
class merge_node final : public node, public receiver<KeyA, ValueA>, public receiver<KeyB, ValueB> {
    using key_type = wider_t<KeyA, KeyB>;
    using value_type = wider_t<ValueA, ValueB>;

public:
    void connect(node& child) override { outputs_.connect(*this, child); }
    void process(const record<KeyA, ValueA>& r) override { pass(r); }
    void process(const record<KeyB, ValueB>& r) override { pass(r); }

private:
    template <class Key, class Value>
    void pass(const record<Key, Value>& r) const {
        // References where the types are equal already: a copy is made only to widen.
        const key_type& key = r.key;
        const value_type& value = r.value;
        outputs_.forward({key, value, r.timestamp, r.headers});
    }

    outputs<key_type, value_type> outputs_;
};

} // namespace streams::inline v0::detail
