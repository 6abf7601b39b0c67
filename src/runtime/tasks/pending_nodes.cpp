#include "src/runtime/tasks/pending_nodes.hpp"

#include <streams/core/execution.hpp>

#include <algorithm>
#include <ranges>

namespace streams::inline v0 {

void pending_nodes::add(pending_records& of_node) {
    nodes_.push_back(&of_node);
    if (budget_ != nullptr && !memory_) memory_.emplace(*budget_, memory_role::pending_records);
}

bool pending_nodes::at_rest() const noexcept {
    return std::ranges::all_of(nodes_, [](const pending_records* each) { return each->count() == 0; });
}

std::int64_t pending_nodes::next() const noexcept {
    std::int64_t next = never;
    for (const pending_records* each : nodes_) next = std::min(next, each->next());
    return next;
}

void pending_nodes::go_on(std::int64_t now) {
    // From the end of the way, so that those that come next find room.
    while (next() <= now)
        for (pending_records* each : nodes_ | std::views::reverse)
            if (each->next() <= now) each->go_on(now);
}

bool pending_nodes::have_room() {
    if (std::ranges::any_of(nodes_, [](const pending_records* each) { return each->full(); })) return false;
    if (!memory_) return true;
    std::size_t bytes = 0;
    for (const pending_records* each : nodes_) bytes += each->bytes();
    return memory_->fit_to(bytes) || bytes == 0;
}

} // namespace streams::inline v0
