#pragma once

#include "json_document.hpp"

#include <streams/streams.hpp>

/// What is looked at of a value in topic `syslog`.
struct syslog_message {
    std::string message;
};

template <>
struct streams::json_members<syslog_message> {
    static constexpr auto members = std::tuple{json_member{"message", &syslog_message::message}};
};

/// The value in topics `syslog` and `syslog_invalid_users`: an object with a `message`, a `host`, and whatever else.
using syslog_line = json_document<syslog_message>;

/// Copies the lines of topic `syslog` whose message says "Invalid user" to topic `syslog_invalid_users`, as they are, with
/// whatever key they have.
[[nodiscard]] streams::topology syslog_invalid_users();
