#pragma once

#include <streams/dsl/detail/graph/graph.hpp>
#include <streams/dsl/detail/graph/pass_node.hpp>
#include <streams/dsl/detail/stores/window_key.hpp>
#include <streams/serde/window_ends.hpp>
#include <streams/topology/task_context.hpp>
#include <streams/topology/topic_sink.hpp>
#include <streams/topology/topic_source.hpp>

#include <optional>

namespace streams::inline v0::detail {

[[noreturn]] void throw_without_serde(std::string_view part, std::string_view place);

/// A grouping and how its records become bytes.
template <class Key, class Value>
struct typed_group : group_state {
    serdes_for<Key, Value> serdes{};
    typed_group(group_state state, serdes_for<Key, Value> record_serdes)
        : group_state(std::move(state)), serdes(std::move(record_serdes)) {}
};

/// Throws topology_error where keys or values cannot be converted, since their type is by_serde_object and no object was
/// given. `place`: what would convert them.
template <class Key, class Value>
void require_usable(const plain_serdes<Key, Value>& serdes, std::string_view place) {
    if (!serdes.key.usable()) throw_without_serde("key", place);
    if (!serdes.value.usable()) throw_without_serde("value", place);
}

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

/// The serde that reads keys back from an internal topic. `window_ends`: of windowed keys, where it is known.
template <class Key>
[[nodiscard]] serde_for<Key> reading_back(const serde_for<Key>& key, std::optional<streams::window_ends> window_ends) {
    if constexpr (time_windowed_key<Key>) {
        using inner = typename windowed_inner<Key>::type;
        if (window_ends && !key.chosen()) return serde_for<Key>(time_windowed_serde<inner>(*window_ends));
    }
    return key;
}

/// The source of an internal topic.
template <class Key, class Value>
[[nodiscard]] node_factory internal_source(const serdes_for<Key, Value>& serdes,
                                           std::optional<streams::window_ends> window_ends) {
    return [key = reading_back(serdes.key, window_ends), value = serdes.value] {
        return make_node<topic_source<Key, Value, fail_on_invalid_timestamp>>(on_null::fail,
                                                                              fail_on_invalid_timestamp{}, key, value);
    };
}

/// Fills in the three nodes around a repartition topic, by the types of the records that go through. Throws topology_error
/// where these are converted by serde objects, and none is there.
template <class Key, class Value>
void make_repartition_nodes(repartition_plan& plan, const serdes_for<Key, Value>& serdes,
                            std::optional<streams::window_ends> window_ends) {
    require_usable(serdes, concat("repartition topic ", plan.topic));
    plan.serdes = {serdes.key.erased(), serdes.value.erased()};
    plan.make_filter = [] { return make_node<null_key_filter_node<Key, Value>>(); };
    plan.make_pass = [] { return make_node<pass_node<Key, Value>>(); };
    plan.make_sink = [topic = plan.topic, serdes] {
        return make_node<topic_sink<Key, Value>>(topic, place_by_key{}, serdes.key, serdes.value);
    };
    plan.make_source = internal_source<Key, Value>(serdes, window_ends);
}

} // namespace streams::inline v0::detail
