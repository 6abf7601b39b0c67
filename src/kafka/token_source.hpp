#pragma once

#include <streams/core/oauthbearer_token.hpp>

#include <cstdint>
#include <mutex>
#include <optional>

namespace streams::inline v0::kafka {

/// The tokens that the clients of one cluster log in with, from the application's callback. Thread-safe.
class token_source {
public:
    explicit token_source(oauthbearer_token_callback callback) : callback_(std::move(callback)) {}

    /// Whether there is a callback.
    explicit operator bool() const noexcept { return static_cast<bool>(callback_); }
    /// A token that more than half of its time is left of: the last one, or a new one. Throws what the callback throws, and
    /// streams_error where no broker would take what it gives.
    [[nodiscard]] oauthbearer_token take();

private:
    const oauthbearer_token_callback callback_;
    std::mutex mutex_; ///< held while the callback runs: one call at a time
    std::optional<oauthbearer_token> last_;
    std::int64_t shared_until_ms_ = 0; ///< wall
};

/// ms until which librdkafka is told that a token is valid: it asks for the next when four fifths of the time have gone, but
/// looks only once a second, which is too late for one that lives for seconds. All times are wall times.
[[nodiscard]] std::int64_t told_expiry_ms(std::int64_t now_ms, std::int64_t expires_at_ms) noexcept;

} // namespace streams::inline v0::kafka
