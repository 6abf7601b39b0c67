#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

/// Stands for a service that is reached over a network: its client has threads of its own, on which it calls back.
class rating_service {
public:
    using callback = std::function<void(const std::string& risk)>;

    explicit rating_service(std::size_t connections);
    /// Calls back nobody who still waits.
    ~rating_service();
    rating_service(const rating_service&) = delete;
    rating_service& operator=(const rating_service&) = delete;

    /// Asks how risky a payment of so much is, and returns; the answer, `low` or `high`, is given later. Thread-safe.
    void rate(double amount, callback done);

private:
    struct question {
        double amount;
        callback done;
    };
    void work();

    std::mutex mutex_; ///< of the next two
    std::deque<question> waiting_;
    bool ending_ = false;
    std::condition_variable changed_;
    std::vector<std::thread> connections_;
};
