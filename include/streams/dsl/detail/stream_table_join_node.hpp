#pragma once

#include <streams/dsl/detail/functor.hpp>
#include <streams/dsl/detail/table.hpp>

#include <type_traits>

namespace streams::inline v0::detail {

/// A joiner takes (value, row) or (key, value, row).
template <class F, class Key, class Value, class Row>
concept joiner = std::invocable < as_called_t<F>,
const Value&, Row > || std::invocable<as_called_t<F>, const Key&, const Value&, Row>;
template <class F, class Key, class Value, class Row>
inline constexpr bool mutable_joiner =
    !joiner<F, Key, Value, Row> &&
    (only_mutably_invocable<F, const Value&, Row> || only_mutably_invocable<F, const Key&, const Value&, Row>);

template <class F, class Key, class Value, class Row>
decltype(auto) call_joiner(F& functor, const Key& key, const Value& value, Row row) {
    if constexpr (std::is_invocable_v<F&, const Value&, Row>)
        return std::invoke(functor, value, static_cast<Row>(row));
    else
        return std::invoke(functor, key, value, static_cast<Row>(row));
}
template <class F, class Key, class Value, class Row>
using joined_t = std::remove_cvref_t<decltype(call_joiner<std::remove_reference_t<as_called_t<F>>, Key, Value, Row>(
    std::declval<as_called_t<F>>(), std::declval<const Key&>(), std::declval<const Value&>(), std::declval<Row>()))>;

/// Looks up each record's key in a table (Kafka's `KStreamKTableJoin`). A left join keeps records without a row, and
/// those without a key.
template <class KeyIn, class ValueIn, class Row, class NewValue, class F, bool Left>
class stream_table_join_node final
    : public typed_node<KeyIn, ValueIn, std::conditional_t<Left, KeyIn, without_null_t<KeyIn>>, NewValue> {
    using table_key = without_null_t<KeyIn>;
    using value_type = without_null_t<ValueIn>;
    using row_argument = std::conditional_t<Left, const Row*, const Row&>;

public:
    stream_table_join_node(std::unique_ptr<value_getter<table_key, Row>> rows, shared_functor<F> joiner)
        : rows_(std::move(rows)), joiner_(std::move(joiner)) {}

    void init(task_context& context) override {
        context_ = &context;
        rows_->init(context);
    }

    void process(const record<KeyIn, ValueIn>& r) override {
        const value_type* value = nullptr;
        if constexpr (nullable<ValueIn>) {
            if (!r.value) return context_->drop(drop_reason::null_value, this->name());
            value = &*r.value;
        } else {
            value = &r.value;
        }
        const table_key* key = nullptr;
        if constexpr (nullable<KeyIn>) {
            if (!Left && !r.key) return context_->drop(drop_reason::null_key, this->name());
            if (r.key) key = &*r.key;
        } else {
            key = &r.key;
        }
        const Row* row = key ? rows_->get(*key).value : nullptr;
        if constexpr (Left) {
            join(r.key, *value, row, r);
        } else {
            if (row) join(*key, *value, *row, r);
        }
    }

private:
    template <class KeyOut>
    void join(const KeyOut& key, const value_type& value, row_argument row, const record<KeyIn, ValueIn>& r) const {
        const NewValue& result = call_joiner<std::remove_reference_t<as_called_t<F>>, KeyOut, value_type, row_argument>(
            joiner_.get(), key, value, row);
        this->forward({key, result, r.timestamp, r.headers});
    }

    std::unique_ptr<value_getter<table_key, Row>> rows_;
    task_functor<F> joiner_;
    task_context* context_ = nullptr;
};

} // namespace streams::inline v0::detail
