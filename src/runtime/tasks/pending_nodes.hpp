#pragma once

#include "src/core/memory_budget.hpp"

#include <streams/topology/pending_records.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace streams::inline v0 {

/// The nodes of a task that keep records pending.
class pending_nodes {
public:
    /// `budget`: has the memory for the records; null: they may take any. Outlives this.
    explicit pending_nodes(memory_budget* budget) noexcept : budget_(budget) {}

    /// A node, after those that forward to it.
    void add(pending_records& of_node);
    [[nodiscard]] bool empty() const noexcept { return nodes_.empty(); }
    /// Whether no record is pending.
    [[nodiscard]] bool at_rest() const noexcept;
    /// When `go_on` has something to do, steady ms; see pending_records::next.
    [[nodiscard]] std::int64_t next() const noexcept;
    /// Goes on until nothing is due at `now`, steady ms. Throws what ends the task.
    void go_on(std::int64_t now);
    /// Whether the task may take another record: no node is full, and the memory budget has room. One record is always let in.
    [[nodiscard]] bool have_room();

private:
    memory_budget* budget_;
    std::vector<pending_records*> nodes_;
    std::optional<memory_reservation> memory_; ///< nullopt: no node, or no budget
};

} // namespace streams::inline v0
