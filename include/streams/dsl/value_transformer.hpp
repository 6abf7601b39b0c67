#pragma once

#include <streams/topology/processor_context.hpp>

#include <concepts>
#include <memory>
#include <optional>
#include <type_traits>

namespace streams::inline v0 {

/// Computes the rows of a table from another's (Kafka's `ValueTransformerWithKey`): what ktable::transform_values takes
/// where stores or punctuation are needed. One object a task, called on that task's thread only; a view of the result
/// that another operator reads (a join) has an object of its own, which is not told of the end.
template <class Key, class Value, class NewValue>
class value_transformer {
public:
    using key_type = Key;
    using value_type = Value;
    using new_value_type = NewValue;

    virtual ~value_transformer() = default;
    value_transformer() = default;
    value_transformer(const value_transformer&) = delete;
    value_transformer& operator=(const value_transformer&) = delete;

    /// Called once, stores restored, before the first row. `task` is valid until the end of `close`.
    virtual void init(processor_task& task) { static_cast<void>(task); }
    /// Called for every update, and for the value before it where something downstream asks for old values. `value`: null
    /// where there is no row. Empty: the result has no row.
    [[nodiscard]] virtual std::optional<NewValue> transform(const Key& key, const Value* value) = 0;
    /// Called once, after the last row.
    virtual void close() {}
};

namespace detail {

template <class Key, class Value, class NewValue>
void is_transformer(const value_transformer<Key, Value, NewValue>*);

/// A functor that makes a value_transformer.
template <class F>
concept transformer_supplier = requires(const std::remove_cvref_t<F>& supplier) { is_transformer(supplier().get()); };
template <class F>
struct transformer_of {
    using made = typename std::invoke_result_t<const F&>::element_type;
    using key_type = typename made::key_type;
    using value_type = typename made::value_type;
    using new_value_type = typename made::new_value_type;
};

} // namespace detail

} // namespace streams::inline v0
