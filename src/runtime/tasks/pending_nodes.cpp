#include "src/runtime/tasks/pending_nodes.hpp"

#include <streams/core/error.hpp>
#include <streams/core/execution.hpp>

#include <algorithm>

namespace streams::inline v0 {

std::chrono::milliseconds longest_settling(const streams_config& config) {
    const auto transaction = config.transaction_timeout();
    return std::max(transaction - config.commits_every(), transaction / 4) * 3 / 4;
}

void check_waits(const topology& topology, const streams_config& config) {
    if (!config.exactly_once()) return;
    const auto longest = longest_settling(config);
    for (const node_spec& node : topology.nodes())
        if (node.longest_wait > longest)
            throw topology_error(concat("node ", node.name, " may call for ", node.longest_wait.count(),
                                        " ms for one record, with all that it tries again, but the commit of a "
                                        "transaction waits for ",
                                        longest.count(),
                                        " ms at most; shorten the timeout or try less often, or raise "
                                        "producer.transaction.timeout.ms"));
}

void pending_nodes::add(pending_records& of_node) {
    nodes_.push_back(&of_node);
    if (limits_.budget != nullptr && !memory_) memory_.emplace(*limits_.budget, memory_role::pending_records);
}

std::size_t pending_nodes::count() const noexcept {
    std::size_t sum = 0;
    for (const pending_records* each : nodes_) sum += each->count();
    return sum;
}

std::int64_t pending_nodes::next() const noexcept {
    std::int64_t next = never;
    for (const pending_records* each : nodes_) next = std::min(next, each->next());
    return next;
}

void pending_nodes::go_on(std::int64_t now) {
    for (pending_records* each : nodes_)
        if (each->next() <= now) each->go_on();
}

bool pending_nodes::have_room() {
    if (std::ranges::any_of(nodes_, [](const pending_records* each) { return each->full(); })) return false;
    const std::size_t records = count();
    if (limits_.most != nullptr && records >= std::max<std::size_t>(*limits_.most, 1)) return false;
    if (!memory_) return true;
    std::size_t bytes = 0;
    for (const pending_records* each : nodes_) bytes += each->bytes();
    return memory_->fit_to(bytes) || records == 0;
}

} // namespace streams::inline v0
