#pragma once

#include <streams/dsl/detail/aggregation.hpp>
#include <streams/dsl/detail/closing.hpp>
#include <streams/dsl/detail/final_windows.hpp>
#include <streams/dsl/detail/non_null.hpp>
#include <streams/dsl/detail/table.hpp>
#include <streams/dsl/detail/time_windows.hpp>
#include <streams/dsl/detail/update_forwarder.hpp>
#include <streams/dsl/detail/windowed_node.hpp>

#include <algorithm>

namespace streams::inline v0::detail {

/// Aggregates by key and window (Kafka's `KStreamWindowAggregate`). Records without key are dropped; those without value
/// are not. Windows close by the largest timestamp that this node has seen. Forwards every update, or each window once,
/// when it closes.
template <class KeyIn, class ValueIn, class Plan>
class window_aggregate_node final
    : public windowed_node<KeyIn, ValueIn, windowed<without_null_t<KeyIn>>, typename Plan::aggregate_type> {
    using key_type = without_null_t<KeyIn>;
    using aggregate_type = typename Plan::aggregate_type;

public:
    window_aggregate_node(const Plan& plan, std::string store, bool send_old, time_windows windows,
                          emission how = {})
        : step_(plan), windows_(windows), store_name_(std::move(store)),
          forwarder_({std::chrono::milliseconds(windows.size)}, send_old), closing_(how) {}

    void init(task_context& context) override {
        context_ = &context;
        store_.open(context, store_name_);
        if (!closing_.on_close()) forwarder_.init(store_.store(), this->children(), context);
        forwards_ = !closing_.on_close() && !forwarder_.on_flush();
        closing_.init(context, store_name_, [this] { close_all(); });
        observed_ = closing_.observed_before(windows_.grace);
    }

    void process(const record<KeyIn, ValueIn>& r) override {
        if constexpr (nullable<KeyIn>) {
            if (!r.key) return context_->drop(drop_reason::null_key, this->name());
        }
        closing_.awake();
        observed_ = std::max(observed_, r.timestamp);
        const std::int64_t close = observed_ - windows_.grace;
        const key_type& key = non_null(r.key);
        store_.at(key);
        context_->handling(r);
        if (forwards_) this->set_key(key_, key);
        std::size_t closed = 0;
        std::size_t open = 0;
        windows_.for_each(r.timestamp, [&](std::int64_t start) {
            if (window_end(start, windows_.size) <= close) return static_cast<void>(++closed);
            add(r, start);
            ++open;
        });
        if (open > 0)
            this->drop_late(*context_, closed);
        else if (closed > 0)
            this->late(r, *context_, closed);
        emit_closed(close, r.headers);
    }

private:
    void add(const record<KeyIn, ValueIn>& r, std::int64_t start) {
        std::int64_t timestamp = std::max(store_.get(start, aggregate_), r.timestamp);
        if (!aggregate_) {
            timestamp = r.timestamp;
            step_.begin(aggregate_);
        }
        if (forwards_ && forwarder_.needs_old()) old_ = aggregate_;
        step_.add(non_null(r.key), r.value, aggregate_);
        store_.put(start, pointer_to(aggregate_), timestamp);
        if (!forwards_) return;
        key_->window = {start, window_end(start, windows_.size)};
        const change<aggregate_type> update{pointer_to(aggregate_), pointer_to(old_)};
        this->forward({*key_, update, timestamp, r.headers});
        context_->handling(r);
    }

    void emit_closed(std::int64_t close, headers& with) {
        if (!closing_.due(close)) return;
        const std::int64_t newest = close - windows_.size;
        if (newest < 0) return;
        const std::int64_t oldest = first_open_start();
        if (closing_.last() && windows_.same_windows(newest, oldest - 1)) return;
        emit(oldest, newest, with);
        closing_.emitted(close);
    }
    /// No record has come for long: what is open closes, as if time had passed.
    void close_all() {
        const std::int64_t newest = emit(first_open_start(), unknown_window_end, *context_->current().headers);
        if (newest < 0) return;
        const std::int64_t close = newest + windows_.size;
        observed_ = std::max(observed_, add_sat(close, windows_.grace));
        closing_.emitted(close);
    }
    /// The start of the first window that was not emitted yet.
    [[nodiscard]] std::int64_t first_open_start() const {
        return closing_.last() ? std::max<std::int64_t>(0, sub_sat(*closing_.last(), windows_.size)) + 1 : 0;
    }
    std::int64_t emit(std::int64_t from, std::int64_t to, headers& with) {
        return emit_windows<key_type, aggregate_type>(store_.store(), from, to, windows_.size, with, this->children(),
                                                      *context_);
    }

    typename Plan::step step_;
    time_windows windows_;
    std::string store_name_;
    task_context* context_ = nullptr;
    typed_windows<key_type, aggregate_type> store_;
    update_forwarder<window_store_key<key_type>, aggregate_type> forwarder_;
    closing closing_;
    bool forwards_ = true;       ///< each update, as it comes
    std::int64_t observed_ = -1; ///< the largest timestamp seen, ms
    std::optional<windowed<key_type>> key_;
    std::optional<aggregate_type> aggregate_;
    std::optional<aggregate_type> old_; ///< stays empty where nobody asks for old values
};

} // namespace streams::inline v0::detail
