#pragma once

#include "src/server/http_listener.hpp"

#include <cstdint>

namespace streams::testing_support {

/// A port of this machine that nobody listened on just now.
inline std::int32_t free_port() { return http_listener({"127.0.0.1", 0}, {}, machine()).port(); }

} // namespace streams::testing_support
