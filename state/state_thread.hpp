#pragma once

namespace streams::inline v0 {

/// Switches off RocksDB's per-thread counters on the calling thread, which cost every operation and which nobody reads.
/// `make_store` does so for its thread; any other that uses a store has to call it.
void prepare_state_thread() noexcept;

} // namespace streams::inline v0
