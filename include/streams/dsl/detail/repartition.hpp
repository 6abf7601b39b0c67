#pragma once

#include <streams/dsl/detail/graph.hpp>
#include <streams/dsl/detail/pass_node.hpp>
#include <streams/dsl/detail/window_key.hpp>
#include <streams/serde/window_ends.hpp>
#include <streams/topology/task_context.hpp>
#include <streams/topology/topic_sink.hpp>
#include <streams/topology/topic_source.hpp>

#include <optional>

namespace streams::inline v0::detail {

/// Before a repartition topic: drops records that no key places.
template <class Key, class Value>
class null_key_filter_node final : public typed_node<Key, Value, Key, Value> {
public:
    void init(task_context& context) override { context_ = &context; }
    void process(const record<Key, Value>& r) override {
        if constexpr (nullable<Key>) {
            if (!r.key) return context_->drop(drop_reason::null_key, this->name());
        }
        this->forward(r);
    }

private:
    task_context* context_ = nullptr;
};

/// The source of an internal topic. `window_ends`: of windowed keys, where it is known.
template <class Key, class Value>
[[nodiscard]] node_factory internal_source(std::optional<streams::window_ends> window_ends) {
    using plain_key = without_null_t<Key>;
    if constexpr (time_windowed_key<plain_key>) {
        using key_serde = time_windowed_serde<typename windowed_inner<plain_key>::type>;
        if (window_ends)
            return [ends = *window_ends] {
                return make_node<topic_source<Key, Value, fail_on_invalid_timestamp, key_serde>>(
                    on_null::fail, fail_on_invalid_timestamp{}, key_serde(ends));
            };
    }
    return [] { return make_node<topic_source<Key, Value, fail_on_invalid_timestamp>>(); };
}

/// Fills in the three nodes around a repartition topic, by the types of the records that go through.
template <class Key, class Value>
void make_repartition_nodes(repartition_plan& plan, std::optional<streams::window_ends> window_ends) {
    plan.make_filter = [] { return make_node<null_key_filter_node<Key, Value>>(); };
    plan.make_pass = [] { return make_node<pass_node<Key, Value>>(); };
    plan.make_sink = [topic = plan.topic] { return make_node<topic_sink<Key, Value>>(topic); };
    plan.make_source = internal_source<Key, Value>(window_ends);
}

} // namespace streams::inline v0::detail
