#include "state/state_thread.hpp"

#include "state/disk/rocksdb_backing.hpp"

namespace streams::inline v0 {

void prepare_state_thread() noexcept { disable_rocksdb_counters(); }

} // namespace streams::inline v0
