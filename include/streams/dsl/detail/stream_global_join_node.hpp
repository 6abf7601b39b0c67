#pragma once

#include <streams/dsl/detail/stream_table_join_node.hpp>

#include <string>

namespace streams::inline v0::detail {

/// Looks up a key made of each record in a global table (Kafka's `KStreamGlobalKTableJoin`). A left join keeps records
/// without a row, and those for which there is no key to look up.
template <class KeyIn, class ValueIn, class TableKey, class Row, class NewValue, class Select, class F, bool Left>
class stream_global_join_node final : public typed_node<KeyIn, ValueIn, KeyIn, NewValue> {
    using value_type = without_null_t<ValueIn>;
    using row_argument = std::conditional_t<Left, const Row*, const Row&>;

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
        const Row* row = nullptr;
        if constexpr (nullable<std::remove_cvref_t<decltype(selected)>>) {
            if (!Left && !selected) return context_->drop(drop_reason::null_key, this->name());
            if (selected) row = rows_.get(*selected).value;
        } else {
            row = rows_.get(selected).value;
        }
        if constexpr (Left) {
            forward_joined(value, row, r);
        } else {
            if (row) forward_joined(value, *row, r);
        }
    }
    void forward_joined(const value_type& value, row_argument row, const record<KeyIn, ValueIn>& r) const {
        const NewValue& result = call_joiner<std::remove_reference_t<as_called_t<F>>, KeyIn, value_type, row_argument>(
            joiner_.get(), r.key, value, row);
        this->forward(r.with_value(result));
    }

    store_getter<TableKey, Row> rows_;
    task_functor<Select> select_;
    task_functor<F> joiner_;
    task_context* context_ = nullptr;
};

} // namespace streams::inline v0::detail
