#pragma once

#include "state/disk/corrupt_state_error.hpp"

#include <streams/core/error.hpp>
#include <streams/core/task_id.hpp>

#include <exception>
#include <string>
#include <utility>

namespace streams::inline v0 {

/// A node threw, and the processing exception handler said fail (Kafka's `FailedProcessingException`): what stands above the
/// node is not asked again.
class failed_processing_error : public streams_error {
public:
    using streams_error::streams_error;
};

/// The task as messages name it: `task 0_3`, or the one that fills global stores, whose numbers are negative.
[[nodiscard]] inline std::string task_name(task_id task) {
    return task.subtopology < 0 ? "the global task" : "task " + to_string(task);
}

/// What stops a task and is no fault of the record at hand: no handler is asked, and nothing is added to its message.
class task_error : public streams_error {
public:
    using streams_error::streams_error;
};

/// REQUIRES: `failure` is a std::exception.
[[nodiscard]] inline std::string message_of(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& cause) {
        return cause.what();
    }
}

/// The task was given to another member, or its producer was replaced: close without committing and join again
/// (Kafka's `TaskMigratedException`).
class fenced_error final : public task_error {
public:
    using task_error::task_error;
};

/// Another member has taken this one's group.instance.id, or it has itself by a join whose answer was lost: its consumer is
/// of no use any more (Kafka's `FencedInstanceIdException`).
class lost_place_error final : public task_error {
public:
    lost_place_error(const std::string& reason, bool by_slow_code) : task_error(reason), by_slow_code_(by_slow_code) {}
    /// Whether it had not polled for max.poll.interval.ms.
    [[nodiscard]] bool by_slow_code() const noexcept { return by_slow_code_; }

private:
    bool by_slow_code_;
};

/// Records that were sent have not arrived: take the thread's tasks back to what was committed last.
class lost_records_error : public task_error {
public:
    using task_error::task_error;
};

/// The same, where it is known now what is to be done about some of them when they come again: it gets further each time.
class refused_records_error final : public lost_records_error {
public:
    using lost_records_error::lost_records_error;
};

/// A record can go no further until the cluster says how many partitions a topic has: take the thread's tasks back to what was
/// committed last, and let this one wait for it, by itself.
class unknown_partitions_error final : public task_error {
public:
    unknown_partitions_error(task_id task, std::string topic)
        : task_error(concat("the cluster does not say how many partitions topic ", topic, " has, which ",
                            task_name(task), " writes to")),
          task_(task), topic_(std::move(topic)) {}
    [[nodiscard]] task_id task() const noexcept { return task_; }
    [[nodiscard]] const std::string& topic() const noexcept { return topic_; }

private:
    task_id task_;
    std::string topic_;
};

/// Nobody knows whether the cluster has committed the last transaction, since its producer is of no use any more: close all
/// tasks with what is known to be committed, take a new producer, and open them from what the cluster has.
class unknown_outcome_error final : public task_error {
public:
    using task_error::task_error;
};

/// A store of the task is damaged, or does not fit its changelog: close the task, remove the folder of that store, and
/// restore it from its changelog (Kafka's `TaskCorruptedException`, for one store).
class corrupt_task_error final : public task_error {
public:
    corrupt_task_error(task_id task, std::string store, const std::string& reason)
        : task_error(reason), task_(task), store_(std::move(store)) {}
    corrupt_task_error(task_id task, const corrupt_state_error& cause)
        : corrupt_task_error(task, cause.store(), cause.what()) {}
    [[nodiscard]] task_id task() const noexcept { return task_; }
    [[nodiscard]] const std::string& store() const noexcept { return store_; }

private:
    task_id task_;
    std::string store_;
};

/// Lets the damage of a store that shows in `work` name its task.
template <class Work>
void naming_damage(task_id task, const Work& work) {
    try {
        work();
    } catch (const corrupt_state_error& cause) {
        throw corrupt_task_error(task, cause);
    }
}

/// A damaged store has no changelog to rebuild it: nothing is removed, and the application ends.
class lost_store_error final : public task_error {
public:
    using task_error::task_error;
};

/// The application was asked to end while a call to the cluster was tried again: close, with a last commit where the
/// cluster answers in time.
class stopped_error final : public task_error {
public:
    using task_error::task_error;
};

/// The cluster did not answer within `task.timeout.ms`, or refused for good.
class cluster_error final : public task_error {
public:
    using task_error::task_error;
};

} // namespace streams::inline v0
