#pragma once

#include "src/core/memory_budget.hpp"

#include <streams/core/config.hpp>
#include <streams/topology/pending_records.hpp>
#include <streams/topology/topology.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace streams::inline v0 {

/// How long the commit of a transaction, which began after the last one, may wait for records that are pending: three
/// quarters of what a commit interval leaves of it. REQUIRES: exactly once.
[[nodiscard]] std::chrono::milliseconds longest_settling(const streams_config& config);

/// Throws topology_error where a record may wait in a node for longer than a transaction lasts.
void check_waits(const topology& topology, const streams_config& config);

/// What a task may keep pending.
struct pending_limits {
    memory_budget* budget = nullptr;   ///< has the memory for it; null: any
    const std::size_t* most = nullptr; ///< records, as many as this says at the moment; null: any number
};

/// The nodes of a task that keep records pending.
class pending_nodes {
public:
    /// What `limits` points to outlives this.
    explicit pending_nodes(const pending_limits& limits) noexcept : limits_(limits) {}

    /// A node, behind those that forward to it.
    void add(pending_records& of_node);
    [[nodiscard]] bool empty() const noexcept { return nodes_.empty(); }
    [[nodiscard]] std::size_t count() const noexcept;
    /// When `go_on` has something to do, steady ms; see pending_records::next.
    [[nodiscard]] std::int64_t next() const noexcept;
    /// Lets those go on that have something to do at `now`, steady ms, once each. Throws what ends the task.
    void go_on(std::int64_t now);
    /// Whether the task may take another record: no node is full, and the limits have room. One record is always let in.
    [[nodiscard]] bool have_room();

private:
    pending_limits limits_;
    std::vector<pending_records*> nodes_;
    std::optional<memory_reservation> memory_; ///< nullopt: no node, or no budget
};

} // namespace streams::inline v0
