#include "syslog_invalid_users/syslog_invalid_users.hpp"

#include <optional>
#include <string_view>

streams::topology syslog_invalid_users() {
    streams::streams_builder builder;
    builder.stream<std::optional<std::string_view>, syslog_line>("syslog")
        .filter([](const syslog_line& line) { return line.members.message.find("Invalid user") != std::string::npos; })
        .to("syslog_invalid_users");
    return builder.build();
}
