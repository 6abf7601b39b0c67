#pragma once

#include <streams/dsl/detail/aggregation.hpp>
#include <streams/dsl/detail/table.hpp>
#include <streams/dsl/detail/time_windows.hpp>
#include <streams/dsl/detail/update_forwarder.hpp>

#include <algorithm>

namespace streams::inline v0::detail {

/// Aggregates by key and window (Kafka's `KStreamWindowAggregate`). Records without key are dropped; those without value
/// are not. Windows close by the largest timestamp that this node has seen.
template <class KeyIn, class ValueIn, class Plan>
class window_aggregate_node final
    : public typed_node<KeyIn, ValueIn, windowed<without_null_t<KeyIn>>, change<typename Plan::aggregate_type>> {
    using key_type = without_null_t<KeyIn>;
    using aggregate_type = typename Plan::aggregate_type;

public:
    window_aggregate_node(const Plan& plan, std::string store, bool send_old, time_windows windows)
        : step_(plan), windows_(windows), store_name_(std::move(store)),
          forwarder_({std::chrono::milliseconds(windows.size)}, send_old) {}

    void init(task_context& context) override {
        context_ = &context;
        store_.open(context, store_name_);
        forwarder_.init(store_.store(), this->children(), context);
    }

    void process(const record<KeyIn, ValueIn>& r) override {
        if constexpr (nullable<KeyIn>) {
            if (!r.key) return context_->drop(drop_reason::null_key, this->name());
            add({*r.key, r.value, r.timestamp, r.headers});
        } else {
            add(r);
        }
    }

private:
    void add(const record<key_type, ValueIn>& r) {
        observed_ = std::max(observed_, r.timestamp);
        const std::int64_t close = observed_ - windows_.grace;
        store_.at(r.key);
        context_->handling(r);
        if (!forwarder_.on_flush()) set_key(r.key);
        for (std::int64_t start = windows_.first_start(r.timestamp); start <= r.timestamp; start += windows_.advance) {
            if (start + windows_.size > close)
                add(r, start);
            else
                context_->drop(drop_reason::late, this->name());
        }
    }

    void add(const record<key_type, ValueIn>& r, std::int64_t start) {
        std::int64_t timestamp = std::max(store_.get(start, aggregate_), r.timestamp);
        if (!aggregate_) {
            timestamp = r.timestamp;
            step_.begin(aggregate_);
        }
        if (forwarder_.needs_old()) old_ = aggregate_;
        step_.add(r.key, r.value, aggregate_);
        store_.put(start, pointer_to(aggregate_), timestamp);
        if (forwarder_.on_flush()) return;
        key_->window = {start, window_end(start, windows_.size)};
        const change<aggregate_type> update{pointer_to(aggregate_), pointer_to(old_)};
        this->forward({*key_, update, timestamp, r.headers});
        context_->handling(r);
    }

    void set_key(const key_type& key) {
        if (key_)
            key_->key = key;
        else
            key_.emplace(windowed<key_type>{key, {}});
    }

    typename Plan::step step_;
    time_windows windows_;
    std::string store_name_;
    task_context* context_ = nullptr;
    typed_windows<key_type, aggregate_type> store_;
    update_forwarder<window_store_key<key_type>, aggregate_type> forwarder_;
    std::int64_t observed_ = -1; ///< the largest timestamp seen, ms
    std::optional<windowed<key_type>> key_;
    std::optional<aggregate_type> aggregate_;
    std::optional<aggregate_type> old_; ///< stays empty where nobody asks for old values
};

} // namespace streams::inline v0::detail
