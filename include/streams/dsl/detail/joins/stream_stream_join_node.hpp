#pragma once

#include <streams/dsl/detail/graph/non_null.hpp>
#include <streams/dsl/detail/joins/stream_join_results.hpp>
#include <streams/dsl/detail/joins/unmatched_records.hpp>
#include <streams/dsl/detail/stores/typed_stores.hpp>
#include <streams/dsl/detail/stores/update_forwarder.hpp>
#include <streams/serde/window_ends.hpp>
#include <streams/state/window_store.hpp>
#include <streams/topology/node.hpp>
#include <streams/topology/task_context.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace streams::inline v0::detail {

/// What the two sides of a stream-stream join know, and what they share in a task.
struct stream_join_plan {
    join_span windows; ///< as the left side sees them
    std::string left_store;
    std::string right_store;
    std::string unmatched_store;            ///< empty in an inner join
    std::string name;                       ///< of what its sides share
    streams::window_ends key_window_ends{}; ///< of windowed keys
};

/// How the records of both sides become bytes.
template <class Arguments>
struct stream_join_serdes {
    serde_for<without_null_t<typename Arguments::key_type>> key{};
    serde_for<typename Arguments::left_type> left{};
    serde_for<typename Arguments::right_type> right{};
};

/// One side of a stream-stream join (Kafka's `KStreamKStreamJoin`): joins each record with those that the other side has
/// kept. A left or outer join emits a record without a match once its window and grace have passed.
template <class KeyIn, class ValueIn, class Arguments, class NewValue, class F, join_side Side>
class stream_stream_join_node final : public typed_node<KeyIn, ValueIn, typename Arguments::key_type, NewValue> {
    using key_out = typename Arguments::key_type;
    using key_type = without_null_t<KeyIn>;
    using left_type = typename Arguments::left_type;
    using right_type = typename Arguments::right_type;
    static constexpr bool is_left = Side == join_side::left;
    static constexpr join_side other_side = is_left ? join_side::right : join_side::left;
    using this_type = std::conditional_t<is_left, left_type, right_type>;
    using other_type = std::conditional_t<is_left, right_type, left_type>;
    /// A record of this side without a match is kept.
    static constexpr bool kept = is_left ? Arguments::left_kept : Arguments::right_kept;
    static constexpr bool any_kept = Arguments::kind != join_kind::inner;

public:
    stream_stream_join_node(stream_join_plan plan, stream_join_serdes<Arguments> serdes, shared_functor<F> joiner)
        : plan_(std::move(plan)), reach_(is_left ? plan_.windows : plan_.windows.reversed()),
          results_(std::move(joiner)), read_key_{plan_.key_window_ends, typed_key<key_type>(serdes.key)},
          key_(serdes.key), left_values_(std::move(serdes.left)), right_values_(std::move(serdes.right)) {}

    void init(task_context& context) override {
        context_ = &context;
        others_.open(context, is_left ? plan_.right_store : plan_.left_store);
        read_key_.bytes_of_key.stored_in(plan_.unmatched_store);
        left_values_.stored_in(plan_.left_store);
        right_values_.stored_in(plan_.right_store);
        time_ = &context.template shared<stream_join_time>(plan_.name);
        if constexpr (any_kept) unmatched_.open(context, plan_.unmatched_store, *time_);
    }

    void process(const record<KeyIn, ValueIn>& r) override {
        time_->advance(r.timestamp);
        const this_type* value = nullptr;
        if constexpr (nullable<ValueIn>)
            value = pointer_to(r.value);
        else
            value = &r.value;
        if constexpr (nullable<KeyIn>) {
            if (!r.key) return without_key(value, r);
        }
        if (!value) return context_->drop(drop_reason::null_value, this->name());
        join(non_null(r.key), *value, r);
    }

private:
    void without_key([[maybe_unused]] const this_type* value, const record<KeyIn, ValueIn>& r) {
        if constexpr (kept && nullable<key_out>) {
            if (value) return emit(key_out(), value, nullptr, r.timestamp, r);
        }
        context_->drop(drop_reason::null_key, this->name());
    }

    void join(const key_type& key, const this_type& value, const record<KeyIn, ValueIn>& r) {
        if constexpr (any_kept) {
            if (r.timestamp == time_->stream_time) emit_expired(r);
        }
        key_.write(key);
        const std::int64_t from = reach_.begin_at(r.timestamp);
        const std::int64_t to = reach_.end_at(r.timestamp);
        const key_out& joined_key = results_.widened(key);
        bool found = false;
        // What follows a join knows nothing of its stores, so nobody calls this one before the loop ends.
        others_->fetch_into(key_.view(), from, to, iteration_order::ascending, others_found_);
        for (const window_entry& other : others_found_) {
            found = true;
            others().read_plain(key_.view(), other.value, other_);
            const std::int64_t other_time = other.start;
            if constexpr (any_kept) unmatched_.matched(r, other_side, key_.view(), other_time);
            emit(joined_key, &value, pointer_to(other_), std::max(r.timestamp, other_time), r);
        }
        if constexpr (kept) {
            if (!found) miss(joined_key, value, to, r);
        }
    }

    void miss(const key_out& key, const this_type& value, std::int64_t window_end, const record<KeyIn, ValueIn>& r) {
        if (window_end < time_->stream_time) return emit(key, &value, nullptr, r.timestamp, r);
        unmatched_.keep(r, Side, key_.view(), *own().write_plain(&value));
    }

    void emit_expired(const record<KeyIn, ValueIn>& r) {
        const auto expired = unmatched_.expired(plan_.windows, reach_.after);
        if (expired.empty()) return;
        for (const unmatched_record& one : expired) {
            try {
                emit_unmatched(one, r);
            } catch (...) { // the fault of the record that waited, not of the one that lets it go
                this->failed(one.timestamp, r.headers);
            }
        }
        unmatched_.forget_expired(r);
    }
    void emit_unmatched(const unmatched_record& one, const record<KeyIn, ValueIn>& r) {
        read_key_(one.key, expired_key_);
        const key_out& key = results_.widened(*expired_key_);
        if (one.side == join_side::left) {
            left_values_.read_plain(one.key, one.value, expired_left_);
            emit_joined(key, &*expired_left_, nullptr, one.timestamp, r);
        } else if constexpr (Arguments::right_kept) {
            right_values_.read_plain(one.key, one.value, expired_right_);
            emit_joined(key, nullptr, &*expired_right_, one.timestamp, r);
        }
    }

    void emit(const key_out& key, const this_type* own, const other_type* other, std::int64_t timestamp,
              const record<KeyIn, ValueIn>& r) const {
        if constexpr (is_left)
            emit_joined(key, own, other, timestamp, r);
        else
            emit_joined(key, other, own, timestamp, r);
    }
    void emit_joined(const key_out& key, const left_type* left, const right_type* right, std::int64_t timestamp,
                     const record<KeyIn, ValueIn>& r) const {
        results_.forward(key, left, right, timestamp, r.headers, this->children());
    }

    [[nodiscard]] auto& own() noexcept {
        if constexpr (is_left)
            return left_values_;
        else
            return right_values_;
    }
    [[nodiscard]] auto& others() noexcept {
        if constexpr (is_left)
            return right_values_;
        else
            return left_values_;
    }

    stream_join_plan plan_;
    join_span reach_;
    stream_join_results<KeyIn, Arguments, NewValue, F> results_;
    task_context* context_ = nullptr;
    node_store<window_store> others_;
    std::vector<window_entry> others_found_; ///< used again
    stream_join_time* time_ = nullptr;
    unmatched_records unmatched_;
    plain_store_key<key_type> read_key_;
    typed_key<key_type> key_;
    typed_value<left_type> left_values_;
    typed_value<right_type> right_values_;
    std::optional<other_type> other_;
    std::optional<key_type> expired_key_;
    std::optional<left_type> expired_left_;
    std::optional<right_type> expired_right_;
};

} // namespace streams::inline v0::detail
