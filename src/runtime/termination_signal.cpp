#include "src/runtime/termination_signal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <system_error>

namespace streams::inline v0 {
namespace {

std::atomic<int> write_end{-1};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler must not wait for a lock");

extern "C" void note_termination(int) {
    const int saved = errno;
    const char one = 1;
    // Nothing can be done where the pipe is full: then a signal waits in it already.
    if (const int to = write_end.load(); to >= 0) [[maybe_unused]] const auto ignored = ::write(to, &one, 1);
    errno = saved;
}

} // namespace

termination_signal::termination_signal() {
    if (::pipe2(pipe_, O_CLOEXEC | O_NONBLOCK) != 0)
        throw std::system_error(errno, std::generic_category(), "no pipe to wait for signals with");
    write_end = pipe_[1];
    struct sigaction action {};
    action.sa_handler = note_termination;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    ::sigaction(SIGINT, &action, &interrupt_before_);
    ::sigaction(SIGTERM, &action, &terminate_before_);
    installed_ = true;
}

termination_signal::~termination_signal() {
    restore();
    write_end = -1;
    ::close(pipe_[0]);
    ::close(pipe_[1]);
}

void termination_signal::restore() noexcept {
    if (!installed_) return;
    ::sigaction(SIGINT, &interrupt_before_, nullptr);
    ::sigaction(SIGTERM, &terminate_before_, nullptr);
    installed_ = false;
}

bool termination_signal::wait_for(std::chrono::milliseconds timeout) {
    pollfd wanted{pipe_[0], POLLIN, 0};
    if (::poll(&wanted, 1, static_cast<int>(timeout.count())) <= 0) return false;
    restore();
    return true;
}

} // namespace streams::inline v0
