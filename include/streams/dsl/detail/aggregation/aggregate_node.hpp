#pragma once

#include <streams/dsl/detail/aggregation/aggregation.hpp>
#include <streams/dsl/detail/graph/non_null.hpp>
#include <streams/dsl/detail/stores/update_forwarder.hpp>
#include <streams/dsl/detail/tables/table.hpp>
#include <streams/dsl/detail/windows/no_windows.hpp>

#include <algorithm>

namespace streams::inline v0::detail {

/// Aggregates by key (Kafka's `KStreamAggregate`, `KStreamReduce`). Records without key or value are dropped.
template <class KeyIn, class ValueIn, class Plan>
class aggregate_node final
    : public typed_node<KeyIn, ValueIn, without_null_t<KeyIn>, change<typename Plan::aggregate_type>> {
    using key_type = without_null_t<KeyIn>;
    using value_type = without_null_t<ValueIn>;
    using aggregate_type = typename Plan::aggregate_type;

public:
    aggregate_node(const Plan& plan, std::string store, bool send_old, no_windows windows)
        : step_(plan), store_name_(std::move(store)), forwarder_({std::move(windows.key_ends)}, send_old) {}

    void init(task_context& context) override {
        context_ = &context;
        store_.open(context, store_name_);
        forwarder_.init(store_.store(), this->children(), context);
    }

    void process(const record<KeyIn, ValueIn>& r) override {
        if constexpr (nullable<KeyIn>) {
            if (!r.key) return context_->drop(drop_reason::null_key, this->name());
        }
        if constexpr (nullable<ValueIn>) {
            if (!r.value) return context_->drop(drop_reason::null_value, this->name());
        }
        add({non_null(r.key), non_null(r.value), r.timestamp, r.headers});
    }

private:
    void add(const record<key_type, value_type>& r) {
        store_.at(r.key);
        std::int64_t timestamp = std::max(store_.get(aggregate_), r.timestamp);
        if (!aggregate_) {
            timestamp = r.timestamp;
            step_.begin(aggregate_);
        }
        if (forwarder_.needs_old()) old_ = aggregate_;
        step_.add(r.key, r.value, aggregate_);
        const row_put done = store_.put(r, pointer_to(aggregate_), timestamp);
        if (!done.stored || forwarder_.on_flush()) return;
        const change<aggregate_type> update{pointer_to(aggregate_), pointer_to(old_), done.latest};
        this->forward({r.key, update, timestamp, r.headers});
    }

    typename Plan::step step_;
    std::string store_name_;
    task_context* context_ = nullptr;
    typed_key_values<key_type, aggregate_type> store_;
    update_forwarder<plain_store_key<key_type>, aggregate_type> forwarder_;
    std::optional<aggregate_type> aggregate_;
    std::optional<aggregate_type> old_; ///< stays empty where nobody asks for old values
};

} // namespace streams::inline v0::detail
