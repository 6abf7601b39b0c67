#pragma once

namespace streams::inline v0 {

/// An update of a table between two nodes (Kafka's `Change`), borrowed as a record is.
template <class Value>
struct change {
    const Value* new_value = nullptr; ///< null: the row was deleted
    const Value* old_value = nullptr; ///< null: there was none, or nobody asked
    bool is_latest = true;            ///< false: out of order in a versioned store
};

/// Whether rows of a table can be deleted.
enum class rows {
    deletable, ///< to_stream() yields optional values
    permanent, ///< a row once there stays: counts and aggregates
};

} // namespace streams::inline v0
