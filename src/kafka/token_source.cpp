#include "src/kafka/token_source.hpp"

#include <streams/core/clock.hpp>
#include <streams/core/error.hpp>

#include <algorithm>
#include <cctype>
#include <string_view>

namespace streams::inline v0::kafka {

namespace {

constexpr std::int64_t look_interval_ms = 1'200; ///< librdkafka's second, and the time to ask

bool is_printable(std::string_view text) {
    return std::ranges::all_of(text, [](unsigned char c) { return c >= 0x20 && c <= 0x7e; });
}

bool is_extension_name(std::string_view name) {
    return !name.empty() && name != "auth" &&
           std::ranges::all_of(name, [](unsigned char c) { return c < 0x80 && std::isalpha(c) != 0; });
}

/// librdkafka checks these too, and writes the token into its complaint.
void check(const oauthbearer_token& token, std::int64_t now_ms) {
    if (token.value.empty()) throw streams_error("the token is empty");
    if (!is_printable(token.value)) throw streams_error("the token has characters that are not printable ASCII");
    const auto left_ms = token.expires_at.time_since_epoch().count() - now_ms;
    if (left_ms <= 0)
        throw streams_error(concat("the token has expired ", -left_ms, " ms ago by this machine's clock"));
    for (const auto& [name, value] : token.extensions)
        if (!is_extension_name(name) || !is_printable(value))
            throw streams_error(concat("the token's extension ", is_printable(name) ? name : std::string("?"),
                                       " is not made of letters, or its value not of printable ASCII, or it is auth"));
}

} // namespace

oauthbearer_token token_source::take() {
    const std::lock_guard lock(mutex_);
    if (last_ && system_clock().wall_ms() < shared_until_ms_) return *last_;
    auto token = callback_();
    const auto now_ms = system_clock().wall_ms();
    check(token, now_ms);
    shared_until_ms_ = now_ms + (token.expires_at.time_since_epoch().count() - now_ms) / 2;
    last_ = token;
    return token;
}

std::int64_t told_expiry_ms(std::int64_t now_ms, std::int64_t expires_at_ms) noexcept {
    const auto left_ms = expires_at_ms - now_ms;
    const auto asked_early_ms = std::max<std::int64_t>((left_ms - look_interval_ms) * 5 / 4, 1);
    return now_ms + std::min(left_ms, asked_early_ms);
}

} // namespace streams::inline v0::kafka
