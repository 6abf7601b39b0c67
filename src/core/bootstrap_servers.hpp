#pragma once

#include <string_view>

namespace streams::inline v0 {

/// Throws config_error unless `servers` is HOST:PORT[,HOST:PORT...], saying which entry is wrong, how, and what to write.
/// Spaces around an entry are allowed, and before it, as in `advertised.listeners`, PROTOCOL:// where that is
/// `security_protocol` (of Kafka's four, in upper case).
void check_bootstrap_servers(std::string_view servers, std::string_view security_protocol);

} // namespace streams::inline v0
