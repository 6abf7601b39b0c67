#pragma once

#include <streams/dsl/detail/aggregation/aggregate_node.hpp>
#include <streams/dsl/detail/aggregation/aggregated_times.hpp>
#include <streams/dsl/detail/graph/repartition.hpp>
#include <streams/dsl/detail/stores/store_specs.hpp>
#include <streams/serde/window_ends.hpp>

namespace streams::inline v0::detail {

/// The table of an aggregation: always kept in a store. `Shape` makes node and getter: by key, or by key and window.
template <class Shape>
class aggregated_table final : public table_of<typename Shape::key_type, typename Shape::row_type> {
public:
    /// `serdes`: of the store's keys, without windows, and of its rows.
    template <class StoreKey>
    aggregated_table(Shape shape, store_spec spec, const plain_serdes<StoreKey, typename Shape::row_type>& serdes)
        : shape_(std::move(shape)), spec_(std::move(spec)) {
        spec_.serdes = kept_by(serdes.key, serdes.value);
    }

    bool enable_sending_old_values(bool) override { return send_old_ = true; }
    [[nodiscard]] bool versioned() const noexcept override { return spec_.is<versioned_kind>(); }
    getter_plan<typename Shape::key_type, typename Shape::row_type> getter() override {
        return shape_.getter(spec_.name);
    }
    void write(const graph_node& node, topology& out) const {
        write_processor(
            node, out,
            [shape = shape_, store = spec_.name, send_old = send_old_] { return shape.make(store, send_old); }, spec_);
    }

private:
    Shape shape_;
    store_spec spec_;
    bool send_old_ = false;
};

template <class KeyIn, class ValueIn, class Plan>
struct by_key {
    using key_type = without_null_t<KeyIn>;
    using row_type = typename Plan::aggregate_type;
    Plan plan;
    no_windows windows{};

    [[nodiscard]] std::unique_ptr<node> make(const std::string& store, bool send_old) const {
        return make_node<aggregate_node<KeyIn, ValueIn, Plan>>(plan, store, send_old, windows);
    }
    [[nodiscard]] getter_plan<key_type, row_type> getter(const std::string& store) const {
        return getter_from_store<key_type, row_type>(store);
    }
};

/// How the rows of an aggregation become bytes: as its options say, keys else as in the group, and values where they are the
/// group's own. `store`: for messages.
template <class Plan, class Key, class Value, class... Options>
[[nodiscard]] serdes_for<Key, typename Plan::aggregate_type> row_serdes(const plain_serdes<Key, Value>& group,
                                                                        const std::string& store,
                                                                        const Options&... options) {
    plain_serdes<Key, typename Plan::aggregate_type> inherited{group.key, {}};
    if constexpr (requires { requires Plan::keeps_values; }) inherited.value = group.value;
    auto chosen = serdes_from(std::move(inherited), options...);
    require_usable(chosen, concat("store ", store));
    return chosen;
}

/// Adds the node of an aggregation, behind a repartition topic where the key has changed, and returns its place.
template <class KeyIn, class ValueIn, class Table>
[[nodiscard]] attachment add_aggregation(typed_group<KeyIn, ValueIn>& group, std::string name, const std::string& store,
                                         shared_value<Table> table, const aggregated_times& times) {
    const attachment above = before_aggregation(group, store, [&](repartition_plan& plan) {
        make_repartition_nodes<KeyIn, ValueIn>(plan, group.serdes, group.at.window_ends);
    });
    const auto write = [table = std::move(table)](const graph_node& node, topology& out) { table->write(node, out); };
    graph_node& node = above.graph->add(std::move(name), write, *above.node);
    node.grace = times.grace;
    attachment at = above.behind(node, false);
    at.window_ends = times.window_ends;
    return at;
}

} // namespace streams::inline v0::detail
