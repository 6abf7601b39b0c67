#include "catch.hpp"

#include "src/core/listen_address.hpp"

#include <streams/core/config.hpp>
#include <streams/core/error.hpp>

using namespace streams;

TEST_CASE("a port alone is one of this machine only, and a host is taken as it stands") {
    CHECK(parse_listen_address("9464") == host_info{"127.0.0.1", 9464});
    CHECK(parse_listen_address("0.0.0.0:9464") == host_info{"0.0.0.0", 9464});
    CHECK(parse_listen_address("[::1]:9464") == host_info{"::1", 9464});
    CHECK(parse_listen_address("localhost:1") == host_info{"localhost", 1});
    for (const char* text : {"0.0.0.0:9464", "[::1]:9464"}) CHECK(to_string(*parse_listen_address(text)) == text);
}

TEST_CASE("what is no address to listen on is refused, as is the setting that says so") {
    for (const char* text : {"", ":9464", "0", "65536", "here", "localhost:", "http://localhost:9464", "9464 "}) {
        INFO(text);
        CHECK_FALSE(parse_listen_address(text));
        streams_config config{.application_id = "app", .metrics_listen = text};
        if (*text != '\0') CHECK_THROWS_AS(config.validate(false), config_error);
    }
    CHECK_NOTHROW(streams_config{.application_id = "app", .metrics_listen = "9464"}.validate(false));
}
