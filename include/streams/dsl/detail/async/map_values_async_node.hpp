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

/// A record of a stream that is called for. Keeps the functor alive: a coroutine's frame refers to what it captures.
template <class Key, class Value, class NewValue, class F>
struct record_call final : answered_call<NewValue> {
    record_call(const Key& of_key, const Value& of_value, std::shared_ptr<const task_functor<F>> of_functor)
        : key(of_key), value(of_value), functor(std::move(of_functor)) {
        this->bytes = sizeof *this + held_bytes(key) + held_bytes(value);
    }
    const Key key;
    const Value value;
    const std::shared_ptr<const task_functor<F>> functor;
};

template <class Key, class Value, class NewValue, class F>
class map_values_async_node final : public typed_node<Key, Value, Key, NewValue>, private async_operation {
    using call_type = record_call<Key, Value, NewValue, F>;

public:
    map_values_async_node(shared_functor<F> functor, const async_options& options,
                          serde_for<without_null_t<Key>> key_serde)
        : functor_(std::make_shared<const task_functor<F>>(std::move(functor))),
          by_key_(options.ordering == ordering::per_key), key_serde_(std::move(key_serde)),
          calls_(*this, *this, options) {}

    void init(task_context& context) override { calls_.begin(context); }
    void process(const record<Key, Value>& r) override {
        auto made = std::make_shared<call_type>(r.key, r.value, functor_);
        key_bytes_.clear();
        if (by_key_ && encode_with(key_serde_, r.key, key_bytes_)) made->chain.emplace(key_bytes_.view().text());
        calls_.add(std::move(made), r.timestamp, r.headers);
    }
    void close() override { calls_.close(); }

private:
    void call(const async_call& made, std::shared_ptr<const async_attempt> attempt) override {
        const auto& called = static_cast<const call_type&>(made);
        completion<NewValue> answer(std::move(attempt));
        if constexpr (std::is_invocable_v<decltype(called.functor->get()), const Value&, completion<NewValue>>)
            static_cast<void>(std::invoke(called.functor->get(), called.value, std::move(answer)));
        else
            static_cast<void>(std::invoke(called.functor->get(), called.key, called.value, std::move(answer)));
    }
    void forward_result(async_call& answered) override {
        const auto& called = static_cast<const call_type&>(answered);
        this->forward({called.key, *called.result, called.timestamp, answered.headers});
    }

    std::shared_ptr<const task_functor<F>> functor_;
    bool by_key_;
    serde_for<without_null_t<Key>> key_serde_;
    bytes key_bytes_;
    async_calls calls_;
};

} // namespace streams::inline v0::detail
