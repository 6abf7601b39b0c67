#pragma once

#include <streams/core/task_id.hpp>

#include <optional>
#include <string>

namespace streams::inline v0 {

/// Whom the calling thread logs for.
struct log_origin {
    std::string application{};
    std::string thread{};
    std::optional<task_id> task{};
};

[[nodiscard]] log_origin& log_origin_here() noexcept;

/// While it lives, the calling thread logs for an application; one that does so already is left as it is.
class application_log_scope {
public:
    explicit application_log_scope(const std::string& application);
    ~application_log_scope();
    application_log_scope(const application_log_scope&) = delete;
    application_log_scope& operator=(const application_log_scope&) = delete;

private:
    bool entered_;
};

/// While it lives, the calling thread logs for a task; for none where that stands for the global stores. Costs a few
/// instructions.
class task_log_scope {
public:
    explicit task_log_scope(task_id task) noexcept : task_(log_origin_here().task), before_(task_) {
        if (task.subtopology >= 0) task_ = task;
    }
    ~task_log_scope() { task_ = before_; }
    task_log_scope(const task_log_scope&) = delete;
    task_log_scope& operator=(const task_log_scope&) = delete;

private:
    std::optional<task_id>& task_; ///< of the calling thread
    std::optional<task_id> before_;
};

} // namespace streams::inline v0
