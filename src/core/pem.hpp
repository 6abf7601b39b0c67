#pragma once

#include <string>
#include <string_view>

namespace streams::inline v0 {

/// Keys and certificates of type PEM that stand in one line, as in a file of properties (KIP-651), in the lines that OpenSSL
/// wants. What has lines already, or is no PEM, stays as it is.
[[nodiscard]] std::string pem_in_lines(std::string_view text);

} // namespace streams::inline v0
