#include "src/runtime/application/termination_signal.hpp"

#include <csignal>

#include <atomic>
#include <mutex>

namespace streams::inline v0 {
namespace {

std::atomic<std::uint64_t> signals{0};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "a signal handler must not wait for a lock");

extern "C" void note_termination(int) { signals.fetch_add(1); }

/// The process's handlers, exchanged for ours while somebody waits for a signal.
struct signal_handlers {
    void exchange() {
        if (exchanged) return;
        struct sigaction action{};
        action.sa_handler = note_termination;
        sigemptyset(&action.sa_mask);
        action.sa_flags = SA_RESTART;
        ::sigaction(SIGINT, &action, &interrupt_before);
        ::sigaction(SIGTERM, &action, &terminate_before);
        exchanged = true;
    }
    void restore() {
        if (!exchanged) return;
        ::sigaction(SIGINT, &interrupt_before, nullptr);
        ::sigaction(SIGTERM, &terminate_before, nullptr);
        exchanged = false;
    }

    std::mutex mutex; ///< of the rest
    int waiting = 0;
    bool exchanged = false;
    struct sigaction interrupt_before{};
    struct sigaction terminate_before{};
};

signal_handlers& handlers() {
    static signal_handlers only;
    return only;
}

} // namespace

termination_signal::termination_signal() : before_(signals) {
    const std::lock_guard lock(handlers().mutex);
    ++handlers().waiting;
    handlers().exchange();
}

termination_signal::~termination_signal() {
    const std::lock_guard lock(handlers().mutex);
    if (--handlers().waiting == 0) handlers().restore();
}

bool termination_signal::caught() const {
    if (signals == before_) return false;
    const std::lock_guard lock(handlers().mutex);
    handlers().restore();
    return true;
}

} // namespace streams::inline v0
