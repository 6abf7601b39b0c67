#include "src/core/listen_address.hpp"

#include <streams/core/error.hpp>

#include <string>

namespace streams::inline v0 {

std::optional<host_info> parse_listen_address(std::string_view text) {
    if (text.find(':') != std::string_view::npos) return host_info::parse(text);
    return host_info::parse("127.0.0.1:" + std::string(text));
}

std::string to_string(const host_info& address) {
    const bool ipv6 = address.host.find(':') != std::string::npos;
    return concat(ipv6 ? "[" : "", address.host, ipv6 ? "]:" : ":", address.port);
}

} // namespace streams::inline v0
