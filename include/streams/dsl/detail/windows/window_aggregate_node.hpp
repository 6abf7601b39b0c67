#pragma once

#include <streams/dsl/detail/windows/time_windows.hpp>
#include <streams/dsl/detail/windows/windowed_node.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace streams::inline v0::detail {

/// Aggregates by key and window (Kafka's `KStreamWindowAggregate`). Records without key are dropped; those without value
/// are not. Windows close by the largest timestamp that this node has seen. Forwards every update, or each window once,
/// when it closes.
template <class KeyIn, class ValueIn, class Plan>
class window_aggregate_node final : public windowed_node<KeyIn, ValueIn, Plan, time_windows> {
    using base = windowed_node<KeyIn, ValueIn, Plan, time_windows>;
    using base::store_;
    using typename base::aggregate_type;
    using typename base::input;

public:
    using base::base;

    void process(const input& r) override {
        if (!this->observe(r)) return;
        const std::int64_t close = this->close_time();
        this->begin(non_null(r.key));
        std::size_t closed = 0;
        std::size_t open = 0;
        this->windows_.for_each(r.timestamp, [&](const window& each) {
            if (time_windows::ended(each, close)) return static_cast<void>(++closed);
            add(r, each);
            ++open;
        });
        if (open > 0)
            this->drop_late(closed);
        else if (closed > 0)
            this->late(r, closed);
        this->emit_closed(close, r.headers);
    }

private:
    void add(const input& r, const window& at) {
        std::int64_t timestamp = std::max(store_.get(at, aggregate_), r.timestamp);
        if (!aggregate_) {
            timestamp = r.timestamp;
            this->step_.begin(aggregate_);
        }
        if (this->needs_old()) this->old_ = aggregate_;
        this->step_.add(non_null(r.key), r.value, aggregate_);
        store_.put(r, at.start, pointer_to(aggregate_), timestamp);
        this->forward_update(at, {pointer_to(aggregate_), pointer_to(this->old_)}, timestamp, r.headers);
    }

    std::optional<aggregate_type> aggregate_;
};

} // namespace streams::inline v0::detail
