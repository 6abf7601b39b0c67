#include "rated_payments/rating_service.hpp"

#include <chrono>
#include <utility>

using namespace std::chrono_literals;

rating_service::rating_service(std::size_t connections) {
    for (std::size_t at = 0; at < connections; ++at) connections_.emplace_back([this] { work(); });
}

rating_service::~rating_service() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    for (auto& each : connections_) each.join();
}

void rating_service::rate(double amount, callback done) {
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back({amount, std::move(done)});
    }
    changed_.notify_one();
}

void rating_service::work() {
    constexpr double much = 1000;
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
        if (ending_) return;
        const auto asked = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        std::this_thread::sleep_for(2ms); // the way there and back
        asked.done(asked.amount < much ? "low" : "high");
        lock.lock();
    }
}
