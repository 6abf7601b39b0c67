#include "src/runtime/state_cleaner.hpp"

#include <algorithm>
#include <utility>

namespace streams::inline v0 {
namespace {

constexpr std::chrono::milliseconds shortest_pause{10};
constexpr std::chrono::milliseconds longest_pause = std::chrono::hours(1);

} // namespace

state_cleaner::state_cleaner(state_directory& states, std::chrono::milliseconds delay, std::function<bool()> running)
    : states_(states), delay_(delay), running_(std::move(running)), thread_([this] { run(); }) {}

state_cleaner::~state_cleaner() {
    {
        const std::lock_guard lock(mutex_);
        ended_ = true;
    }
    ending_.notify_all();
    thread_.join();
}

void state_cleaner::run() noexcept {
    std::unique_lock lock(mutex_);
    while (!ending_.wait_for(lock, std::clamp(delay_, shortest_pause, longest_pause), [this] { return ended_; })) {
        lock.unlock();
        if (running_()) states_.clean(delay_);
        lock.lock();
    }
}

} // namespace streams::inline v0
