#pragma once

#include <streams/core/host_info.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace streams::inline v0 {

/// Where something listens, from [HOST:]PORT: without a host on 127.0.0.1, so that nobody but this machine reaches it. nullopt:
/// the text is something else.
[[nodiscard]] std::optional<host_info> parse_listen_address(std::string_view text);
/// HOST:PORT, an IPv6 address in brackets.
[[nodiscard]] std::string to_string(const host_info& address);

} // namespace streams::inline v0
