#include "captured_log.hpp"
#include "catch.hpp"
#include "src/core/secret_settings.hpp"
#include "src/kafka/rdkafka_outages.hpp"

#include <streams/core/error.hpp>

using namespace streams;
using streams::tests::captured_log;

TEST_CASE("an outage is one line however often it is seen, and its end another") {
    captured_log log;
    kafka::outage_log outages("b1:9092");
    outages.answered(outages.current());
    CHECK(log.lines().empty());
    const auto before = outages.current();
    for (int i = 0; i < 5; ++i) {
        outages.connection_failed("b1:9092: Connection refused");
        outages.all_brokers_down();
    }
    REQUIRE(log.lines().size() == 1);
    CHECK_THAT(log.lines()[0], containing("b1:9092 (b1:9092: Connection refused)") && containing("trying again") &&
                                   containing("bootstrap.servers"));
    outages.answered(before);
    CHECK(log.lines().size() == 1);
    const auto first = outages.current();
    outages.answered(first);
    outages.answered(first);
    REQUIRE(log.lines().size() == 2);
    CHECK_THAT(log.lines()[1], containing("answers again"));
    outages.all_brokers_down();
    REQUIRE(log.lines().size() == 3);
    outages.answered(first);
    CHECK(log.lines().size() == 3);
}

TEST_CASE("equal lines are logged once, different ones each") {
    captured_log log;
    kafka::outage_log outages("b1:9092");
    outages.line(log_level::warn, "first");
    outages.line(log_level::warn, "first");
    outages.line(log_level::warn, "second");
    CHECK(log.lines() == std::vector<std::string>{"first", "second"});
}

TEST_CASE("lines of librdkafka that come as errors too are not shown twice") {
    captured_log log;
    kafka::outage_log outages("b1:9092");
    outages.library_line(3, "FAIL", "c", "Connect failed");
    outages.library_line(3, "SSLCERTVRFY", "c", "Certificate (subject=/CN=b1) verification callback failed");
    outages.library_line(0, "FATAL", "c", "Fatal error");
    outages.library_line(7, "FETCH", "c", "details");
    CHECK(log.lines().empty());
    outages.library_line(4, "MAXPOLL", "c", "interval exceeded");
    CHECK(log.lines() == std::vector<std::string>{"kafka client c: interval exceeded"});
}

TEST_CASE("secrets are cut off where librdkafka lists a client's settings") {
    std::string said;
    set_log_handler([&](const log_entry& entry) { said.append(entry.text) += '\n'; });
    kafka::outage_log outages("b1:9092");
    for (const auto name : secret_settings())
        outages.library_line(7, "CONF", "c", concat("[thrd:app]:   ", name, " = s3cret"));
    outages.library_line(7, "CONF", "c", "[thrd:app]:   linger.ms = 5");
    set_log_handler({});
    CHECK(said.find("s3cret") == std::string::npos);
    CHECK_THAT(said, containing("linger.ms = 5") && containing("sasl.oauthbearer.client.secret"));
}
