#pragma once

#include <streams/dsl/detail/aggregation.hpp>
#include <streams/dsl/detail/table.hpp>
#include <streams/dsl/detail/time_windows.hpp>
#include <streams/dsl/detail/update_forwarder.hpp>
#include <streams/dsl/detail/windowed_node.hpp>

#include <algorithm>

namespace streams::inline v0::detail {

/// Aggregates by key and window (Kafka's `KStreamWindowAggregate`). Records without key are dropped; those without value
/// are not. Windows close by the largest timestamp that this node has seen.
template <class KeyIn, class ValueIn, class Plan, class Windows>
class window_aggregate_node final
    : public windowed_node<KeyIn, ValueIn, windowed<without_null_t<KeyIn>>, typename Plan::aggregate_type> {
    using key_type = without_null_t<KeyIn>;
    using aggregate_type = typename Plan::aggregate_type;

public:
    window_aggregate_node(const Plan& plan, std::string store, bool send_old, Windows windows)
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
        }
        observed_ = std::max(observed_, r.timestamp);
        const std::int64_t close = observed_ - windows_.grace;
        const key_type& key = this->plain(r.key);
        store_.at(key);
        context_->handling(r);
        if (!forwarder_.on_flush()) this->set_key(key_, key);
        std::size_t closed = 0;
        std::size_t open = 0;
        windows_.for_each(r.timestamp, [&](std::int64_t start) {
            if (window_end(start, windows_.size) <= close) return static_cast<void>(++closed);
            add(r, start);
            ++open;
        });
        if (closed == 0) return;
        if (open == 0) this->late(r, *context_);
        // Each closed window counts; one that stands for the record was counted, or handed on.
        for (std::size_t more = open == 0 ? 1 : 0; more < closed; ++more)
            context_->drop(drop_reason::late, this->name());
    }

private:
    void add(const record<KeyIn, ValueIn>& r, std::int64_t start) {
        std::int64_t timestamp = std::max(store_.get(start, aggregate_), r.timestamp);
        if (!aggregate_) {
            timestamp = r.timestamp;
            step_.begin(aggregate_);
        }
        if (forwarder_.needs_old()) old_ = aggregate_;
        step_.add(this->plain(r.key), r.value, aggregate_);
        store_.put(start, pointer_to(aggregate_), timestamp);
        if (forwarder_.on_flush()) return;
        key_->window = {start, window_end(start, windows_.size)};
        const change<aggregate_type> update{pointer_to(aggregate_), pointer_to(old_)};
        this->forward({*key_, update, timestamp, r.headers});
        context_->handling(r);
    }

    typename Plan::step step_;
    Windows windows_;
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
