#pragma once

#include <streams/topology/node.hpp>
#include <streams/topology/task_context.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace streams::inline v0::detail {

/// How long a record takes at a rate, and how far records may run ahead of it, in ms.
struct pace {
    double cost;
    double burst;
};

/// Passes records on and holds the input of its task back once they come faster than the pace (GCRA).
template <class Key, class Value>
class throttle_node final : public typed_node<Key, Value, Key, Value> {
public:
    explicit throttle_node(pace at) noexcept : pace_(at) {}
    void init(task_context& context) override { context_ = &context; }

    void process(const record<Key, Value>& r) override {
        const auto now = static_cast<double>(context_->wall_time());
        // A clock that was set back must not hold the input for as long.
        next_ = std::min(next_, now + pace_.cost + pace_.burst);
        next_ = std::max(next_, now - pace_.burst) + pace_.cost;
        if (next_ > now) context_->hold_input_until(time_of(std::ceil(next_)));
        this->forward(r);
    }

private:
    /// A pace of less than a record in all of time reaches past its end.
    [[nodiscard]] static std::int64_t time_of(double ms) noexcept {
        constexpr auto largest = std::numeric_limits<std::int64_t>::max();
        return ms < static_cast<double>(largest) ? static_cast<std::int64_t>(ms) : largest;
    }

    pace pace_;
    double next_ = 0; ///< when the next record is due, ms since the epoch
    task_context* context_ = nullptr;
};

} // namespace streams::inline v0::detail
