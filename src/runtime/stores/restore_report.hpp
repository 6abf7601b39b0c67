#pragma once

#include <streams/core/clock.hpp>
#include <streams/core/task_id.hpp>
#include <streams/runtime/restore_listener.hpp>

#include <cstdint>
#include <span>

namespace streams::inline v0 {

/// A store whose progress is told.
struct restore_standing {
    task_id task;
    restore_progress progress;
};

/// Tells of stores that are restored: to the listener each step, to the log begin, end, and every 10 s how it goes, as Kafka
/// Streams does.
class restore_report {
public:
    /// Both outlive it.
    restore_report(const restore_listener& listener, const clock& time) : listener_(listener), time_(time) {}

    void started(const restore_standing& store);
    void restored(const restore_standing& store, std::int64_t rows) const;
    void ended(const restore_standing& store) const;
    void suspended(const restore_standing& store) const;

    /// Whether a line is due that says how far all have come.
    [[nodiscard]] bool due() const { return time_.steady_ms() >= next_line_; }
    /// Writes it. `all`: what is being restored.
    void tell(std::span<const restore_standing> all);

private:
    const restore_listener& listener_;
    const clock& time_;
    std::int64_t next_line_ = 0; ///< steady ms
};

} // namespace streams::inline v0
