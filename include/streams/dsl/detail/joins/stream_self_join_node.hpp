#pragma once

#include <streams/dsl/detail/graph/non_null.hpp>
#include <streams/dsl/detail/joins/join_span.hpp>
#include <streams/dsl/detail/joins/stream_join_results.hpp>
#include <streams/dsl/detail/stores/typed_stores.hpp>
#include <streams/topology/node.hpp>
#include <streams/topology/task_context.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace streams::inline v0::detail {

/// A stream joined with itself on one store (Kafka's `KStreamKStreamSelfJoin`, KIP-862): results and their order are those
/// of an inner join of two streams. Every record has itself for a match.
template <class KeyIn, class ValueIn, class Arguments, class NewValue, class F>
class stream_self_join_node final : public typed_node<KeyIn, ValueIn, typename Arguments::key_type, NewValue> {
    using key_out = typename Arguments::key_type;
    using key_type = without_null_t<KeyIn>;
    using value_type = without_null_t<ValueIn>;

public:
    stream_self_join_node(std::string store, join_span windows, shared_functor<F> joiner)
        : store_name_(std::move(store)), windows_(windows), results_(std::move(joiner)) {}

    void init(task_context& context) override {
        context_ = &context;
        store_.open(context, store_name_);
        key_.open(*store_);
        value_.open(*store_);
    }

    void process(const record<KeyIn, ValueIn>& r) override {
        if constexpr (nullable<KeyIn>) {
            if (!r.key) return context_->drop(drop_reason::null_key, this->name());
        }
        if constexpr (nullable<ValueIn>) {
            if (!r.value) return context_->drop(drop_reason::null_value, this->name());
        }
        observed_ = std::max(observed_, r.timestamp);
        join(non_null(r.key), non_null(r.value), r);
    }

private:
    void join(const key_type& key, const value_type& value, const record<KeyIn, ValueIn>& r) {
        key_.write(key);
        const key_out& joined_key = results_.widened(key);
        for (const window_entry& other : others(r.timestamp, windows_))
            emit(joined_key, value, decoded(other), std::max(r.timestamp, other.start), r);

        // The pair of the record with itself comes where a second store would have it: by time.
        bool pending = r.timestamp > observed_ - windows_.retention() + 1;
        for (const window_entry& other : others(r.timestamp, windows_.reversed())) {
            const std::int64_t other_time = other.start;
            decoded(other);
            if (pending && other_time > r.timestamp) {
                pending = false;
                emit(joined_key, value, value, r.timestamp, r);
            }
            emit(joined_key, *other_, value, std::max(r.timestamp, other_time), r);
        }
        if (pending) emit(joined_key, value, value, r.timestamp, r);
    }

    [[nodiscard]] store_range<window_entry> others(std::int64_t time, const join_span& reach) {
        return store_->fetch(key_.view(), reach.begin_at(time), reach.end_at(time));
    }
    const value_type& decoded(const window_entry& other) {
        value_.read_plain(key_.view(), other.value, other_);
        return *other_;
    }
    void emit(const key_out& key, const value_type& left, const value_type& right, std::int64_t timestamp,
              const record<KeyIn, ValueIn>& r) const {
        results_.forward(key, &left, &right, timestamp, r.headers, this->children());
    }

    std::string store_name_;
    join_span windows_;
    stream_join_results<KeyIn, Arguments, NewValue, F> results_;
    task_context* context_ = nullptr;
    node_store<window_store> store_;
    std::int64_t observed_ = -1; ///< the largest timestamp joined, ms
    typed_key<key_type> key_;
    typed_value<value_type> value_;
    std::optional<value_type> other_;
};

} // namespace streams::inline v0::detail
