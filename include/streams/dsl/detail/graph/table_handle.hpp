#pragma once

#include <streams/dsl/detail/graph/graph.hpp>
#include <streams/dsl/detail/tables/table.hpp>

#include <memory>
#include <utility>

namespace streams::inline v0::detail {

/// What every handle on a table holds: its place in the topology being built, and what is known of its rows.
template <class Key, class Value>
class table_handle {
public:
    /// For the library: a table at a place in the graph.
    table_handle(attachment at, shared_value<table_of<Key, Value>> table)
        : at_(std::move(at)), table_(std::move(table)) {}
    /// For the library.
    [[nodiscard]] const attachment& at() const noexcept { return at_; }
    [[nodiscard]] const shared_value<table_of<Key, Value>>& table() const noexcept { return table_; }

private:
    attachment at_;
    shared_value<table_of<Key, Value>> table_;
};

} // namespace streams::inline v0::detail
