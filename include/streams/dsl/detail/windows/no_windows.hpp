#pragma once

#include <streams/dsl/detail/aggregation/aggregated_times.hpp>
#include <streams/dsl/detail/stores/store_specs.hpp>
#include <streams/dsl/detail/tables/table.hpp>
#include <streams/dsl/detail/windows/emission.hpp>
#include <streams/serde/window_ends.hpp>

#include <string>
#include <utility>

namespace streams::inline v0::detail {

template <class KeyIn, class ValueIn, class Plan>
class aggregate_node;

/// How the rows of a table by key alone are named and read; see window_rows.
struct plain_rows {
    template <class Key>
    using key = Key;
    template <class Key, class Row>
    using getter = store_getter<Key, Row>;

    template <class Key>
    [[nodiscard]] static serde_for<Key> key_serde(const serde_for<Key>& key, const window_ends&) {
        return key;
    }
};

/// All records of a key together.
struct no_windows {
    using rows = plain_rows;
    template <class KeyIn, class ValueIn, class Plan>
    using node = aggregate_node<KeyIn, ValueIn, Plan>;

    window_ends key_ends{}; ///< of keys that are windowed already

    [[nodiscard]] window_ends ends() const { return key_ends; }
    [[nodiscard]] aggregated_times times() const { return {}; }
    [[nodiscard]] store_spec store(std::string name, const materialized& options, const emission&) const {
        return key_value_spec(std::move(name), options);
    }
};

} // namespace streams::inline v0::detail
