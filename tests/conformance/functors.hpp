#pragma once

#include "handles.hpp"

namespace conformance {

/// The functions of a vector as the functors that the DSL takes.
struct holds {
    function f;
    template <class Key, class Value>
    bool operator()(const Key& key, const Value& value) const {
        return predicate(f, cell_of(key), cell_of(value));
    }
};
template <class New>
struct value_mapper {
    function f;
    template <class Key, class Value>
    maybe<New> operator()(const Key& key, const Value& value) const {
        return from_cell<New>(new_value(f, cell_of(key), cell_of(value)));
    }
};
/// Sides that may be absent are pointers.
struct value_joiner {
    function f;
    template <class Key, class Left, class Right>
    maybe<text> operator()(const Key&, const Left& left, const Right& right) const {
        return from_cell<text>(joined(f, cell_of(left), cell_of(right)));
    }
};
struct key_mapper {
    function f;
    template <class Key, class Value>
    maybe<text> operator()(const Key& key, const Value& value) const {
        return from_cell<text>(new_key(f, cell_of(key), cell_of(value)));
    }
};

} // namespace conformance
