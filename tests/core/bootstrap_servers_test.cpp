#include "catch.hpp"
#include "src/core/bootstrap_servers.hpp"

#include <streams/core/config.hpp>
#include <streams/core/error.hpp>

using namespace streams;

TEST_CASE("bootstrap servers are hosts with ports") {
    for (const auto* good : {"h:1", "a:1, b:65535", "a:1 ,b:2", " h:9092 ", "PLAINTEXT://h:9092", "plaintext://h:9092",
                             "[::1]:9092", "[fe80::1%eth0]:9092", "10.0.0.1:9092", "kafka_1.example-x.com:9092"}) {
        INFO(good);
        CHECK_NOTHROW(check_bootstrap_servers(good, "PLAINTEXT"));
    }
}

TEST_CASE("each kind of malformed list of brokers has its sentence") {
    const auto refused = [](const char* servers, const char* thing, const char* cause, const char* remedy) {
        INFO(servers);
        CHECK_THROWS_WITH(check_bootstrap_servers(servers, "PLAINTEXT"), containing("bootstrap.servers") &&
                                                                             containing(thing) && containing(cause) &&
                                                                             containing(remedy));
    };
    refused("", "", "is not set", "set it to HOST:PORT");
    refused("  ", "", "is not set", "set it to HOST:PORT");
    for (const auto* list : {"h:1,,i:2", "h:1,", ",h:1", "h:1, ,i:2"})
        refused(list, "", "an entry is empty", "remove the comma");
    refused("a:1,h", "\"h\"", "has no port", "write HOST:PORT");
    refused("[::1]", "\"[::1]\"", "has no port", "write HOST:PORT");
    refused("[::1]9092", "\"[::1]9092\"", "has no port", "write HOST:PORT");
    for (const auto* list : {"h:", "h:0", "h:65536", "h:x", "h:9092x", "h:-1", "h:1;i"})
        refused(list, "", "has the port", "from 1 to 65535");
    refused(":1", "\":1\"", "has no host", "write HOST:PORT");
    refused("[]:1", "\"[]:1\"", "has no legal host", "write HOST:PORT");
    refused("h?:1", "\"h?:1\"", "has no legal host", "write HOST:PORT");
    refused("[::1:9092", "", "has no ]", "[ADDRESS]:PORT");
    refused("::1:9092", "", "several colons", "[ADDRESS]:PORT");
    refused("h:1;i:2", "", "several colons", "commas");
    refused("a:1 b:2", "\"a:1 b:2\"", "has a space", "put a comma");
    refused("h:9092/topic", "", "has a path", "without one");
    for (const auto* list : {"http://h:9092", "a:1,https://h", "kafka://h:9092", "://h:9092"})
        refused(list, "", "no protocol of Kafka's", "set security.protocol");
}

TEST_CASE("a broker's protocol must be the one that the clients speak") {
    CHECK_NOTHROW(check_bootstrap_servers("SASL_SSL://h:9092", "SASL_SSL"));
    CHECK_THROWS_WITH(check_bootstrap_servers("SASL_SSL://h:9092", "PLAINTEXT"),
                      containing("asks for SASL_SSL while security.protocol is PLAINTEXT") &&
                          containing("set security.protocol=SASL_SSL"));
    streams_config config{.application_id = "app", .bootstrap_servers = "ssl://h:9092"};
    CHECK_THROWS_WITH(config.validate(), containing("set security.protocol=SSL"));
    config.clients["security.protocol"] = "ssl";
    CHECK_NOTHROW(config.validate());
}
