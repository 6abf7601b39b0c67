#include "syslog_invalid_users/syslog_invalid_users.hpp"

#include <optional>
#include <string_view>

streams::topology syslog_invalid_users() {
    streams::streams_builder builder;
    builder.stream<std::optional<std::string_view>, std::string_view>("syslog")
        .filter([](std::string_view line) { return line.find("Invalid user") != line.npos; })
        .to("syslog_invalid_users");
    return builder.build();
}
