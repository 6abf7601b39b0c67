#pragma once

#include <cstdint>

namespace streams::inline v0 {

/// While any lives, SIGINT and SIGTERM are caught instead of ending the process, and every one that lives learns of them. The
/// handlers of before come back at the end of the last, or once one has learnt of a signal, so that a second one ends a
/// process that does not stop. Thread-safe.
class termination_signal {
public:
    termination_signal();
    ~termination_signal();
    termination_signal(const termination_signal&) = delete;
    termination_signal& operator=(const termination_signal&) = delete;

    /// Whether there was a signal since this was made.
    [[nodiscard]] bool caught() const;

private:
    std::uint64_t before_; ///< signals that had come when this was made
};

} // namespace streams::inline v0
