#include "catch.hpp"
#include "src/kafka/rdkafka_error.hpp"

using namespace streams;
using kafka::error_class;

TEST_CASE("a static member whose place is taken is fenced, at a commit as where its client is of no use any more") {
    CHECK(kafka::result_of(RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, "committing").kind() == error_class::fenced);
    const std::unique_ptr<rd_kafka_t, kafka::rdkafka_deleter<rd_kafka_destroy>> client{
        rd_kafka_new(RD_KAFKA_PRODUCER, nullptr, nullptr, 0)};
    REQUIRE(client);
    rd_kafka_test_fatal_error(client.get(), RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, "of the test");
    const auto told = kafka::result_of(client.get(), RD_KAFKA_RESP_ERR__FATAL, "joining");
    CHECK(told.kind() == error_class::fenced);
}

TEST_CASE("a topic that has no place while its broker starts is retriable, one with too many replicas is not") {
    const auto refused = [](std::string_view why) {
        return kafka::result_of(RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR, "creating topic t", why);
    };
    CHECK(
        refused("Unable to replicate the partition 1 time(s): All brokers are currently fenced, or have all their log "
                "directories failed")
            .kind() == error_class::retriable);
    CHECK(refused("The target replication factor of 3 cannot be reached because only 1 broker(s) are registered.")
              .kind() == error_class::fatal);
}

TEST_CASE("a result says the number of a code that this library does not know") {
    const auto unknown = kafka::result_of(static_cast<rd_kafka_resp_err_t>(250), "committing offsets");
    CHECK(unknown.kind() == error_class::retriable);
    CHECK_THAT(unknown.reason(), containing("committing offsets") && containing("error code 250"));
}

TEST_CASE("what a connection says of TLS and logins decides, and the advice is given only where no retry helps") {
    const auto cut = kafka::result_of(RD_KAFKA_RESP_ERR__SSL, "c", "unexpected eof while reading");
    CHECK(cut.kind() == error_class::retriable);
    CHECK(cut.reason() == "c: unexpected eof while reading");
    const auto refused = kafka::result_of(RD_KAFKA_RESP_ERR__SSL, "c", "certificate verify failed");
    CHECK(refused.kind() == error_class::fatal);
    CHECK_THAT(refused.reason(), containing("ssl.ca.location"));
    const auto wrong = kafka::result_of(RD_KAFKA_RESP_ERR__AUTHENTICATION, "c", "Invalid username or password");
    CHECK(wrong.kind() == error_class::fatal);
    CHECK_THAT(wrong.reason(), containing("sasl.password"));
}

TEST_CASE("the remedy of a refused login or certificate follows what was refused") {
    const auto advice = [](rd_kafka_resp_err_t error, std::string_view text) {
        return kafka::result_of(error, "c", text).reason();
    };
    CHECK_THAT(advice(RD_KAFKA_RESP_ERR__AUTHENTICATION,
                      "SASL X mechanism handshake failed: Broker: Unsupported SASL mechanism: broker's supported "
                      "mechanisms: PLAIN (after 2ms in state AUTH_HANDSHAKE)"),
               containing("PLAIN") && containing("; set sasl.mechanism to one of these"));
    for (const auto* text : {"SASL OAUTHBEARER authentication failed (principal=a): invalid_token",
                             "SASL authentication error: {\"status\":\"invalid_token\"} (after 3ms in state AUTH_REQ)"})
        CHECK_THAT(advice(RD_KAFKA_RESP_ERR__AUTHENTICATION, text), containing("streams_config::sasl_login_callback"));
    for (const auto error : {RD_KAFKA_RESP_ERR__SSL, RD_KAFKA_RESP_ERR__TRANSPORT})
        CHECK_THAT(advice(error, "error:0A000412:SSL routines::sslv3 alert bad certificate: SSL alert number 42"),
                   containing("give this client a certificate") && containing("ssl.certificate.location"));
}

TEST_CASE("a result reads thing, cause, remedy") {
    const auto refused = kafka::result_of(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, "topic orders");
    CHECK(refused.reason() ==
          "topic orders: Broker: Unknown topic or partition; create the topic, or correct its name in the "
          "topology");
    const auto plain = kafka::result_of(RD_KAFKA_RESP_ERR__TIMED_OUT, "flushing", "too slow");
    CHECK(plain.reason() == "flushing: too slow");
    CHECK(kafka::result_of(RD_KAFKA_RESP_ERR_NO_ERROR, "x").ok());
    CHECK(kafka::result_of(kafka::error_ptr{}, "x").ok());
}
