#pragma once

#include <streams/core/config.hpp>
#include <streams/core/shared_callable.hpp>
#include <streams/serde/serde_object.hpp>
#include <streams/state/store_spec.hpp>
#include <streams/topology/node.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace streams::inline v0 {

enum class node_kind { source, processor, sink };

/// The most nodes that a record may pass between two topics, source and sink counted. Each is called by the one before it,
/// for some 200 bytes of stack in an optimised build, 400 in one for debugging, 1,000 with the address sanitizer.
inline constexpr std::size_t longest_chain = 1000;

namespace detail {
/// Throws topology_error where `depth`, the nodes on the longest way from a topic to `node`, both counted, is more than
/// longest_chain.
void require_chain_length(std::string_view node, std::size_t depth);
} // namespace detail

/// Makes a node: any callable without arguments that returns a std::unique_ptr of one. Where that is null, or there is no
/// callable, what runs the topology throws topology_error.
using node_factory = detail::shared_callable<std::unique_ptr<node>()>;

struct place_by_key;

/// A node before any task makes it.
struct node_spec {
    node_kind kind = node_kind::processor;
    std::string name;
    std::vector<std::string> parents{};
    std::vector<std::string> stores{}; ///< connected to the node
    std::vector<std::string> topics{}; ///< source: what it reads; sink: at most one, none where `topic_extractor`
    bool topic_extractor = false;      ///< sink: the topic is chosen for each record
    /// Makes the node of one task. Called from any thread, several times; what it captures is shared and constant.
    node_factory make{};
    std::optional<offset_reset> reset{}; ///< source: where to begin without a committed offset; nullopt: as configured
    /// For how long a record may wait in the node for what comes from elsewhere, at most (pending_records). Where that is
    /// longer than a transaction lasts, what runs the topology throws topology_error.
    std::chrono::milliseconds longest_wait{0};
    std::string
        pattern{}; ///< source: a regular expression of the topics it reads; then `topics` are those found so far
};

/// A topic that the application creates for itself; its full name is `<application id>-<name>`.
struct repartition_topic {
    std::string name;                         ///< without the application id, with `-repartition`
    std::optional<std::int32_t> partitions{}; ///< nullopt: as many as the input of the tasks that write it
    std::vector<std::string> behind{};        ///< the nodes whose records go through it
};

/// A connected part of a topology: what one task runs. Topics cut the graph.
struct sub_topology {
    std::int32_t id = 0;
    std::vector<std::size_t> nodes;               ///< positions in topology::nodes(), parents first
    std::vector<std::string> source_topics;       ///< as declared, in the order of their nodes
    std::vector<std::string> repartition_sources; ///< those of source_topics that are repartition topics
    std::vector<std::string> sink_topics;         ///< as declared
    std::vector<std::string> stores;              ///< in the order of their nodes
};

/// A store that every instance of the application fills with all partitions of a topic (Kafka's `addGlobalStore`): its
/// source and the processor that writes it make a part of the graph of their own, which no task runs.
struct global_store {
    std::string store;
    std::string source;    ///< the node that reads the topic
    std::string processor; ///< the node that writes the store
    std::string topic;
    bool reprocess = false; ///< the store is filled through the processor at start, too; false: with the topic's bytes
};

/// A processing graph: specs of sources, processors, sinks and stores. Built by streams_builder or by hand, then run by
/// kafka_streams or topology_test_driver. A value: copies share what is constant. Not thread-safe while it is built.
class topology {
public:
    topology();
    ~topology();
    topology(const topology&);
    topology(topology&&) noexcept;
    topology& operator=(const topology&);
    topology& operator=(topology&&) noexcept;

    /// Adds a node. Throws topology_error for a name used twice or illegal, an unknown parent or store, a topic that a
    /// source reads already, a node without parents that is no source, a parent that is a sink, or a node that is more
    /// than longest_chain behind a source.
    topology& add_node(node_spec spec);
    /// Adds a store that the nodes of users share, and connects it. Adding the same spec again only connects, as adding one
    /// `StoreBuilder` twice does in Kafka Streams; throws topology_error for another spec of that name, and where an operator
    /// or a global store has that name.
    topology& add_store(store_spec spec, const std::vector<std::string>& nodes = {});
    /// Adds the store of one operator and connects it to its nodes, at least one. Throws topology_error where any store has
    /// that name already: each would overwrite what the other keeps.
    topology& add_operator_store(store_spec spec, const std::vector<std::string>& nodes);
    /// Connects a store to a node, and so their parts of the graph. Throws topology_error where either is unknown.
    topology& connect_store(const std::string& node, const std::string& store);
    /// Adds a store that is global, with its source, which reads one topic, and its processor. Every node may read it
    /// without being connected to it. Errors as of add_node and add_store; throws where the store logs to a changelog.
    topology& add_global_store(store_spec spec, node_spec source, node_spec processor, bool reprocess);
    /// Throws topology_error where there is one of that name already.
    topology& add_repartition_topic(repartition_topic topic);
    /// These topics must have equal partition counts, checked when the application starts.
    /// Throws topology_error where no source reads one of them.
    topology& add_copartition_group(std::vector<std::string> topics);

    /// The Processor API: typed nodes by hand. Defined in <streams/topology/processor_api.hpp>, which programs that call
    /// these include. Serdes are found by type. Errors as of add_node and add_store.
    ///
    /// A source that reads these topics; `reset`: where it begins without a committed offset.
    template <class Key, class Value, std::convertible_to<std::string>... Topics>
    topology& add_source(std::string name, Topics... topics);
    template <class Key, class Value, std::convertible_to<std::string>... Topics>
    topology& add_source(offset_reset reset, std::string name, Topics... topics);
    /// The same with serde objects:
    /// `add_source<std::string, payment>("in", {"payments"}, {.value = serde_for<payment>(avro)})`.
    template <class Key, class Value>
    topology& add_source(std::string name, std::vector<std::string> topics, serdes_for<Key, Value> serdes);
    /// A processor. `supplier` makes one for each task: called without arguments, as const and from any thread, it
    /// returns a std::unique_ptr of a class derived from processor<...>.
    template <class Supplier>
    topology& add_processor(std::string name, Supplier supplier, std::vector<std::string> parents,
                            std::vector<std::string> stores = {});
    /// A global store, filled from a topic by a processor that `supplier` makes, which finds it in its context and writes
    /// it. It is called for the whole topic again at every start. `spec` has no changelog: `.logging = false`.
    template <class Key, class Value, class Supplier>
    topology& add_global_store(store_spec spec, std::string source, std::string topic, std::string processor,
                               Supplier supplier);
    /// A store that is restored from the topic that feeds it, and has no changelog of its own (Kafka's
    /// `addReadOnlyStateStore`, KIP-813): a processor that `supplier` makes writes it, as the topic's records say; others
    /// are connected to it by connect_store and only read. Restoring copies the records' keys and values into the store.
    template <class Key, class Value, class Supplier>
    topology& add_read_only_store(store_spec spec, std::string source, std::string topic, std::string processor,
                                  Supplier supplier);
    /// A sink; see topic_sink for what a topic and a partitioner can be.
    template <class Key, class Value, class Topic>
    topology& add_sink(std::string name, Topic topic, std::vector<std::string> parents);
    template <class Key, class Value, class Topic, class Partitioner>
    topology& add_sink(std::string name, Topic topic, std::vector<std::string> parents, Partitioner partitioner);
    /// The same with serde objects.
    template <class Key, class Value, class Topic, class Partitioner = place_by_key>
    topology& add_sink(std::string name, Topic topic, std::vector<std::string> parents, serdes_for<Key, Value> serdes,
                       Partitioner partitioner = {});

    [[nodiscard]] const std::vector<node_spec>& nodes() const noexcept;
    [[nodiscard]] const std::vector<store_spec>& stores() const noexcept;
    [[nodiscard]] const std::vector<repartition_topic>& repartition_topics() const noexcept;
    [[nodiscard]] const std::vector<std::vector<std::string>>& copartition_groups() const noexcept;
    [[nodiscard]] const std::vector<global_store>& global_stores() const noexcept;
    /// The node or store of that name, or null.
    [[nodiscard]] const node_spec* find_node(std::string_view name) const noexcept;
    [[nodiscard]] const store_spec* find_store(std::string_view name) const noexcept;
    [[nodiscard]] bool is_repartition_topic(std::string_view topic) const noexcept;

    /// The connected parts that tasks run, numbered as Kafka Streams numbers them: parts of global stores take numbers too.
    /// Throws topology_error where the topology is empty.
    [[nodiscard]] std::vector<sub_topology> sub_topologies() const;
    /// The parts of global stores, one each.
    [[nodiscard]] std::vector<sub_topology> global_parts() const;
    [[nodiscard]] bool is_global_store(std::string_view store) const noexcept;
    /// The same, whose sources with a pattern read those of `existing` that match it, in alphabetical order. Internal topics
    /// of applications and clusters (`-changelog`, `-repartition` behind the application id, `__` in front) are none of them.
    /// A source whose pattern matches nothing reads nothing. Throws topology_error where one matches a topic that another
    /// source reads.
    [[nodiscard]] topology with_topics(const std::vector<std::string>& existing, std::string_view application_id) const;
    [[nodiscard]] bool has_patterns() const noexcept;
    /// The same, whose stores that follow `dsl.store.format` keep headers, or none.
    [[nodiscard]] topology with_store_format(store_format format) const;
    /// The text of Kafka Streams' `Topology#describe`, to the character.
    [[nodiscard]] std::string describe() const;

private:
    struct content;
    [[nodiscard]] std::vector<sub_topology> parts(bool global) const;
    topology& declare_store(store_spec spec, const std::vector<std::string>& nodes, bool shared,
                            std::string_view place);

    std::unique_ptr<content> content_;
};

} // namespace streams::inline v0
