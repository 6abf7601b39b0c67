#pragma once

#include <streams/dsl/detail/graph/functor.hpp>
#include <streams/dsl/detail/graph/non_null.hpp>
#include <streams/dsl/detail/joins/joiner.hpp>
#include <streams/dsl/detail/tables/table.hpp>
#include <streams/topology/node.hpp>
#include <streams/topology/task_context.hpp>

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace streams::inline v0::detail {

/// The step of a stream-table join: looks a record's key up in a table, in a versioned one as it was at the record's time
/// (Kafka's `KStreamKTableJoin`). A left join keeps records without a row, and those without a key.
template <class KeyIn, class ValueIn, class Row, class NewValue, class F, bool Left>
class stream_table_join {
public:
    using key_type = without_null_t<KeyIn>;
    using value_type = without_null_t<ValueIn>;
    using key_out = std::conditional_t<Left, KeyIn, key_type>;

    stream_table_join(std::unique_ptr<value_getter<key_type, Row>> rows, shared_functor<F> joiner)
        : rows_(std::move(rows)), joiner_(std::move(joiner)) {}
    void init(task_context& context) { rows_->init(context); }

    /// nullopt: the record is joined.
    [[nodiscard]] static std::optional<drop_reason> refused(const record<KeyIn, ValueIn>& r) {
        if constexpr (nullable<ValueIn>) {
            if (!r.value) return drop_reason::null_value;
        }
        if constexpr (nullable<KeyIn> && !Left) {
            if (!r.key) return drop_reason::null_key;
        }
        return std::nullopt;
    }
    // REQUIRES: not refused.
    [[nodiscard]] static const key_out& key_of(const record<KeyIn, ValueIn>& r) {
        if constexpr (Left)
            return r.key;
        else
            return non_null(r.key);
    }
    [[nodiscard]] static const value_type& value_of(const record<KeyIn, ValueIn>& r) { return non_null(r.value); }
    /// Null: a left join's record without a key.
    [[nodiscard]] static const key_type* pointer_to_key(const key_out& key) {
        if constexpr (nullable<key_out>)
            return key ? &*key : nullptr;
        else
            return &key;
    }

    void operator()(const record<key_out, value_type>& r, const outputs<key_out, NewValue>& to) {
        const key_type* key = pointer_to_key(r.key);
        const Row* row = key ? rows_->get_as_of(*key, r.timestamp).value : nullptr;
        if constexpr (Left) {
            join<const Row*>(r, row, to);
        } else {
            if (row) join<const Row&>(r, *row, to);
        }
    }

private:
    template <class RowArgument>
    void join(const record<key_out, value_type>& r, RowArgument row, const outputs<key_out, NewValue>& to) const {
        const NewValue& result = call_joiner<std::remove_reference_t<as_called_t<F>>, key_out, value_type, RowArgument>(
            joiner_.get(), r.key, r.value, row);
        to.forward({r.key, result, r.timestamp, r.headers});
    }

    std::unique_ptr<value_getter<key_type, Row>> rows_;
    task_functor<F> joiner_;
};

template <class KeyIn, class ValueIn, class Row, class NewValue, class F, bool Left>
class stream_table_join_node final
    : public typed_node<KeyIn, ValueIn, std::conditional_t<Left, KeyIn, without_null_t<KeyIn>>, NewValue> {
    using join_type = stream_table_join<KeyIn, ValueIn, Row, NewValue, F, Left>;

public:
    stream_table_join_node(std::unique_ptr<value_getter<without_null_t<KeyIn>, Row>> rows, shared_functor<F> joiner)
        : join_(std::move(rows), std::move(joiner)) {}

    void init(task_context& context) override {
        context_ = &context;
        join_.init(context);
    }
    void process(const record<KeyIn, ValueIn>& r) override {
        if (const auto reason = join_type::refused(r)) return context_->drop(*reason, this->name());
        join_({join_type::key_of(r), join_type::value_of(r), r.timestamp, r.headers}, this->children());
    }

private:
    join_type join_;
    task_context* context_ = nullptr;
};

} // namespace streams::inline v0::detail
