#pragma once

namespace streams::inline v0 {

/// What a reader sees of what is not committed (Kafka's `IsolationLevel`).
enum class isolation_level {
    read_uncommitted, ///< all of it, also what is taken back later
    read_committed,   ///< nothing
};

} // namespace streams::inline v0
