#pragma once

#include <chrono>
#include <functional>

namespace streams::inline v0::kafka {

/// Runs `work` on a thread of its own and waits for its end; false: not within `limit`, and it goes on alone, with all that
/// it owns. What it throws is lost. Where no thread can be had it is run here, whatever it takes.
[[nodiscard]] bool ends_within(std::chrono::milliseconds limit, std::function<void()> work);

} // namespace streams::inline v0::kafka
