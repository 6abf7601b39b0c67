#pragma once

#include <streams/dsl/completion.hpp>
#include <streams/dsl/detail/async/async_calls.hpp>
#include <streams/dsl/detail/graph/functor.hpp>
#include <streams/serde/serde_object.hpp>
#include <streams/topology/node.hpp>
#include <streams/topology/topic_sink.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace streams::inline v0::detail {

/// What a value keeps in memory of its own, as far as its type shows it: the content of strings and vectors.
template <class T>
[[nodiscard]] std::size_t held_bytes(const T& value) {
    if constexpr (nullable<T>) {
        return value ? held_bytes(*value) : 0;
    } else if constexpr (requires { value.size() * sizeof *value.data(); }) {
        return value.size() * sizeof *value.data();
    } else {
        return 0;
    }
}

/// A record of a stream that is called for.
template <class Key, class Value, class NewValue>
struct record_call final : answered_call<NewValue> {
    record_call(const Key& of_key, const Value& of_value) : key(of_key), value(of_value) {
        this->bytes = sizeof *this + held_bytes(key) + held_bytes(value);
    }
    const Key key;
    const Value value;
};

template <class Key, class Value, class NewValue, class F>
class map_values_async_node final : public typed_node<Key, Value, Key, NewValue>, private async_operation {
    using call_type = record_call<Key, Value, NewValue>;

public:
    map_values_async_node(shared_functor<F> call, const async_options& how, serde_for<without_null_t<Key>> key_serde)
        : call_(std::move(call)), by_key_(how.ordering == ordering::per_key), key_serde_(std::move(key_serde)),
          calls_(*this, *this, how) {}

    void init(task_context& context) override { calls_.begin(context); }
    void process(const record<Key, Value>& r) override {
        auto made = std::make_shared<call_type>(r.key, r.value);
        key_bytes_.clear();
        if (by_key_ && encode_with(key_serde_, r.key, key_bytes_)) made->chain.emplace(key_bytes_.view().text());
        calls_.add(std::move(made), r.timestamp, r.headers);
    }
    void close() override { calls_.close(); }

private:
    void call(const async_call& made, std::shared_ptr<const async_attempt> attempt) override {
        const auto& of = static_cast<const call_type&>(made);
        completion<NewValue> answer(std::move(attempt));
        if constexpr (std::is_invocable_v<decltype(call_.get()), const Value&, completion<NewValue>>)
            static_cast<void>(std::invoke(call_.get(), of.value, std::move(answer)));
        else
            static_cast<void>(std::invoke(call_.get(), of.key, of.value, std::move(answer)));
    }
    void forward_result(async_call& answered) override {
        const auto& of = static_cast<const call_type&>(answered);
        this->forward({of.key, *of.result, of.timestamp, answered.headers});
    }

    task_functor<F> call_;
    bool by_key_;
    serde_for<without_null_t<Key>> key_serde_;
    bytes key_bytes_;
    async_calls calls_;
};

} // namespace streams::inline v0::detail
