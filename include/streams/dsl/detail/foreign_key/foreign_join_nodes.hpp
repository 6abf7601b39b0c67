#pragma once

#include <streams/dsl/detail/foreign_key/subscription.hpp>
#include <streams/dsl/detail/joins/stream_table_join_node.hpp>
#include <streams/dsl/detail/joins/table_join_node.hpp>

#include <algorithm>

namespace streams::inline v0::detail {

/// Subscribes the rows of the left table to the foreign keys that an extractor finds in them (Kafka's
/// `SubscriptionSendProcessorSupplier`). An empty foreign key: the row refers to none.
template <class Key, class Value, class ForeignKey, class F, bool Left>
class subscription_send_node final : public typed_node<Key, change<Value>, std::optional<bytes_view>, subscription> {
public:
    subscription_send_node(serdes_for<Key, Value> serdes, serde_for<ForeignKey> foreign, shared_functor<F> extractor,
                           bool versioned)
        : serdes_(std::move(serdes)), foreign_(std::move(foreign)), extractor_(std::move(extractor)),
          versioned_(versioned) {}
    void init(task_context& context) override { context_ = &context; }

    void process(const record<Key, change<Value>>& r) override {
        if (versioned_ && !r.value.is_latest) return context_->drop(drop_reason::stale, this->name());
        if (Left && !r.value.new_value && !r.value.old_value) return;
        key_.clear();
        serdes_.key.serialize(r.key, key_);
        hash_.reset();
        if (r.value.new_value) {
            value_.clear();
            serdes_.value.serialize(*r.value.new_value, value_);
            hash_ = hash_of_value(value_.view());
        }
        const auto old_key = extract(r.key, r.value.old_value, old_key_);
        const auto new_key = extract(r.key, r.value.new_value, new_key_);
        if constexpr (Left)
            send_left(old_key, new_key, r);
        else
            send_inner(old_key, new_key, r);
    }

private:
    using foreign_key = std::optional<bytes_view>;
    using instruction = subscription_instruction;

    foreign_key extract(const Key& key, const Value* value, bytes& buffer) const {
        if (!value) return std::nullopt;
        buffer.clear();
        decltype(auto) found = call(extractor_.get(), key, *value);
        if constexpr (nullable<std::remove_cvref_t<decltype(found)>>) {
            if (!found) return std::nullopt;
            foreign_.serialize(*found, buffer);
        } else {
            foreign_.serialize(found, buffer);
        }
        return buffer.view();
    }

    void send_left(const foreign_key& old_key, const foreign_key& new_key, const record<Key, change<Value>>& r) const {
        if (old_key && old_key != new_key) send(old_key, instruction::remove, r);
        send(new_key, instruction::tell_always, r); // without a foreign key it asks for an answer all the same
    }

    void send_inner(const foreign_key& old_key, const foreign_key& new_key, const record<Key, change<Value>>& r) const {
        if (r.value.new_value && !new_key) context_->drop(drop_reason::null_key, this->name());
        if (!new_key) {
            if (old_key) send(old_key, instruction::remove_and_tell, r);
        } else if (old_key && old_key != new_key) {
            send(old_key, instruction::remove, r);
            send(new_key, instruction::tell_always, r);
        } else {
            send(new_key, instruction::tell_row, r);
        }
    }

    void send(const foreign_key& to, instruction command, const record<Key, change<Value>>& r) const {
        const subscription message{hash_, command, key_.view(), context_->current().metadata.partition};
        this->forward({to, message, r.timestamp, r.headers});
    }

    serdes_for<Key, Value> serdes_;
    serde_for<ForeignKey> foreign_;
    task_functor<F> extractor_;
    bool versioned_;
    task_context* context_ = nullptr;
    bytes key_;
    bytes value_;
    bytes old_key_;
    bytes new_key_;
    std::optional<value_hash> hash_;
};

/// Keeps the subscriptions that arrive (Kafka's `SubscriptionReceiveProcessorSupplier`).
class subscription_receive_node final
    : public typed_node<std::optional<bytes_view>, bytes_view, std::optional<bytes_view>, subscription> {
public:
    explicit subscription_receive_node(std::string store) : store_name_(std::move(store)) {}
    void init(task_context& context) override;
    void process(const record<std::optional<bytes_view>, bytes_view>& r) override;

private:
    std::string store_name_;
    task_context* context_ = nullptr;
    node_store<key_value_store> store_;
    bytes key_;
    bytes value_;
};

/// Answers each subscription by the row that the right table has now (Kafka's `SubscriptionJoinProcessorSupplier`).
template <class ForeignKey, class ForeignValue>
class subscription_answer_node final
    : public typed_node<std::optional<bytes_view>, subscription, bytes_view, subscription_answer> {
public:
    subscription_answer_node(serdes_for<ForeignKey, ForeignValue> serdes,
                             std::unique_ptr<value_getter<ForeignKey, ForeignValue>> rows)
        : serdes_(std::move(serdes)), rows_(std::move(rows)) {}
    void init(task_context& context) override { rows_->init(context); }

    void process(const record<std::optional<bytes_view>, subscription>& r) override {
        const subscription& asked = r.value;
        if (asked.instruction == subscription_instruction::remove) return;
        row_view<ForeignValue> row;
        if (r.key) {
            serdes_.key.decode_into(*r.key, key_);
            row = rows_->get(*key_);
        }
        if (asked.instruction == subscription_instruction::tell_row && !row.value) return;
        subscription_answer answer{asked.hash, std::nullopt, asked.partition};
        if (row.value && asked.instruction != subscription_instruction::remove_and_tell) {
            value_.clear();
            serdes_.value.serialize(*row.value, value_);
            answer.value = value_.view();
        }
        const std::int64_t timestamp = row.value ? std::max(r.timestamp, row.timestamp) : r.timestamp;
        this->forward({asked.primary_key, answer, timestamp, r.headers});
    }

private:
    serdes_for<ForeignKey, ForeignValue> serdes_;
    std::unique_ptr<value_getter<ForeignKey, ForeignValue>> rows_;
    std::optional<ForeignKey> key_;
    bytes value_;
};

/// Tells all subscribers of a foreign key when its row changes (Kafka's `ForeignTableJoinProcessorSupplier`).
template <class ForeignKey, class ForeignValue>
class foreign_change_node final : public typed_node<ForeignKey, change<ForeignValue>, bytes_view, subscription_answer> {
public:
    foreign_change_node(serdes_for<ForeignKey, ForeignValue> serdes, std::string store, bool versioned)
        : serdes_(std::move(serdes)), store_name_(std::move(store)), versioned_(versioned) {}
    void init(task_context& context) override {
        context_ = &context;
        store_.open(context, store_name_);
    }

    void process(const record<ForeignKey, change<ForeignValue>>& r) override {
        if (versioned_ && !r.value.is_latest) return context_->drop(drop_reason::stale, this->name());
        key_.clear();
        serdes_.key.serialize(r.key, key_);
        std::optional<bytes_view> value;
        if (r.value.new_value) {
            value_.clear();
            serdes_.value.serialize(*r.value.new_value, value_);
            value = value_.view();
        }
        write_subscription_key(key_.view(), {}, prefix_);
        const store_range<store_entry> subscribers = store_->prefix_scan(prefix_.view());
        for (const store_entry& entry : subscribers) {
            const subscription subscriber = decoding(store_name_, entry.key, "value", [&] {
                static_cast<void>(stored_timestamp(entry.value));
                return read_subscription(entry.value.subview(sizeof(std::int64_t)));
            });
            this->forward(
                {subscriber.primary_key, {subscriber.hash, value, subscriber.partition}, r.timestamp, r.headers});
        }
    }

private:
    serdes_for<ForeignKey, ForeignValue> serdes_;
    std::string store_name_;
    bool versioned_;
    task_context* context_ = nullptr;
    node_store<key_value_store> store_;
    bytes key_;
    bytes value_;
    bytes prefix_;
};

/// Joins the left row with the foreign row of an answer, unless the left row has changed since it asked (Kafka's
/// `ResponseJoinProcessorSupplier`).
template <class Key, class Value, class ForeignValue, class NewValue, class F, bool Left>
class answer_join_node final : public typed_node<Key, bytes_view, Key, std::optional<NewValue>> {
    static constexpr join_kind kind = Left ? join_kind::left : join_kind::inner;

public:
    answer_join_node(serde_for<Value> left, serde_for<ForeignValue> right,
                     std::unique_ptr<value_getter<Key, Value>> rows, shared_functor<F> joiner)
        : left_(std::move(left)), right_(std::move(right)), rows_(std::move(rows)), joiner_(std::move(joiner)) {}
    void init(task_context& context) override {
        context_ = &context;
        rows_->init(context);
    }

    void process(const record<Key, bytes_view>& r) override {
        const subscription_answer answer = read_answer(r.value);
        const row_view<Value> row = rows_->get(r.key);
        if (answer.hash != hash_of(row.value)) return context_->drop(drop_reason::stale, this->name());
        const ForeignValue* foreign = nullptr;
        if (answer.value) {
            right_.decode_into(*answer.value, foreign_);
            foreign = &*foreign_;
        }
        if (!joined_row<kind>(joiner_.get(), r.key, row.value, foreign, result_)) result_.reset();
        this->forward(r.with_value(result_));
    }

private:
    std::optional<value_hash> hash_of(const Value* value) {
        if (!value) return std::nullopt;
        value_.clear();
        left_.serialize(*value, value_);
        return hash_of_value(value_.view());
    }

    serde_for<Value> left_;
    serde_for<ForeignValue> right_;
    std::unique_ptr<value_getter<Key, Value>> rows_;
    task_functor<F> joiner_;
    task_context* context_ = nullptr;
    bytes value_;
    std::optional<ForeignValue> foreign_;
    std::optional<NewValue> result_;
};

} // namespace streams::inline v0::detail
