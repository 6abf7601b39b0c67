#pragma once

#include <streams/core/log.hpp>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace streams::inline v0::kafka {

/// Turns what the clients of one cluster say into a readable log: one line when no broker can be reached, however many
/// clients see it, one when a broker answers again; equal lines once a minute. Thread-safe; never throws.
class outage_log {
public:
    explicit outage_log(std::string servers) : servers_(std::move(servers)) {}

    /// A connection failed: kept as the reason for the line about the outage.
    void connection_failed(std::string_view reason) noexcept;
    void all_brokers_down() noexcept;
    /// The outage that is going on, 0 for none: taken when a broker is asked something, and handed to `answered`.
    [[nodiscard]] std::uint64_t current() const noexcept { return current_.load(std::memory_order_relaxed); }
    /// A broker has answered what was asked during `outage`. An answer to what was asked before says nothing: it may have
    /// waited in a queue of this process.
    void answered(std::uint64_t outage) noexcept {
        if (outage != 0) report_answer(outage);
    }
    /// Logs a line unless the same was logged within the last minute.
    void line(log_level level, std::string_view text) noexcept;
    /// What librdkafka logs itself: `level` is syslog's, `facility` its own code of the event.
    void library_line(int level, std::string_view facility, std::string_view client, std::string_view text) noexcept;

private:
    void report_answer(std::uint64_t outage) noexcept;
    [[nodiscard]] bool is_repeated(std::string_view text);

    std::string servers_;
    std::atomic<std::uint64_t> current_{0};
    std::mutex mutex_;
    std::uint64_t outages_ = 0; ///< counted from 1
    std::string last_failure_;
    std::map<std::string, std::int64_t, std::less<>> logged_at_; ///< steady ms by line
};

} // namespace streams::inline v0::kafka
