#pragma once

#include <streams/dsl/detail/windows/final_windows.hpp>
#include <streams/dsl/detail/windows/time_windows.hpp>
#include <streams/dsl/detail/windows/windowed_node.hpp>

#include <algorithm>

namespace streams::inline v0::detail {

/// Aggregates by key and window (Kafka's `KStreamWindowAggregate`). Records without key are dropped; those without value
/// are not. Windows close by the largest timestamp that this node has seen. Forwards every update, or each window once,
/// when it closes.
template <class KeyIn, class ValueIn, class Plan>
class window_aggregate_node final : public windowed_node<KeyIn, ValueIn, Plan, time_windows> {
    using base = windowed_node<KeyIn, ValueIn, Plan, time_windows>;
    using base::closing_;
    using base::context_;
    using base::forwards_;
    using base::key_;
    using base::old_;
    using base::store_;
    using base::windows_;
    using typename base::aggregate_type;
    using typename base::inner_key;
    using typename base::input;

public:
    window_aggregate_node(const Plan& plan, std::string store, bool send_old, time_windows windows, emission how = {})
        : base(plan, std::move(store), send_old, std::move(windows), how) {}

    void process(const input& r) override {
        if (!this->observe(r)) return;
        const std::int64_t close = this->close_time();
        const inner_key& key = non_null(r.key);
        store_.at(key);
        if (forwards_) this->set_key(key);
        std::size_t closed = 0;
        std::size_t open = 0;
        windows_.for_each(r.timestamp, [&](const window& each) {
            if (each.end <= close) return static_cast<void>(++closed);
            add(r, each);
            ++open;
        });
        if (open > 0)
            this->drop_late(closed);
        else if (closed > 0)
            this->late(r, closed);
        emit_closed(close, r.headers);
    }

private:
    void add(const input& r, const window& at) {
        std::int64_t timestamp = std::max(store_.get(at.start, aggregate_), r.timestamp);
        if (!aggregate_) {
            timestamp = r.timestamp;
            this->step_.begin(aggregate_);
        }
        if (this->needs_old()) old_ = aggregate_;
        this->step_.add(non_null(r.key), r.value, aggregate_);
        store_.put(r, at.start, pointer_to(aggregate_), timestamp);
        if (!forwards_) return;
        key_->window = at;
        const change<aggregate_type> update{pointer_to(aggregate_), pointer_to(old_)};
        this->forward({*key_, update, timestamp, r.headers});
    }

    void emit_closed(std::int64_t close, headers& with) {
        if (!closing_.due(close)) return;
        const std::optional<std::int64_t> last = closing_.last();
        const auto starts = windows_.closed(last, close);
        if (!starts) return;
        emit(*starts, with, [&](const window& each) { return each.end <= close && (!last || each.end > *last); });
        closing_.emitted(close);
    }
    void close_all() override {
        const std::optional<std::int64_t> last = closing_.last();
        const std::int64_t close = emit({windows_.first_open(last), unknown_window_end}, *context_->current().headers,
                                        [&](const window& each) { return !last || each.end > *last; });
        if (close >= 0) this->closed_all(close);
    }
    template <class Wanted>
    std::int64_t emit(const start_span& starts, headers& with, Wanted wanted) {
        return emit_windows<inner_key, aggregate_type>(store_, starts, this->ends_, with, this->children(), wanted);
    }

    std::optional<aggregate_type> aggregate_;
};

} // namespace streams::inline v0::detail
