#pragma once

#include <exception>

namespace streams::inline v0 {

/// What a stream thread does about a failure of its tasks (docs/adr/0011-failing-tasks.md).
enum class recovery {
    join_again, ///< the tasks are others': all are closed without a commit, a new producer is taken, and the group joined again
    rebuild_store, ///< the folder of the damaged store is removed, and the store restored from its changelog
    roll_back,     ///< what the tasks did since the last commit is undone in memory, and they read on from it
    pass_over,     ///< the same, at once, and the records that were refused are passed over, or sent alone
    set_aside,     ///< as roll_back; the task that failed waits until the cluster knows the topic that it writes to
    open_anew, ///< all tasks are closed without a commit, a new producer is taken, and they are opened from what the cluster has
    open_again, ///< the tasks are closed, and opened again from their last commit
    none,       ///< the thread ends
};

/// By the class of the exception: the one place that decides.
[[nodiscard]] recovery recovery_of(const std::exception_ptr& failure) noexcept;

/// Whether tasks may be handed over, or end, without the commit that has failed so: what it was to cover is done again from
/// the last one. Not where rows are lost for good, nor where a node or the program failed.
[[nodiscard]] bool done_again(const std::exception_ptr& failure) noexcept;

} // namespace streams::inline v0
