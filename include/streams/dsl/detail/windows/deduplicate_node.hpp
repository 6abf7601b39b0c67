#pragma once

#include <streams/core/saturation.hpp>
#include <streams/dsl/detail/graph/functor.hpp>
#include <streams/dsl/detail/stores/typed_stores.hpp>
#include <streams/topology/node.hpp>
#include <streams/topology/task_context.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

namespace streams::inline v0::detail {

/// Drops records whose id was seen in a record less than `within` away, and counts those that it passes on although it no
/// longer knows. The store holds the times of each id that was passed on, under the id's bytes.
template <class Key, class Value, class Id, class F>
class deduplicate_node final : public typed_node<Key, Value, Key, Value> {
    using plain_id = without_null_t<Id>;

public:
    deduplicate_node(shared_functor<F> by, std::chrono::milliseconds within, std::string store)
        : by_(std::move(by)), within_(within.count()), store_name_(std::move(store)) {}

    void init(task_context& context) override {
        context_ = &context;
        store_.open(context, store_name_);
    }

    void process(const record<Key, Value>& r) override {
        const Id& id = call(by_.get(), r.key, r.value);
        if constexpr (nullable<Id>) {
            if (!id) return this->forward(r);
            pass_on_first(*id, r);
        } else {
            pass_on_first(id, r);
        }
    }

private:
    void pass_on_first(const plain_id& id, const record<Key, Value>& r) {
        id_.clear();
        serde<plain_id>::serialize(id, id_);
        const std::int64_t from = std::max<std::int64_t>(0, sub_sat(r.timestamp, within_ - 1));
        for ([[maybe_unused]] const window_entry& seen :
             store_->fetch(id_.view(), from, add_sat(r.timestamp, within_ - 1)))
            return context_->drop(drop_reason::duplicate, this->name());
        if (from < store_->oldest_readable()) context_->drop(drop_reason::unchecked, this->name());
        store_.of(r).put(id_.view(), bytes_view(), r.timestamp);
        this->forward(r);
    }

    task_functor<F> by_;
    std::int64_t within_;
    std::string store_name_;
    task_context* context_ = nullptr;
    node_store<window_store> store_;
    bytes id_;
};

} // namespace streams::inline v0::detail
