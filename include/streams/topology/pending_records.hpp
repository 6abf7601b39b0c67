#pragma once

#include <cstddef>
#include <cstdint>

namespace streams::inline v0 {

/// Records that a node has taken and is not done with, since what it needs for them comes later and from elsewhere. Its task
/// goes on with them once that has come, takes no input while there are too many, and commits when there are none. On the
/// task's thread.
class pending_records {
public:
    [[nodiscard]] virtual std::size_t count() const noexcept = 0;
    /// Whether the task is to take no further input. A record that comes all the same is kept.
    [[nodiscard]] virtual bool full() const noexcept = 0;
    /// How much memory they take, about.
    [[nodiscard]] virtual std::size_t bytes() const noexcept = 0;
    /// When `go_on` has something to do, steady ms: a time that has passed for at once, `never` for not before the task is
    /// woken.
    [[nodiscard]] virtual std::int64_t next() const noexcept = 0;
    /// Does what can be done by now, and no more: what comes meanwhile waits for the next call. Each record is at hand as it
    /// was when it came. Throws what ends the task.
    virtual void go_on() = 0;

protected:
    ~pending_records() = default;
};

} // namespace streams::inline v0
