#pragma once

#include <streams/streams.hpp>

/// Copies the lines of topic `syslog` that contain "Invalid user" to topic `syslog_invalid_users`, with whatever key they
/// have. Keys and values are views into the records: nothing is copied on the way.
[[nodiscard]] streams::topology syslog_invalid_users();
