#pragma once

#include <algorithm>
#include <chrono>

namespace streams::inline v0::kafka {

/// The time that a call of several steps has left.
class deadline {
public:
    explicit deadline(std::chrono::milliseconds timeout) : at_(std::chrono::steady_clock::now() + timeout) {}
    [[nodiscard]] std::chrono::milliseconds left() const {
        const auto span = std::chrono::duration_cast<std::chrono::milliseconds>(at_ - std::chrono::steady_clock::now());
        return std::max(span, std::chrono::milliseconds(0));
    }

private:
    std::chrono::steady_clock::time_point at_;
};

} // namespace streams::inline v0::kafka
