#pragma once

#include <streams/core/error.hpp>

namespace streams::inline v0 {

/// What stops a task and is no fault of the record at hand: no handler is asked, and nothing is added to its message.
class task_error : public streams_error {
public:
    using streams_error::streams_error;
};

/// The task was given to another member, or its producer was replaced: close without committing and join again
/// (Kafka's `TaskMigratedException`).
class fenced_error final : public task_error {
public:
    using task_error::task_error;
};

/// The cluster did not answer within `task.timeout.ms`, or refused for good.
class cluster_error final : public task_error {
public:
    using task_error::task_error;
};

} // namespace streams::inline v0
