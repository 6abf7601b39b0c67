#pragma once

#include <csignal>

#include <chrono>

namespace streams::inline v0 {

/// While it lives, SIGINT and SIGTERM are caught instead of ending the process; the handlers of before come back at its
/// end, or with the first signal, so that a second one ends a process that does not stop. One at a time in a process.
class termination_signal {
public:
    /// Throws std::system_error where the system refuses a pipe.
    termination_signal();
    ~termination_signal();
    termination_signal(const termination_signal&) = delete;
    termination_signal& operator=(const termination_signal&) = delete;

    /// Waits for a signal; false: none within `timeout`.
    [[nodiscard]] bool wait_for(std::chrono::milliseconds timeout);

private:
    void restore() noexcept;

    int pipe_[2] = {-1, -1};
    struct sigaction interrupt_before_ {};
    struct sigaction terminate_before_ {};
    bool installed_ = false;
};

} // namespace streams::inline v0
