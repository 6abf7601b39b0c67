#pragma once

#include "catch.hpp"

#include <streams/core/config.hpp>

#include <chrono>
#include <cstdlib>
#include <string>

namespace streams::tests {

/// The address of the broker to test with, from the environment; the test fails where there is none.
inline std::string bootstrap_servers() {
    const char* address = std::getenv("STREAMS_BOOTSTRAP_SERVERS");
    if (!address)
        FAIL("STREAMS_BOOTSTRAP_SERVERS is not set: this test needs a broker; run it as tools/with_kafka "
             "test_integration");
    return address;
}

/// A name that no other test and no earlier run on the same broker has used.
inline std::string unique_name(const std::string& prefix) {
    static int count = 0;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return prefix + '-' + std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(now).count()) + '-' +
           std::to_string(++count);
}

/// `action`: stop (in good order), kill, or start, which waits until the broker answers again.
inline void broker(const std::string& action) {
    const char* program = std::getenv("KAFKA_BROKER");
    const char* folder = std::getenv("KAFKA_BROKER_DIR");
    REQUIRE(program);
    REQUIRE(folder);
    REQUIRE(std::system((std::string(program) + ' ' + action + ' ' + folder).c_str()) == 0);
}

} // namespace streams::tests
