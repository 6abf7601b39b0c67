#pragma once

namespace streams::inline v0 {

/// To be called once on every thread that uses stores, before the first of them: switches off RocksDB's per-thread
/// counters, which cost every operation and which nobody reads.
void prepare_state_thread() noexcept;

} // namespace streams::inline v0
