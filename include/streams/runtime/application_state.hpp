#pragma once

#include <functional>
#include <string_view>

namespace streams::inline v0 {

/// The life of an application (Kafka's `KafkaStreams.State`).
enum class application_state { created, rebalancing, running, pending_shutdown, not_running, pending_error, error };

/// Kafka's text: `CREATED`, `REBALANCING`, ...
[[nodiscard]] std::string_view to_string(application_state state) noexcept;

/// Told of every change of state, one after the other, on the thread that changed it or that told of the one before. May
/// call the application: close() then asks for the end and returns. Must not throw: what it throws is logged.
using state_listener = std::function<void(application_state now, application_state before)>;

} // namespace streams::inline v0
