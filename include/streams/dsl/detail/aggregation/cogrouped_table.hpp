#pragma once

#include <streams/dsl/detail/aggregation/aggregated_table.hpp>
#include <streams/dsl/detail/aggregation/aggregation_names.hpp>
#include <streams/dsl/detail/aggregation/cogroup.hpp>
#include <streams/dsl/detail/graph/pass_node.hpp>
#include <streams/dsl/detail/stores/store_specs.hpp>
#include <streams/serde/window_ends.hpp>

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace streams::inline v0::detail {

/// The streams of a cogroup, in the order in which they were added.
template <class Key, class Aggregate>
using cogroup_inputs = std::vector<shared_value<const cogroup_input<Key, Aggregate>>>;

/// Throws topology_error where both are the same grouping.
void require_other_group(const group_state& one, const group_state& other);

/// The table that several streams keep together.
template <class Key, class Aggregate, class Windows>
class cogrouped_table final : public table_of<typename Windows::rows::template key<Key>, Aggregate> {
    using row_key = typename Windows::rows::template key<Key>;

public:
    cogrouped_table(shared_value<const shared_cogroup_functors<Key, Aggregate>> functors, Windows windows,
                    store_spec spec)
        : functors_(std::move(functors)), windows_(std::move(windows)), spec_(std::move(spec)) {}

    /// `serdes`: of the store's keys, without windows, and of its rows.
    void keep_by(const serdes_for<Key, Aggregate>& serdes) {
        spec_.serdes = kept_by(serdes.key, serdes.value);
        this->use_serdes({Windows::rows::key_serde(serdes.key, windows_.ends()), serdes.value});
    }
    bool enable_sending_old_values(bool) override { return send_old_ = true; }
    getter_plan<row_key, Aggregate> getter() override {
        using getter_type = typename Windows::rows::template getter<Key, Aggregate>;
        return {{spec_.name}, [store = spec_.name] { return make_getter<getter_type>(store); }};
    }

    /// Writes the node of one stream.
    void write(const shared_value<const cogroup_input<Key, Aggregate>>& input, const graph_node& node,
               topology& out) const {
        const auto make = [input, functors = functors_, windows = any_windows(windows_),
                           upkeep = cogroup_upkeep{spec_.name, send_old_}] {
            return input->make(functors, upkeep, windows);
        };
        write_processor(node, out, make);
    }
    /// Writes the store that the nodes of all streams share.
    void write_store(const std::vector<std::string>& nodes, topology& out) const {
        out.add_operator_store(spec_, nodes);
    }

private:
    shared_value<const shared_cogroup_functors<Key, Aggregate>> functors_;
    Windows windows_;
    store_spec spec_;
    bool send_old_ = false;
};

/// What a cogroup's aggregation adds to the graph: a node for each stream, and one that all lead to.
template <class Key, class Aggregate, class Windows>
struct added_cogroup {
    attachment at;
    shared_value<cogrouped_table<Key, Aggregate, Windows>> table;
};

template <class Key, class Aggregate, class Windows>
[[nodiscard]] added_cogroup<Key, Aggregate, Windows> add_cogroup(
    const cogroup_inputs<Key, Aggregate>& inputs, shared_value<const shared_cogroup_functors<Key, Aggregate>> functors,
    const Windows& windows, const std::string& name, const materialized& options,
    const serdes_for<Key, Aggregate>& serdes) {
    using row_key = typename Windows::rows::template key<Key>;
    const attachment& first = inputs.front()->group().at;
    graph& graph = *first.graph;
    const std::string store = options.name.empty() ? graph.new_store_name("COGROUPKSTREAM-AGGREGATE-") : options.name;
    shared_value<cogrouped_table<Key, Aggregate, Windows>> table(std::in_place, std::move(functors), windows,
                                                                 windows.store(store, options, {}));
    require_usable(serdes, concat("store ", store));
    table->keep_by(serdes);

    std::vector<attachment> places;
    std::vector<std::string> sources;
    for (const auto& input : inputs) {
        places.push_back(input->place(store));
        sources = united(std::move(sources), places.back().sources);
    }
    graph.copartition(std::move(sources));

    const aggregated_times times = windows.times();
    std::vector<graph_node*> nodes;
    for (std::size_t at = 0; at < inputs.size(); ++at) {
        const std::string wanted = name.empty() ? "" : concat(name, "-cogroup-agg-", at);
        const auto write = [table, input = inputs[at]->without_group()](const graph_node& node, topology& out) {
            table->write(input, node, out);
        };
        nodes.push_back(&graph.add(graph.name_or_new(wanted, "COGROUPKSTREAM-AGGREGATE-"), write, *places[at].node));
        nodes.back()->grace = times.grace;
    }
    const auto write_merge = [table](const graph_node& node, topology& out) {
        write_processor(node, out, [] { return make_node<pass_node<row_key, change<Aggregate>>>(); });
        table->write_store(parent_names(node), out);
    };
    graph_node& merged = graph.add(
        graph.name_or_new(name.empty() ? "" : name + "-cogroup-merge", "COGROUPKSTREAM-MERGE-"), write_merge, nodes);
    // Without sources, as in Kafka Streams: joins of the result are not checked.
    return {{first.graph, &merged, merged.name, {}, false, times.window_ends ? times.window_ends : first.window_ends},
            std::move(table)};
}

} // namespace streams::inline v0::detail
