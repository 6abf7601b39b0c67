// What a stream thread measures once a turn.

#include "src/runtime/thread/stream_thread.hpp"

namespace streams::inline v0 {

void stream_thread::measure(bool all_run) {
    metrics_.became(all_run         ? thread_state::running
                    : assigned_     ? thread_state::partitions_assigned
                    : was_assigned_ ? thread_state::partitions_revoked
                                    : thread_state::starting);
    if (!metrics_.look_due(last_poll_)) return;
    for (const stream_task* task : tasks_.running()) task->measure_inputs();
}

} // namespace streams::inline v0
