#pragma once

#include <streams/dsl/detail/joins/join_buffer.hpp>
#include <streams/dsl/detail/joins/stream_table_join_node.hpp>
#include <streams/dsl/detail/stores/update_forwarder.hpp>
#include <streams/serde/window_ends.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace streams::inline v0::detail {

/// Where the records of a stream-table join wait, and how long.
struct join_buffer_plan {
    std::string store;
    std::chrono::milliseconds grace;
    streams::window_ends key_window_ends; ///< of windowed keys
};

/// A stream-table join whose records wait until late updates of the table can have come (Kafka's `KStreamKTableJoin` with
/// a grace period). A record that is too late to wait is joined at once; so is one without a key in a left join.
template <class KeyIn, class ValueIn, class Row, class NewValue, class F, bool Left>
class buffered_table_join_node final
    : public typed_node<KeyIn, ValueIn, std::conditional_t<Left, KeyIn, without_null_t<KeyIn>>, NewValue> {
    using join_type = stream_table_join<KeyIn, ValueIn, Row, NewValue, F, Left>;
    using key_type = without_null_t<KeyIn>;
    using value_type = without_null_t<ValueIn>;

public:
    buffered_table_join_node(std::unique_ptr<value_getter<key_type, Row>> rows, shared_functor<F> joiner,
                             join_buffer_plan plan)
        : join_(std::move(rows), std::move(joiner)), store_(std::move(plan.store)), buffer_(plan.grace),
          read_key_{plan.key_window_ends} {}

    void init(task_context& context) override {
        context_ = &context;
        join_.init(context);
        buffer_.open(context, store_);
        const state_store& held = context.store(store_);
        read_key_.open(held);
        key_bytes_.open(held);
        value_bytes_.open(held);
    }

    void process(const record<KeyIn, ValueIn>& r) override {
        if (const auto reason = join_type::refused(r)) return context_->drop(*reason, this->name());
        const auto& key = join_type::key_of(r);
        const value_type& value = join_type::value_of(r);
        if (!waits(join_type::pointer_to_key(key), value, r))
            join_({key, value, r.timestamp, r.headers}, this->children());
        join_buffer::due_records due(buffer_);
        while (due.next()) {
            join_due(due);
            due.forget(r);
        }
    }

private:
    bool waits(const key_type* key, const value_type& value, const record<KeyIn, ValueIn>& r) {
        if (!key) return false;
        return buffer_.keep(r, key_bytes_.write(*key), *value_bytes_.write_plain(&value));
    }

    void join_due(const join_buffer::due_records& due) {
        read_key_(due.key(), key_);
        value_bytes_.read_plain(due.key(), due.value(), value_);
        buffered_context& waited = due.context();
        const record_scope let_go(*context_, waited.at_hand());
        try {
            if constexpr (nullable<typename join_type::key_out>)
                join_({key_, *value_, waited.timestamp, waited.headers}, this->children());
            else
                join_({*key_, *value_, waited.timestamp, waited.headers}, this->children());
        } catch (...) { // the fault of the record that waited, not of the one that let it go
            this->failed(waited.timestamp, waited.headers);
        }
    }

    join_type join_;
    std::string store_;
    join_buffer buffer_;
    plain_store_key<key_type> read_key_;
    task_context* context_ = nullptr;
    typed_key<key_type> key_bytes_;
    typed_value<value_type> value_bytes_;
    std::optional<key_type> key_;
    std::optional<value_type> value_;
};

} // namespace streams::inline v0::detail
