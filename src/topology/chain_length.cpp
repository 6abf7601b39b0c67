#include <streams/topology/topology.hpp>

namespace streams::inline v0::detail {

void require_chain_length(std::string_view node, std::size_t depth) {
    if (depth > longest_chain)
        throw topology_error(concat(
            "node ", node, " would end a chain of ", depth, " nodes, and a topology may chain at most ", longest_chain,
            " nodes between two topics: each record passes them by one call inside "
            "of the other, for which a thread's stack has to suffice; let one node do what several "
            "do, or put a repartition in between"));
}

} // namespace streams::inline v0::detail
