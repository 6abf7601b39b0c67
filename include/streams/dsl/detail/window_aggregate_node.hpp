#pragma once

#include <streams/dsl/detail/aggregation.hpp>
#include <streams/dsl/detail/closing.hpp>
#include <streams/dsl/detail/final_windows.hpp>
#include <streams/dsl/detail/non_null.hpp>
#include <streams/dsl/detail/table.hpp>
#include <streams/dsl/detail/time_windows.hpp>
#include <streams/dsl/detail/update_forwarder.hpp>
#include <streams/dsl/detail/windowed_node.hpp>
#include <streams/serde/window_ends.hpp>

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
        : step_(plan), windows_(std::move(windows)), store_name_(std::move(store)),
          ends_(windows_.ends()), forwarder_({ends_}, send_old), closing_(how) {}

    void init(task_context& context) override {
        context_ = &context;
        store_.open(context, store_name_);
        if (!closing_.on_close()) forwarder_.init(store_.store(), this->children(), context);
        forwards_ = !closing_.on_close() && !forwarder_.on_flush();
        closing_.init(context, this->name(), store_name_, [this] { close_all(); });
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
        if (forwards_) this->set_key(key_, key);
        std::size_t closed = 0;
        std::size_t open = 0;
        windows_.for_each(r.timestamp, [&](const window& each) {
            if (each.end <= close) return static_cast<void>(++closed);
            add(r, each);
            ++open;
        });
        if (open > 0)
            this->drop_late(*context_, closed);
        else if (closed > 0)
            this->late(r, *context_, closed);
        emit_closed(close, r.headers);
    }

private:
    void add(const record<KeyIn, ValueIn>& r, const window& at) {
        std::int64_t timestamp = std::max(store_.get(at.start, aggregate_), r.timestamp);
        if (!aggregate_) {
            timestamp = r.timestamp;
            step_.begin(aggregate_);
        }
        if (forwards_ && forwarder_.needs_old()) old_ = aggregate_;
        step_.add(non_null(r.key), r.value, aggregate_);
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
    /// No record has come for long: what is open closes, as if time had passed.
    void close_all() {
        const std::optional<std::int64_t> last = closing_.last();
        const std::int64_t close = emit({windows_.first_open(last), unknown_window_end}, *context_->current().headers,
                                        [&](const window& each) { return !last || each.end > *last; });
        if (close < 0) return;
        observed_ = std::max(observed_, add_sat(close, windows_.grace));
        closing_.emitted(close);
    }
    template <class Wanted>
    std::int64_t emit(const start_span& starts, headers& with, Wanted wanted) {
        return emit_windows<key_type, aggregate_type>(store_, starts, ends_, with, this->children(), wanted);
    }

    typename Plan::step step_;
    time_windows windows_;
    std::string store_name_;
    window_ends ends_;
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
