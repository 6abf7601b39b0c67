#pragma once

#include <algorithm>
#include <chrono>

namespace streams::inline v0 {

/// How long nobody takes the place of a thread that has failed, so that a record at which each fails does not keep the group
/// in rebalances (Kafka Streams has no pause).
class replacement_pause {
public:
    static constexpr std::chrono::milliseconds first{1000};
    static constexpr std::chrono::milliseconds longest{60'000};

    /// After one that has lived for so long: none where it was `longest`, or the first to fail; else twice as long each time.
    [[nodiscard]] std::chrono::milliseconds after(std::chrono::milliseconds lived) noexcept {
        if (lived >= longest) next_ = std::chrono::milliseconds(0);
        const auto pause = next_;
        next_ = std::clamp(pause * 2, first, longest);
        return pause;
    }

private:
    std::chrono::milliseconds next_{0};
};

} // namespace streams::inline v0
