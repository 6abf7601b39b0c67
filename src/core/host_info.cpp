#include <streams/core/host_info.hpp>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace streams::inline v0 {

std::optional<host_info> host_info::parse(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    auto host = text.substr(0, colon);
    const auto digits = text.substr(colon + 1);
    std::int32_t port = 0;
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (failed != std::errc{} || end != digits.data() + digits.size() || port < 1 || port > 65535) return std::nullopt;
    const bool ipv6 = host.starts_with('[') && host.ends_with(']');
    if (ipv6) host = host.substr(1, host.size() - 2);
    const auto legal = [&](unsigned char c) {
        return std::isalnum(c) || c == '.' || c == '-' || c == '_' || (ipv6 && (c == ':' || c == '%'));
    };
    if (host.empty() || !std::ranges::all_of(host, legal)) return std::nullopt;
    return host_info{std::string(host), port};
}

} // namespace streams::inline v0
