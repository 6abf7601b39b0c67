#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <map>
#include <optional>
#include <string>

namespace streams::inline v0 {

/// Holds the updates of a windowed table back until their window closes (its end plus the grace of the aggregation), and
/// forwards only the last: `counts.suppress(until_window_closes{})` (Kafka's `Suppressed.untilWindowCloses`). A window
/// that ends up without a row is not forwarded at all. A buffer that is full stops the application, since nothing may
/// leave early. Time is that of the table's records: without input no window closes.
struct until_window_closes {
    std::optional<std::size_t> max_records{};              ///< held back at most; nullopt: no bound
    std::optional<std::size_t> max_bytes{};                ///< of keys, values and their origin; nullopt: no bound
    bool logging = true;                                   ///< changelog topic
    std::map<std::string, std::string> changelog_config{}; ///< topic configuration on top of the buffer's own
};

/// What a buffer that is full does.
enum class when_full {
    emit_early, ///< forwards its oldest updates before their time
    shut_down,  ///< throws streams_error, which stops the application
};

/// Holds an update of a table back until stream time is `limit` past the first one of its key, and forwards the last of
/// them: `balances.suppress(until_time_limit{.limit = 1min, .max_records = 10'000})` (Kafka's `Suppressed.untilTimeLimit`).
struct until_time_limit {
    std::chrono::milliseconds limit;          ///< not negative
    std::optional<std::size_t> max_records{}; ///< held back at most; nullopt: no bound
    std::optional<std::size_t> max_bytes{};   ///< of keys, values and their origin; nullopt: no bound
    when_full full = when_full::emit_early;
    bool logging = true;                                   ///< changelog topic
    std::map<std::string, std::string> changelog_config{}; ///< topic configuration on top of the buffer's own
};

/// What ktable::suppress takes.
template <class S>
concept suppression = std::same_as<S, until_window_closes> || std::same_as<S, until_time_limit>;

} // namespace streams::inline v0
