#include "src/core/listen_address.hpp"

#include <string>

namespace streams::inline v0 {

std::optional<host_info> parse_listen_address(std::string_view text) {
    if (text.find(':') != std::string_view::npos) return host_info::parse(text);
    return host_info::parse("127.0.0.1:" + std::string(text));
}

} // namespace streams::inline v0
