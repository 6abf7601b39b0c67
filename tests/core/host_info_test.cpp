#include "catch.hpp"

#include <streams/core/config.hpp>
#include <streams/core/error.hpp>
#include <streams/core/host_info.hpp>

using namespace streams;

TEST_CASE("a host and its port are read from text") {
    CHECK(host_info::parse("localhost:8080") == host_info{"localhost", 8080});
    CHECK(host_info::parse("10.0.0.7:1") == host_info{"10.0.0.7", 1});
    CHECK(host_info::parse("[::1]:8080") == host_info{"::1", 8080});
    CHECK(host_info::parse("[fe80::1%eth0]:65535") == host_info{"fe80::1%eth0", 65535});
}

TEST_CASE("what is no host with a port is nothing") {
    const auto text = GENERATE("", "localhost", ":8080", "[]:80", "localhost:", "localhost:0", "localhost:65536",
                               "localhost:80a", "::1:8080", "a b:80", "http://a:80");
    CAPTURE(text);
    CHECK_FALSE(host_info::parse(text));
}

TEST_CASE("application.server is a host with a port") {
    streams_config config;
    config.application_id = "app";
    config.application_server = "localhost:8080";
    CHECK_NOTHROW(config.validate(false));
    config.application_server = "localhost";
    CHECK_THROWS_WITH(config.validate(false), containing("application.server is \"localhost\", but must be HOST:PORT"));
}

TEST_CASE("application.server and the isolation of queries are read from properties") {
    const auto config =
        streams_config::from_properties({{"application.id", "app"},
                                         {"bootstrap.servers", "localhost:9092"},
                                         {"application.server", "localhost:8080"},
                                         {"default.interactive.query.isolation.level", "READ_UNCOMMITTED"}});
    CHECK(config.application_server == "localhost:8080");
    CHECK(config.default_interactive_query_isolation_level == isolation_level::read_uncommitted);
    CHECK(streams_config().default_interactive_query_isolation_level == isolation_level::read_committed);
}
