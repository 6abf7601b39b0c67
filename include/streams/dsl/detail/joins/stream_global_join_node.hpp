#pragma once

#include <streams/dsl/detail/graph/functor_checks.hpp>
#include <streams/dsl/detail/graph/non_null.hpp>
#include <streams/dsl/detail/joins/joiner.hpp>
#include <streams/dsl/detail/tables/table.hpp>
#include <streams/topology/node.hpp>
#include <streams/topology/task_context.hpp>

#include <concepts>
#include <functional>
#include <string>
#include <type_traits>

namespace streams::inline v0::detail {

/// A joiner that takes (stream key, table key, value, row) too (KIP-1340). In a left join the table's key is a pointer as
/// the row is.
template <class F, class Key, class TableKey, class Value, class Row>
concept both_keys_joiner = (!joiner_calls<Key, Value, Row>::template fit<F>) &&
                           std::invocable<as_called_t<F>, const Key&, TableKey, const Value&, Row>;
template <class Key, class TableKey, class Value, class Row>
using global_joiner_calls = calls<call_with<const Value&, Row>, call_with<const Key&, const Value&, Row>,
                                  call_with<const Key&, TableKey, const Value&, Row>>;

template <class F, class Key, class TableKey, class Value, class Row>
decltype(auto) call_global_joiner(F& functor, const Key& key, TableKey table_key, const Value& value, Row row) {
    if constexpr (both_keys_joiner<F, Key, TableKey, Value, Row>)
        return std::invoke(functor, key, static_cast<TableKey>(table_key), value, static_cast<Row>(row));
    else
        return call_joiner<F, Key, Value, Row>(functor, key, value, static_cast<Row>(row));
}
template <class F, class Key, class TableKey, class Value, class Row>
struct global_joiner_result : joiner_result<F, Key, Value, Row> {};
template <class F, class Key, class TableKey, class Value, class Row>
    requires both_keys_joiner<F, Key, TableKey, Value, Row>
struct global_joiner_result<F, Key, TableKey, Value, Row> {
    using type = outliving_result_t<std::invoke_result_t<as_called_t<F>, const Key&, TableKey, const Value&, Row>, F,
                                    Key, std::remove_cvref_t<TableKey>, Value, std::remove_cvref_t<Row>>;
};
template <class F, class Key, class TableKey, class Value, class Row>
using global_joined_t = std::remove_cvref_t<typename global_joiner_result<F, Key, TableKey, Value, Row>::type>;

/// Looks up a key made of each record in a global table (Kafka's `KStreamGlobalKTableJoin`). A left join keeps records
/// without a row, and those for which there is no key to look up.
template <class KeyIn, class ValueIn, class TableKey, class Row, class NewValue, class Select, class F, bool Left>
class stream_global_join_node final : public typed_node<KeyIn, ValueIn, KeyIn, NewValue> {
    using value_type = without_null_t<ValueIn>;
    using row_argument = std::conditional_t<Left, const Row*, const Row&>;
    using key_argument = std::conditional_t<Left, const TableKey*, const TableKey&>;

public:
    stream_global_join_node(std::string store, shared_functor<Select> select, shared_functor<F> joiner)
        : rows_(std::move(store)), select_(std::move(select)), joiner_(std::move(joiner)) {}

    void init(task_context& context) override {
        context_ = &context;
        rows_.init(context);
    }

    void process(const record<KeyIn, ValueIn>& r) override {
        if constexpr (nullable<ValueIn>) {
            if (!r.value) return context_->drop(drop_reason::null_value, this->name());
            join(*r.value, r);
        } else {
            join(r.value, r);
        }
    }

private:
    void join(const value_type& value, const record<KeyIn, ValueIn>& r) {
        decltype(auto) selected = call(select_.get(), r.key, value);
        const TableKey* key = nullptr;
        if constexpr (nullable<std::remove_cvref_t<decltype(selected)>>) {
            if (!Left && !selected) return context_->drop(drop_reason::null_key, this->name());
            key = pointer_to(selected);
        } else {
            key = &selected;
        }
        const Row* row = key ? rows_.get(*key).value : nullptr;
        if constexpr (Left) {
            forward_joined(key, value, row, r);
        } else {
            if (row) forward_joined(*key, value, *row, r);
        }
    }
    void forward_joined(key_argument key, const value_type& value, row_argument row,
                        const record<KeyIn, ValueIn>& r) const {
        using functor = std::remove_reference_t<as_called_t<F>>;
        const NewValue& result = call_global_joiner<functor, KeyIn, key_argument, value_type, row_argument>(
            joiner_.get(), r.key, key, value, row);
        this->forward(r.with_value(result));
    }

    store_getter<TableKey, Row> rows_;
    task_functor<Select> select_;
    task_functor<F> joiner_;
    task_context* context_ = nullptr;
};

} // namespace streams::inline v0::detail
