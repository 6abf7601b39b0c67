#pragma once

#include <streams/dsl/detail/joins/join_kind.hpp>
#include <streams/dsl/detail/joins/joiner.hpp>
#include <streams/dsl/detail/tables/table_source.hpp>

#include <algorithm>
#include <type_traits>

namespace streams::inline v0::detail {

/// How a joiner receives the left and the right row: by pointer, null where there is none, if that side may be absent.
template <join_kind Kind, class Left>
using left_argument = std::conditional_t<Kind == join_kind::outer, const Left*, Left>;
template <join_kind Kind, class Right>
using right_argument = std::conditional_t<Kind == join_kind::inner, const Right&, const Right*>;
template <class F, join_kind Kind, class Key, class Left, class Right>
using joined_row_t = joined_t<F, Key, left_argument<Kind, Left>, right_argument<Kind, Right>>;

/// Joins two rows, into `holder`; null where the join has no row of them.
template <join_kind Kind, class Functor, class Key, class Left, class Right, class NewValue>
[[nodiscard]] const NewValue* joined_row(Functor& joiner, const Key& key, const Left* left, const Right* right,
                                         std::optional<NewValue>& holder) {
    using left_type = left_argument<Kind, Left>;
    using right_type = right_argument<Kind, Right>;
    if constexpr (Kind == join_kind::inner) {
        if (!left || !right) return nullptr;
        holder = call_joiner<Functor, Key, left_type, right_type>(joiner, key, *left, *right);
    } else if constexpr (Kind == join_kind::left) {
        if (!left) return nullptr;
        holder = call_joiner<Functor, Key, left_type, right_type>(joiner, key, *left, right);
    } else {
        if (!left && !right) return nullptr;
        holder = call_joiner<Functor, Key, left_type, right_type>(joiner, key, left, right);
    }
    return pointer_to(holder);
}

/// Joins the updates of one of two tables with the rows of the other (Kafka's `KTableKTableInnerJoin`, `LeftJoin`,
/// `RightJoin` and `OuterJoin`). `FromLeft`: the updates are the left table's.
template <class Key, class Left, class Right, class NewValue, class F, join_kind Kind, bool FromLeft>
class table_join_node final
    : public typed_node<Key, change<std::conditional_t<FromLeft, Left, Right>>, Key, change<NewValue>> {
    using value_type = std::conditional_t<FromLeft, Left, Right>;
    using other_type = std::conditional_t<FromLeft, Right, Left>;
    /// Without a row of the other table the join has none.
    static constexpr bool needs_other = Kind == join_kind::inner || (Kind == join_kind::left && !FromLeft);

public:
    /// `versioned`: the updates come from a versioned table.
    table_join_node(std::unique_ptr<value_getter<Key, other_type>> others, shared_functor<F> joiner, bool send_old,
                    bool versioned)
        : others_(std::move(others)), joiner_(std::move(joiner)), send_old_(send_old), versioned_(versioned) {}

    void init(task_context& context) override {
        context_ = &context;
        others_->init(context);
    }

    void process(const record<Key, change<value_type>>& r) override {
        if (versioned_ && !r.value.is_latest) return context_->drop(drop_reason::stale, this->name());
        const row_view<other_type> other = others_->get(r.key);
        if (!other.value && (needs_other || (!r.value.new_value && !r.value.old_value))) return;
        const std::int64_t timestamp = other.value ? std::max(r.timestamp, other.timestamp) : r.timestamp;
        const change<NewValue> update{joined(r.key, r.value.new_value, other.value, new_holder_),
                                      send_old_ ? joined(r.key, r.value.old_value, other.value, old_holder_) : nullptr};
        this->forward({r.key, update, timestamp, r.headers});
    }

private:
    const NewValue* joined(const Key& key, const value_type* value, const other_type* other,
                           std::optional<NewValue>& holder) const {
        if constexpr (FromLeft)
            return joined_row<Kind>(joiner_.get(), key, value, other, holder);
        else
            return joined_row<Kind>(joiner_.get(), key, other, value, holder);
    }

    std::unique_ptr<value_getter<Key, other_type>> others_;
    task_functor<F> joiner_;
    bool send_old_;
    bool versioned_;
    task_context* context_ = nullptr;
    std::optional<NewValue> new_holder_;
    std::optional<NewValue> old_holder_;
};

/// Computes a row of a join from the rows of the two tables.
template <class Key, class Left, class Right, class NewValue, class F, join_kind Kind>
class join_getter final : public value_getter<Key, NewValue> {
public:
    join_getter(std::unique_ptr<value_getter<Key, Left>> left, std::unique_ptr<value_getter<Key, Right>> right,
                shared_functor<F> joiner)
        : left_(std::move(left)), right_(std::move(right)), joiner_(std::move(joiner)) {}

    void init(task_context& context) override {
        left_->init(context);
        right_->init(context);
    }
    row_view<NewValue> get(const Key& key) override {
        const row_view<Left> left = left_->get(key);
        if (!left.value && Kind != join_kind::outer) return {};
        const row_view<Right> right = right_->get(key);
        const std::int64_t timestamp =
            std::max(left.value ? left.timestamp : -1, right.value ? right.timestamp : std::int64_t{-1});
        return {joined_row<Kind>(joiner_.get(), key, left.value, right.value, holder_), timestamp};
    }

private:
    std::unique_ptr<value_getter<Key, Left>> left_;
    std::unique_ptr<value_getter<Key, Right>> right_;
    task_functor<F> joiner_;
    std::optional<NewValue> holder_;
};

/// Where the updates of both sides of a join come together (Kafka's `KTableKTableJoinMerger`).
template <class Key, class Value>
class table_merge_node final : public typed_node<Key, change<Value>, Key, change<Value>> {
public:
    void process(const record<Key, change<Value>>& r) override { this->forward(r); }
};

/// The same, kept in a store.
template <class Key, class Value>
class stored_table_merge_node final : public typed_node<Key, change<Value>, Key, change<Value>> {
public:
    explicit stored_table_merge_node(table_upkeep upkeep)
        : upkeep_(std::move(upkeep)), forwarder_({upkeep_.window_ends}, upkeep_.send_old) {}

    void init(task_context& context) override {
        store_.open(context, upkeep_.store);
        forwarder_.init(store_.store(), this->children(), context);
    }
    void process(const record<Key, change<Value>>& r) override {
        store_.at(r.key);
        const row_put done = store_.put(r, r.value.new_value, r.timestamp);
        if (!done.stored || forwarder_.on_flush()) return;
        const change<Value> update{r.value.new_value, r.value.old_value, done.latest};
        this->forward(r.with_value(update));
    }

private:
    table_upkeep upkeep_;
    typed_key_values<Key, Value> store_;
    update_forwarder<plain_store_key<Key>, Value> forwarder_;
};

} // namespace streams::inline v0::detail
