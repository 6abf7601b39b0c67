#pragma once

#include <streams/core/shared_callable.hpp>
#include <streams/dsl/detail/graph/graph.hpp>
#include <streams/dsl/options.hpp>

#include <string>
#include <typeinfo>
#include <vector>

namespace streams::inline v0::detail {

/// Adds the source of a stream. `types`: of the records that it forwards.
[[nodiscard]] attachment add_stream_source(const std::shared_ptr<graph>& graph, std::vector<std::string> topics,
                                           const consumed& options, const std::type_info& types, node_factory make);
[[nodiscard]] attachment add_stream_source(const std::shared_ptr<graph>& graph, const topic_pattern& pattern,
                                           const consumed& options, const std::type_info& types, node_factory make);

using table_writer =
    shared_callable<void(const std::string& name, const std::string& source, const std::string& reused, topology&)>;

/// Adds the source of a table and the node below it, which `write_table` writes: (its name, the
/// source's name, the topic that is to be the changelog of its store or nothing, the topology).
[[nodiscard]] attachment add_table_source(const std::shared_ptr<graph>& graph, const std::string& topic,
                                          const consumed& options, const std::type_info& types, node_factory make,
                                          table_writer write_table);

/// Adds a global store with its source; `spec` is named. `make_processor` makes the node that writes it.
void add_global_source(const std::shared_ptr<graph>& graph, const std::string& topic, const consumed& options,
                       store_spec spec, node_factory make_source, node_factory make_processor, bool reprocess);

} // namespace streams::inline v0::detail
