#include "src/kafka/rdkafka_outages.hpp"

#include "src/core/secret_settings.hpp"

#include <streams/core/clock.hpp>
#include <streams/core/error.hpp>

#include <exception>

namespace streams::inline v0::kafka {

namespace {

constexpr std::int64_t quiet_ms = 60'000;
constexpr std::size_t remembered_lines = 256;

/// Runs what may allocate and so throw; a line that cannot be written for want of memory is given up.
template <class Body>
void without_throwing(const Body& body) noexcept {
    try {
        body();
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): called from C, nowhere to report to
    }
}

/// `name = value`, with what stands before it, as librdkafka shows a client's settings: it takes fewer for secrets.
std::string_view without_secret(std::string_view facility, std::string_view text) noexcept {
    if (facility != "CONF") return text;
    const auto end = text.find(" = ");
    const auto name = text.substr(0, end);
    return end != text.npos && is_secret(name.substr(name.find_last_of(' ') + 1)) ? name : text;
}

} // namespace

void outage_log::connection_failed(std::string_view reason) noexcept {
    without_throwing([&] {
        {
            const std::lock_guard lock(mutex_);
            last_failure_ = reason;
        }
        log(log_level::debug, concat("kafka: ", reason));
    });
}

void outage_log::all_brokers_down() noexcept {
    if (current() != 0) return;
    without_throwing([&] {
        std::string reason;
        {
            const std::lock_guard lock(mutex_);
            if (current() != 0) return;
            current_ = ++outages_;
            reason = last_failure_;
        }
        log(log_level::warn,
            concat("no Kafka broker can be reached at ", servers_, reason.empty() ? "" : " (", reason,
                   reason.empty() ? "" : ")",
                   ": trying again until one answers; check that it runs and that bootstrap.servers is right"));
    });
}

void outage_log::report_answer(std::uint64_t outage) noexcept {
    if (!current_.compare_exchange_strong(outage, 0)) return;
    without_throwing([&] { log(log_level::info, concat("a Kafka broker of ", servers_, " answers again")); });
}

void outage_log::line(log_level level, std::string_view text) noexcept {
    without_throwing([&] {
        if (!is_repeated(text)) log(level, text);
    });
}

void outage_log::library_line(int level, std::string_view facility, std::string_view client,
                              std::string_view text) noexcept {
    without_throwing([&] {
        // These come as errors or results too, and those are what is reported.
        const bool reported = facility == "FAIL" || facility == "ERROR" || facility == "FATAL" ||
                              facility == "TXNERR" || facility == "SSLCERTVRFY";
        const bool retried = facility == "GETPID";
        const auto as = reported || level > 6  ? log_level::debug
                        : level > 4 || retried ? log_level::info
                        : level == 4           ? log_level::warn
                                               : log_level::error;
        line(as, concat("kafka client ", client, ": ", without_secret(facility, text)));
    });
}

bool outage_log::is_repeated(std::string_view text) {
    const auto now = system_clock().steady_ms();
    const std::lock_guard lock(mutex_);
    if (logged_at_.size() >= remembered_lines) logged_at_.clear();
    const auto [at, is_new] = logged_at_.try_emplace(std::string(text), now);
    if (!is_new && now - at->second < quiet_ms) return true;
    at->second = now;
    return false;
}

} // namespace streams::inline v0::kafka
