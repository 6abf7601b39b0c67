#pragma once

#include <streams/dsl/change.hpp>
#include <streams/dsl/detail/graph/functor.hpp>
#include <streams/serde/serde_object.hpp>
#include <streams/topology/node.hpp>

#include <concepts>
#include <utility>

namespace streams::inline v0::detail {

/// Whether two keys are one, which decides whether their updates go out as one record.
template <class Key>
[[nodiscard]] bool same_key(const serde_for<Key>& serde, const Key& a, const Key& b) {
    if constexpr (std::equality_comparable<Key>) {
        return a == b;
    } else {
        bytes left, right;
        serde.serialize(a, left);
        serde.serialize(b, right);
        return left == right;
    }
}

template <class T>
[[nodiscard]] const without_null_t<T>* pointer_or_null(const T& value) noexcept {
    if constexpr (nullable<T>)
        return value ? &*value : nullptr;
    else
        return &value;
}

template <class Pair>
using pair_key_t = without_null_t<std::remove_cvref_t<decltype(std::declval<Pair&>().first)>>;
template <class Pair>
using pair_value_t = without_null_t<std::remove_cvref_t<decltype(std::declval<Pair&>().second)>>;

/// Turns the updates of a table into updates under the pairs of key and value that a mapper makes of its rows (Kafka's
/// `KTableRepartitionMap`). A null key or value of a pair: the row is in no group.
template <class Key, class Value, class Pair, class F>
class table_grouping_node final : public typed_node<Key, change<Value>, pair_key_t<Pair>, change<pair_value_t<Pair>>> {
public:
    using new_key = pair_key_t<Pair>;
    using new_value = pair_value_t<Pair>;

    table_grouping_node(shared_functor<F> mapper, bool versioned, serde_for<new_key> key_serde)
        : mapper_(std::move(mapper)), versioned_(versioned), key_serde_(std::move(key_serde)) {}

    void process(const record<Key, change<Value>>& r) override {
        if (versioned_ && !r.value.is_latest) return;
        // The mapper sees the new row first, and the subtraction leaves first: as in Kafka Streams.
        const member added = map(r.key, r.value.new_value, new_pair_);
        const member removed = map(r.key, r.value.old_value, old_pair_);
        if (added.value && removed.value && same_key(key_serde_, *added.key, *removed.key))
            return send(*added.key, {added.value, removed.value}, r);
        if (removed.value) send(*removed.key, {nullptr, removed.value}, r);
        if (added.value) send(*added.key, {added.value, nullptr}, r);
    }

private:
    struct member {
        const new_key* key = nullptr;
        const new_value* value = nullptr; ///< null: in no group
    };
    member map(const Key& key, const Value* value, std::optional<Pair>& holder) const {
        if (!value) return {};
        holder.emplace(call(mapper_.get(), key, *value));
        const member made{pointer_or_null(holder->first), pointer_or_null(holder->second)};
        return made.key && made.value ? made : member{};
    }
    void send(const new_key& key, const change<new_value>& update, const record<Key, change<Value>>& r) const {
        this->forward({key, update, r.timestamp, r.headers});
    }

    task_functor<F> mapper_;
    bool versioned_;
    serde_for<new_key> key_serde_;
    std::optional<Pair> new_pair_;
    std::optional<Pair> old_pair_;
};

} // namespace streams::inline v0::detail
