#pragma once

#include <streams/core/config.hpp>
#include <streams/serde/serde_object.hpp>
#include <streams/serde/window_ends.hpp>
#include <streams/topology/topology.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>
#include <vector>

namespace streams::inline v0::detail {

/// A source of the logical graph: what is needed to merge two that read the same topics.
struct source_plan {
    std::vector<std::string> topics;
    std::optional<offset_reset> reset;
    const std::type_info* types; ///< of the record it forwards: sources of one topic are merged only where equal
    bool mergeable = true;       ///< false: a table's, which has its topic to itself
    std::string pattern{};       ///< of the topics; then `topics` is empty
};

/// A repartition topic of the logical graph with the three nodes around it.
struct repartition_plan {
    std::string topic; ///< with `-repartition`
    std::string filter_name;
    std::string sink_name;
    std::string source_name;
    std::optional<std::int32_t> partitions;
    bool optimizable = true;  ///< false: asked for by repartition(), never merged with others
    node_factory make_filter; ///< drops records that no key places
    node_factory make_pass;   ///< in its place above a left or outer join
    node_factory make_sink;
    node_factory make_source;
    store_serdes serdes{}; ///< of its records
};

struct graph_node;
using graph_writer = shared_callable<void(const graph_node&, topology&)>;

/// A join of two streams, were both the same.
struct self_join_plan {
    std::string not_needed; ///< the node that would keep the right side's records
    graph_writer write;
};

/// A node of the logical graph, from which the topology is written when it is built (Kafka's `GraphNode`).
struct graph_node {
    std::string name; ///< of the topology node that children follow
    std::vector<graph_node*> parents{};
    std::vector<graph_node*> children{};
    std::size_t priority = 0; ///< nodes are written in this order, parents first
    std::size_t depth = 1;    ///< the nodes on the longest way from a topic to it, both counted
    bool key_changing = false;
    bool value_changing = false;
    bool merging = false;
    bool passes_null_keys = false; ///< a left or outer join: repartition nodes above let null keys pass (KIP-962)
    std::optional<std::chrono::milliseconds>
        grace{}; ///< a windowed aggregation: how long past its end a window is open
    std::optional<source_plan> source{};
    std::optional<repartition_plan> repartition{};
    /// A change of key, or a merge: fills in a repartition topic right behind it. Empty where its types have no serde.
    shared_callable<void(repartition_plan&)> repartition_after{};
    bool reuses_topic = false; ///< set where the topic of a table becomes the changelog of its store
    graph_writer write{};
    std::optional<self_join_plan> self_join{}; ///< a join of streams whose types are equal
};

/// The names of the topology nodes that `node` follows.
[[nodiscard]] std::vector<std::string> parent_names(const graph_node& node);
/// Writes a processor with the name of a node, behind the node's parents, and connects it to `stores`, which are there.
void write_processor(const graph_node& node, topology& out, node_factory make, std::vector<std::string> stores = {});
void write_processor(std::string name, std::vector<std::string> parents, topology& out, node_factory make,
                     std::vector<std::string> stores = {});
/// The same with a store of its own.
void write_processor(const graph_node& node, topology& out, node_factory make, const store_spec& own);

/// The same of one in which a record may wait, for so long at most.
void write_waiting_processor(const graph_node& node, topology& out, node_factory make,
                             std::chrono::milliseconds longest_wait);

/// The logical graph behind a streams_builder: names and numbers by Kafka Streams' rules, written as a topology on
/// demand. Not thread-safe.
class graph {
public:
    graph();
    graph(const graph&) = delete;
    graph& operator=(const graph&) = delete;

    /// The next name with this prefix, `KSTREAM-FILTER-` for example.
    [[nodiscard]] std::string new_name(std::string_view prefix);
    /// The next store name with this prefix, `KSTREAM-AGGREGATE-` for example.
    [[nodiscard]] std::string new_store_name(std::string_view prefix);
    /// Takes an index in any case: Kafka Streams numbers the nodes after a named one as if it had none.
    [[nodiscard]] std::string name_or_new(const std::string& wanted, std::string_view prefix);
    /// Takes an index and throws it away.
    void burn() noexcept { ++index_; }

    [[nodiscard]] graph_node& root() noexcept { return *nodes_.front(); }
    /// Adds a node below its parents, or an existing one once more, which then counts as the newest.
    graph_node& add(graph_node node, std::span<graph_node* const> parents);
    graph_node& add(graph_node node, graph_node& parent);
    graph_node& add(std::string name, graph_writer write, std::span<graph_node* const> parents);
    graph_node& add(std::string name, graph_writer write, graph_node& parent);
    void add_again(graph_node& existing, graph_node& parent);
    /// A processor that needs no store.
    graph_node& add_processor(std::string name, graph_node& parent, node_factory make);
    /// A sink that writes `topic`; nullopt: one that it chooses for each record.
    void add_sink(std::string name, graph_node& parent, std::optional<std::string> topic, node_factory make);

    /// A repartition plan named by Kafka Streams' rules; takes three indices.
    [[nodiscard]] repartition_plan new_repartition(const std::string& prefix);
    graph_node& add_repartition(repartition_plan plan, graph_node& parent);

    /// The topics behind these source nodes need equal partition counts.
    void copartition(std::vector<std::string> sources);

    /// Writes all nodes in the order of their priority. `optimization`: as streams_config::topology_optimization.
    /// Throws topology_error, and config_error for an optimisation that is not known.
    [[nodiscard]] topology write(std::string_view optimization = "none") const;
    /// Throws topology_error where a store or an internal topic of what was written has a name that was generated.
    void require_explicit_names(const topology& written) const;

private:
    [[nodiscard]] std::vector<std::unique_ptr<graph_node>> copy_of_nodes() const;

    std::vector<std::unique_ptr<graph_node>> nodes_;
    std::vector<std::vector<std::string>> copartition_groups_;
    std::vector<std::string> generated_names_;
    std::uint64_t index_ = 0;
    std::size_t priority_ = 0;
};

[[nodiscard]] std::shared_ptr<graph> new_graph();

/// Where an operator is attached: what a stream, table or group knows without its types.
struct attachment {
    std::shared_ptr<detail::graph> graph;
    graph_node* node = nullptr;
    std::string name;                 ///< Kafka's name of the stream, prefix of repartition topics
    std::vector<std::string> sources; ///< names of the source nodes above, up to the next topic
    bool repartition_required = false;
    std::optional<streams::window_ends> window_ends{}; ///< of the windowed keys, below a windowed aggregation

    /// The same sources, behind `at`.
    [[nodiscard]] attachment behind(graph_node& at, bool repartition) const {
        return {graph, &at, at.name, sources, repartition, window_ends};
    }
    /// The same, where no key changed in between.
    [[nodiscard]] attachment behind(graph_node& at) const { return behind(at, repartition_required); }
    /// Behind a repartition node.
    [[nodiscard]] attachment behind_topic(graph_node& at, std::string source) const {
        return {graph, &at, std::move(source), {at.name}, false, window_ends};
    }
};

/// A stream that several handles share. `join_repartition`: the repartition node that its joins share.
struct stream_state {
    attachment at;
    graph_node* join_repartition = nullptr;
};

/// A grouping that several aggregations share, as they do its repartition node where it is named.
struct group_state {
    attachment at;
    std::string name; ///< given by the user; empty: repartition topics are named after stores
    graph_node* repartition = nullptr;
};

/// Fills in the nodes around a repartition topic.
using repartition_filler = shared_callable<void(repartition_plan&)>;

/// Where a join of the stream is attached: behind a repartition topic where its key has changed. `name`: of the join.
[[nodiscard]] attachment before_join(stream_state& stream, const std::string& name, const repartition_filler& fill);
/// Where an aggregation of the group is attached: behind a repartition topic where its key has changed.
[[nodiscard]] attachment before_aggregation(group_state& group, const std::string& store,
                                            const repartition_filler& fill);
/// Behind a repartition topic of its own.
[[nodiscard]] attachment behind_repartition(const attachment& at, const std::string& prefix,
                                            const repartition_filler& fill);

/// The union of two sets of source names, in order of first appearance.
[[nodiscard]] std::vector<std::string> united(std::vector<std::string> a, const std::vector<std::string>& b);

} // namespace streams::inline v0::detail
