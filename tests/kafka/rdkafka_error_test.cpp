#include "catch.hpp"
#include "src/kafka/rdkafka_error.hpp"

using namespace streams;
using kafka::class_of;
using kafka::error_class;

TEST_CASE("trouble that passes is retriable") {
    for (const auto error : {RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN,
                             RD_KAFKA_RESP_ERR__QUEUE_FULL, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT,
                             RD_KAFKA_RESP_ERR_NOT_COORDINATOR, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
                             RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT}) {
        INFO(rd_kafka_err2name(error));
        CHECK(class_of(error) == error_class::retriable);
    }
}

TEST_CASE("a commit during a rebalance may be tried again, one of a generation that is over may not") {
    CHECK(class_of(RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS) == error_class::retriable);
    CHECK(class_of(RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID) == error_class::fenced);
    CHECK(class_of(RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION) == error_class::fenced);
    CHECK(class_of(RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST) == error_class::fenced);
}

TEST_CASE("a static member whose id another process has taken cannot go on") {
    CHECK(class_of(RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID) == error_class::fatal);
    CHECK_THAT(kafka::result_of(RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, "committing").reason(), containing("group.instance.id"));
}

TEST_CASE("a producer whose epoch is over is fenced") {
    CHECK(class_of(RD_KAFKA_RESP_ERR__FENCED) == error_class::fenced);
    CHECK(class_of(RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH) == error_class::fenced);
    CHECK(class_of(RD_KAFKA_RESP_ERR_PRODUCER_FENCED) == error_class::fenced);
}

TEST_CASE("what no retry helps against is fatal, and so is what is not known") {
    CHECK(class_of(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) == error_class::fatal);
    CHECK(class_of(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) == error_class::fatal);
    CHECK(class_of(RD_KAFKA_RESP_ERR__AUTHENTICATION) == error_class::fatal);
    CHECK(class_of(static_cast<rd_kafka_resp_err_t>(250)) == error_class::fatal);
}

TEST_CASE("a topic that has no place while its broker starts is retriable, one with too many replicas is not") {
    const auto refused = [](std::string_view why) {
        return kafka::result_of(RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR, "creating topic t", why);
    };
    CHECK(refused("Unable to replicate the partition 1 time(s): All brokers are currently fenced, or have all their log "
                  "directories failed")
              .kind() == error_class::retriable);
    CHECK(refused("The target replication factor of 3 cannot be reached because only 1 broker(s) are registered.").kind() ==
          error_class::fatal);
}

TEST_CASE("a result reads thing, cause, remedy") {
    const auto refused = kafka::result_of(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, "topic orders");
    CHECK(refused.reason() == "topic orders: Broker: Unknown topic or partition; create the topic, or correct its name in the "
                              "topology");
    const auto plain = kafka::result_of(RD_KAFKA_RESP_ERR__TIMED_OUT, "flushing", "too slow");
    CHECK(plain.reason() == "flushing: too slow");
    CHECK(kafka::result_of(RD_KAFKA_RESP_ERR_NO_ERROR, "x").ok());
    CHECK(kafka::result_of(kafka::error_ptr{}, "x").ok());
}
