#pragma once

#include <streams/dsl/change.hpp>
#include <streams/topology/node.hpp>

#include <optional>
#include <type_traits>

namespace streams::inline v0::detail {

/// Forwards the new values of a table's updates as records.
template <class Key, class Value, rows Rows>
class table_to_stream_node final
    : public typed_node<Key, change<Value>, Key,
                        std::conditional_t<Rows == rows::deletable, std::optional<Value>, Value>> {
public:
    using stream_value = std::conditional_t<Rows == rows::deletable, std::optional<Value>, Value>;

    void process(const record<Key, change<Value>>& r) override {
        const Value* value = r.value.new_value;
        if constexpr (Rows == rows::deletable) {
            if (value)
                held_ = *value;
            else
                held_.reset();
            this->forward(r.with_value(held_));
        } else {
            if (!value)
                throw streams_error(concat("node ", this->name(),
                                           " received a deletion from a table whose rows are "
                                           "permanent; its store holds what this topology did not write"));
            this->forward(r.with_value(*value));
        }
    }

private:
    std::optional<Value> held_;
};

} // namespace streams::inline v0::detail
