#include "catch.hpp"
#include "src/kafka/rdkafka_error_class.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>

using namespace streams;
using kafka::class_of;
using kafka::error_class;

namespace {

struct row {
    int code;
    std::string_view name;
    error_class expected;
};

// Every code of librdkafka 2.0.2 to 2.15.1.
constexpr std::array table = std::to_array<row>({
    {-199, "_BAD_MSG", error_class::fatal},
    {-198, "_BAD_COMPRESSION", error_class::fatal},
    {-197, "_DESTROY", error_class::fatal},
    {-196, "_FAIL", error_class::retriable},
    {-195, "_TRANSPORT", error_class::retriable},
    {-194, "_CRIT_SYS_RESOURCE", error_class::fatal},
    {-193, "_RESOLVE", error_class::retriable},
    {-192, "_MSG_TIMED_OUT", error_class::retriable},
    {-191, "_PARTITION_EOF", error_class::retriable},
    {-190, "_UNKNOWN_PARTITION", error_class::fatal},
    {-189, "_FS", error_class::fatal},
    {-188, "_UNKNOWN_TOPIC", error_class::fatal},
    {-187, "_ALL_BROKERS_DOWN", error_class::retriable},
    {-186, "_INVALID_ARG", error_class::fatal},
    {-185, "_TIMED_OUT", error_class::retriable},
    {-184, "_QUEUE_FULL", error_class::retriable},
    {-183, "_ISR_INSUFF", error_class::retriable},
    {-182, "_NODE_UPDATE", error_class::retriable},
    {-181, "_SSL", error_class::retriable},
    {-180, "_WAIT_COORD", error_class::retriable},
    {-179, "_UNKNOWN_GROUP", error_class::fatal},
    {-178, "_IN_PROGRESS", error_class::retriable},
    {-177, "_PREV_IN_PROGRESS", error_class::retriable},
    {-176, "_EXISTING_SUBSCRIPTION", error_class::fatal},
    {-175, "_ASSIGN_PARTITIONS", error_class::fatal},
    {-174, "_REVOKE_PARTITIONS", error_class::fatal},
    {-173, "_CONFLICT", error_class::fatal},
    {-172, "_STATE", error_class::retriable},
    {-171, "_UNKNOWN_PROTOCOL", error_class::fatal},
    {-170, "_NOT_IMPLEMENTED", error_class::fatal},
    {-169, "_AUTHENTICATION", error_class::retriable},
    {-168, "_NO_OFFSET", error_class::fatal},
    {-167, "_OUTDATED", error_class::retriable},
    {-166, "_TIMED_OUT_QUEUE", error_class::retriable},
    {-165, "_UNSUPPORTED_FEATURE", error_class::fatal},
    {-164, "_WAIT_CACHE", error_class::retriable},
    {-163, "_INTR", error_class::retriable},
    {-162, "_KEY_SERIALIZATION", error_class::fatal},
    {-161, "_VALUE_SERIALIZATION", error_class::fatal},
    {-160, "_KEY_DESERIALIZATION", error_class::fatal},
    {-159, "_VALUE_DESERIALIZATION", error_class::fatal},
    {-158, "_PARTIAL", error_class::retriable},
    {-157, "_READ_ONLY", error_class::fatal},
    {-156, "_NOENT", error_class::retriable},
    {-155, "_UNDERFLOW", error_class::retriable},
    {-154, "_INVALID_TYPE", error_class::fatal},
    {-153, "_RETRY", error_class::retriable},
    {-152, "_PURGE_QUEUE", error_class::abortable},
    {-151, "_PURGE_INFLIGHT", error_class::abortable},
    {-150, "_FATAL", error_class::fatal},
    {-149, "_INCONSISTENT", error_class::fatal},
    {-148, "_GAPLESS_GUARANTEE", error_class::fatal},
    {-147, "_MAX_POLL_EXCEEDED", error_class::fenced},
    {-146, "_UNKNOWN_BROKER", error_class::retriable},
    {-145, "_NOT_CONFIGURED", error_class::fatal},
    {-144, "_FENCED", error_class::fenced},
    {-143, "_APPLICATION", error_class::fatal},
    {-142, "_ASSIGNMENT_LOST", error_class::fenced},
    {-141, "_NOOP", error_class::retriable},
    {-140, "_AUTO_OFFSET_RESET", error_class::retriable},
    {-139, "_LOG_TRUNCATION", error_class::retriable},
    {-138, "_INVALID_DIFFERENT_RECORD", error_class::retriable},
    {-137, "_DESTROY_BROKER", error_class::retriable},
    {-1, "UNKNOWN", error_class::retriable},
    {1, "OFFSET_OUT_OF_RANGE", error_class::retriable},
    {2, "INVALID_MSG", error_class::retriable},
    {3, "UNKNOWN_TOPIC_OR_PART", error_class::fatal},
    {4, "INVALID_MSG_SIZE", error_class::fatal},
    {5, "LEADER_NOT_AVAILABLE", error_class::retriable},
    {6, "NOT_LEADER_FOR_PARTITION", error_class::retriable},
    {7, "REQUEST_TIMED_OUT", error_class::retriable},
    {8, "BROKER_NOT_AVAILABLE", error_class::retriable},
    {9, "REPLICA_NOT_AVAILABLE", error_class::retriable},
    {10, "MSG_SIZE_TOO_LARGE", error_class::fatal},
    {11, "STALE_CTRL_EPOCH", error_class::retriable},
    {12, "OFFSET_METADATA_TOO_LARGE", error_class::fatal},
    {13, "NETWORK_EXCEPTION", error_class::retriable},
    {14, "COORDINATOR_LOAD_IN_PROGRESS", error_class::retriable},
    {15, "COORDINATOR_NOT_AVAILABLE", error_class::retriable},
    {16, "NOT_COORDINATOR", error_class::retriable},
    {17, "TOPIC_EXCEPTION", error_class::fatal},
    {18, "RECORD_LIST_TOO_LARGE", error_class::fatal},
    {19, "NOT_ENOUGH_REPLICAS", error_class::retriable},
    {20, "NOT_ENOUGH_REPLICAS_AFTER_APPEND", error_class::retriable},
    {21, "INVALID_REQUIRED_ACKS", error_class::fatal},
    {22, "ILLEGAL_GENERATION", error_class::fenced},
    {23, "INCONSISTENT_GROUP_PROTOCOL", error_class::fatal},
    {24, "INVALID_GROUP_ID", error_class::fatal},
    {25, "UNKNOWN_MEMBER_ID", error_class::fenced},
    {26, "INVALID_SESSION_TIMEOUT", error_class::fatal},
    {27, "REBALANCE_IN_PROGRESS", error_class::retriable},
    {28, "INVALID_COMMIT_OFFSET_SIZE", error_class::fatal},
    {29, "TOPIC_AUTHORIZATION_FAILED", error_class::fatal},
    {30, "GROUP_AUTHORIZATION_FAILED", error_class::fatal},
    {31, "CLUSTER_AUTHORIZATION_FAILED", error_class::fatal},
    {32, "INVALID_TIMESTAMP", error_class::fatal},
    {33, "UNSUPPORTED_SASL_MECHANISM", error_class::fatal},
    {34, "ILLEGAL_SASL_STATE", error_class::fatal},
    {35, "UNSUPPORTED_VERSION", error_class::fatal},
    {36, "TOPIC_ALREADY_EXISTS", error_class::fatal},
    {37, "INVALID_PARTITIONS", error_class::fatal},
    {38, "INVALID_REPLICATION_FACTOR", error_class::fatal},
    {39, "INVALID_REPLICA_ASSIGNMENT", error_class::fatal},
    {40, "INVALID_CONFIG", error_class::fatal},
    {41, "NOT_CONTROLLER", error_class::retriable},
    {42, "INVALID_REQUEST", error_class::fatal},
    {43, "UNSUPPORTED_FOR_MESSAGE_FORMAT", error_class::fatal},
    {44, "POLICY_VIOLATION", error_class::fatal},
    {45, "OUT_OF_ORDER_SEQUENCE_NUMBER", error_class::fenced},
    {46, "DUPLICATE_SEQUENCE_NUMBER", error_class::retriable},
    {47, "INVALID_PRODUCER_EPOCH", error_class::fenced},
    {48, "INVALID_TXN_STATE", error_class::fatal},
    {49, "INVALID_PRODUCER_ID_MAPPING", error_class::fenced},
    {50, "INVALID_TRANSACTION_TIMEOUT", error_class::fatal},
    {51, "CONCURRENT_TRANSACTIONS", error_class::retriable},
    {52, "TRANSACTION_COORDINATOR_FENCED", error_class::fenced},
    {53, "TRANSACTIONAL_ID_AUTHORIZATION_FAILED", error_class::fatal},
    {54, "SECURITY_DISABLED", error_class::fatal},
    {55, "OPERATION_NOT_ATTEMPTED", error_class::retriable},
    {56, "KAFKA_STORAGE_ERROR", error_class::retriable},
    {57, "LOG_DIR_NOT_FOUND", error_class::fatal},
    {58, "SASL_AUTHENTICATION_FAILED", error_class::fatal},
    {59, "UNKNOWN_PRODUCER_ID", error_class::fenced},
    {60, "REASSIGNMENT_IN_PROGRESS", error_class::retriable},
    {61, "DELEGATION_TOKEN_AUTH_DISABLED", error_class::fatal},
    {62, "DELEGATION_TOKEN_NOT_FOUND", error_class::fatal},
    {63, "DELEGATION_TOKEN_OWNER_MISMATCH", error_class::fatal},
    {64, "DELEGATION_TOKEN_REQUEST_NOT_ALLOWED", error_class::fatal},
    {65, "DELEGATION_TOKEN_AUTHORIZATION_FAILED", error_class::fatal},
    {66, "DELEGATION_TOKEN_EXPIRED", error_class::fatal},
    {67, "INVALID_PRINCIPAL_TYPE", error_class::fatal},
    {68, "NON_EMPTY_GROUP", error_class::fatal},
    {69, "GROUP_ID_NOT_FOUND", error_class::fatal},
    {70, "FETCH_SESSION_ID_NOT_FOUND", error_class::retriable},
    {71, "INVALID_FETCH_SESSION_EPOCH", error_class::retriable},
    {72, "LISTENER_NOT_FOUND", error_class::retriable},
    {73, "TOPIC_DELETION_DISABLED", error_class::fatal},
    {74, "FENCED_LEADER_EPOCH", error_class::retriable},
    {75, "UNKNOWN_LEADER_EPOCH", error_class::retriable},
    {76, "UNSUPPORTED_COMPRESSION_TYPE", error_class::fatal},
    {77, "STALE_BROKER_EPOCH", error_class::retriable},
    {78, "OFFSET_NOT_AVAILABLE", error_class::retriable},
    {79, "MEMBER_ID_REQUIRED", error_class::retriable},
    {80, "PREFERRED_LEADER_NOT_AVAILABLE", error_class::retriable},
    {81, "GROUP_MAX_SIZE_REACHED", error_class::fatal},
    {82, "FENCED_INSTANCE_ID", error_class::fenced},
    {83, "ELIGIBLE_LEADERS_NOT_AVAILABLE", error_class::retriable},
    {84, "ELECTION_NOT_NEEDED", error_class::retriable},
    {85, "NO_REASSIGNMENT_IN_PROGRESS", error_class::fatal},
    {86, "GROUP_SUBSCRIBED_TO_TOPIC", error_class::fatal},
    {87, "INVALID_RECORD", error_class::fatal},
    {88, "UNSTABLE_OFFSET_COMMIT", error_class::retriable},
    {89, "THROTTLING_QUOTA_EXCEEDED", error_class::retriable},
    {90, "PRODUCER_FENCED", error_class::fenced},
    {91, "RESOURCE_NOT_FOUND", error_class::fatal},
    {92, "DUPLICATE_RESOURCE", error_class::fatal},
    {93, "UNACCEPTABLE_CREDENTIAL", error_class::fatal},
    {94, "INCONSISTENT_VOTER_SET", error_class::fatal},
    {95, "INVALID_UPDATE_VERSION", error_class::fatal},
    {96, "FEATURE_UPDATE_FAILED", error_class::fatal},
    {97, "PRINCIPAL_DESERIALIZATION_FAILURE", error_class::fatal},
    {100, "UNKNOWN_TOPIC_ID", error_class::retriable},
    {103, "INCONSISTENT_TOPIC_ID", error_class::retriable},
    {110, "FENCED_MEMBER_EPOCH", error_class::fenced},
    {111, "UNRELEASED_INSTANCE_ID", error_class::fatal},
    {112, "UNSUPPORTED_ASSIGNOR", error_class::fatal},
    {113, "STALE_MEMBER_EPOCH", error_class::fenced},
    {114, "MISMATCHED_ENDPOINT_TYPE", error_class::fatal},
    {115, "UNSUPPORTED_ENDPOINT_TYPE", error_class::fatal},
    {116, "UNKNOWN_CONTROLLER_ID", error_class::fatal},
    {117, "UNKNOWN_SUBSCRIPTION_ID", error_class::retriable},
    {118, "TELEMETRY_TOO_LARGE", error_class::retriable},
    {119, "INVALID_REGISTRATION", error_class::fatal},
    {120, "TRANSACTION_ABORTABLE", error_class::abortable},
    {121, "INVALID_RECORD_STATE", error_class::fatal},
    {122, "SHARE_SESSION_NOT_FOUND", error_class::retriable},
    {123, "INVALID_SHARE_SESSION_EPOCH", error_class::retriable},
    {124, "FENCED_STATE_EPOCH", error_class::fatal},
    {125, "INVALID_VOTER_KEY", error_class::fatal},
    {126, "DUPLICATE_VOTER", error_class::fatal},
    {127, "VOTER_NOT_FOUND", error_class::fatal},
    {128, "INVALID_REGULAR_EXPRESSION", error_class::fatal},
    {129, "REBOOTSTRAP_REQUIRED", error_class::retriable},
    {130, "STREAMS_INVALID_TOPOLOGY", error_class::fatal},
    {131, "STREAMS_INVALID_TOPOLOGY_EPOCH", error_class::fatal},
    {132, "STREAMS_TOPOLOGY_FENCED", error_class::fatal},
    {133, "SHARE_SESSION_LIMIT_REACHED", error_class::retriable},
});

rd_kafka_resp_err_t error(int code) { return static_cast<rd_kafka_resp_err_t>(code); }

error_class tls(std::string_view text) { return class_of(RD_KAFKA_RESP_ERR__SSL, text); }

error_class login(std::string_view text) { return class_of(RD_KAFKA_RESP_ERR__AUTHENTICATION, text); }

} // namespace

TEST_CASE("each code of librdkafka and of brokers has its class") {
    for (const auto& one : table) {
        INFO(one.code << ' ' << one.name);
        CHECK(class_of(error(one.code)) == one.expected);
        CHECK(kafka::is_known(error(one.code)));
    }
}

TEST_CASE("each code that the librdkafka which is loaded describes is in the table, under its name") {
    const rd_kafka_err_desc* described = nullptr;
    std::size_t count = 0;
    rd_kafka_get_err_descs(&described, &count);
    REQUIRE(count > 0);
    for (const auto& one : std::span(described, count)) {
        // The array has holes, and marks its ends.
        if (one.desc == nullptr || one.code == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
        INFO(one.code << ' ' << one.name);
        const auto found = std::ranges::find(table, one.code, &row::code);
        REQUIRE(found != table.end());
        CHECK(found->name == one.name);
    }
}

TEST_CASE("a code that is not known may pass") {
    for (const int code : {250, 109, -136, 255}) { // what the C enumeration can hold
        CHECK_FALSE(kafka::is_known(error(code)));
        CHECK(class_of(error(code)) == error_class::retriable);
    }
}

TEST_CASE("a TLS connection that breaks may pass, whatever words the versions have for it") {
    for (const auto* text : {
             "ssl://b:9093/bootstrap: SSL handshake failed: error:0A000126:SSL routines::unexpected eof while reading "
             "(after 3ms)",
             "SSL handshake failed: Disconnected: connecting to a PLAINTEXT broker listener? (after 1ms in state "
             "SSL_HANDSHAKE)",
             "SSL handshake failed: Disconnected: connection reset by peer",
             "SSL handshake failed: SSL transport error: Connection timed out",
             // What does not speak TLS, such as a balancer that answers HTTP 503, is no judgement of ours.
             "SSL handshake failed: error:0A00010B:SSL routines::wrong version number (after 2ms in state "
             "SSL_HANDSHAKE)",
             "SSL handshake failed: error:1408F10B:SSL routines:ssl3_get_record:wrong version number",
             "SSL handshake failed: error:0A0000C6:SSL routines::packet length too long",
             "SSL handshake failed: error:0A000438:SSL routines::tlsv1 alert internal error: SSL alert number 80",
             "",
         }) {
        INFO(text);
        CHECK(tls(text) == error_class::retriable);
    }
}

TEST_CASE("what TLS refuses does not pass") {
    for (const auto* text : {
             "SSL handshake failed: error:0A000086:SSL routines::certificate verify failed: broker certificate could "
             "not be "
             "verified, verify that ssl.ca.location is correctly configured or root CA certificates are installed",
             "SSL handshake failed: error:1416F086:SSL routines:tls_process_server_certificate:certificate verify "
             "failed",
             "Failed to verify broker certificate: unable to get local issuer certificate",
             "Broker did not provide a certificate",
             "SSL handshake failed: error:0A000412:SSL routines::sslv3 alert bad certificate: SSL alert number 42",
             "SSL handshake failed: error:0A000418:SSL routines::tlsv1 alert unknown ca: SSL alert number 48",
             "SSL handshake failed: error:0A00045C:SSL routines::tlsv13 alert certificate required: SSL alert number "
             "116",
             "SSL handshake failed: error:0A000410:SSL routines::sslv3 alert handshake failure: SSL alert number 40",
             "SSL handshake failed: error:0A00042E:SSL routines::tlsv1 alert protocol version: SSL alert number 70",
             "SSL handshake failed: error:0A000102:SSL routines::unsupported protocol",
             "SSL handshake failed: error:0A000394:SSL routines::dh key too small",
         }) {
        INFO(text);
        CHECK(tls(text) == error_class::fatal);
    }
}

TEST_CASE("a certificate of ours that is refused behind the handshake does not pass, a broken connection may") {
    CHECK(class_of(RD_KAFKA_RESP_ERR__TRANSPORT,
                   "ssl://b:9093/bootstrap: Receive failed: error:0A00045C:SSL routines::tlsv13 alert certificate "
                   "required: SSL alert number 116") == error_class::fatal);
    for (const auto* text : {"Receive failed: error:0A000126:SSL routines::unexpected eof while reading",
                             "ssl://certificate:9093/1: Connect to ipv4#127.0.0.1:9093 failed: Connection refused",
                             "Receive failed: error:0A000438:SSL routines::tlsv1 alert internal error", ""})
        CHECK(class_of(RD_KAFKA_RESP_ERR__TRANSPORT, text) == error_class::retriable);
}

TEST_CASE("an answer that is none of Kafka's may pass, a damaged record does not") {
    CHECK(class_of(RD_KAFKA_RESP_ERR__BAD_MSG,
                   "127.0.0.1:9092/bootstrap: Receive failed: Invalid response size 1213486160 "
                   "(0..100000000): increase receive.message.max.bytes") == error_class::retriable);
    CHECK(class_of(RD_KAFKA_RESP_ERR__BAD_MSG, "Message at offset 7 (100 bytes) failed CRC32 check") ==
          error_class::fatal);
}

TEST_CASE("a login that is cut short may pass") {
    for (const auto* text : {
             "SASL PLAIN mechanism handshake failed: Local: Broker transport failure: broker's supported mechanisms: ",
             "SASL PLAIN mechanism handshake failed: Local: Timed out: broker's supported mechanisms: ",
             "SASL authentication failure: Disconnected: check client PLAIN credentials and broker logs",
             "Disconnected: hung up from peer in state AUTH_LEGACY",
             "Failed to acquire SASL OAUTHBEARER token: the identity provider does not answer",
             "Failed to initialize SASL authentication: OAUTHBEARER cannot log in because there is no token available; "
             "last "
             "error: (not available)",
             "Failed to initialize SASL authentication: GSSAPI Error: (Cannot contact any KDC for realm 'A.B')",
             "",
         }) {
        INFO(text);
        CHECK(login(text) == error_class::retriable);
    }
}

TEST_CASE("a login that is refused does not pass") {
    for (const auto* text : {
             "sasl_ssl://b:9094/bootstrap: SASL authentication error: Authentication failed: Invalid username or "
             "password "
             "(after 312ms in state AUTH_REQ)",
             "SASL authentication error: Authentication failed during authentication due to invalid credentials with "
             "SASL "
             "mechanism SCRAM-SHA-512",
             "SASL PLAIN mechanism handshake failed: Broker: Unsupported SASL mechanism: broker's supported "
             "mechanisms: "
             "SCRAM-SHA-512",
         }) {
        INFO(text);
        CHECK(login(text) == error_class::fatal);
    }
}

TEST_CASE("missing rights, invalid names and clients that can do no more are no matter of one record") {
    for (const auto code :
         {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
          RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, RD_KAFKA_RESP_ERR_UNKNOWN, RD_KAFKA_RESP_ERR__FATAL})
        CHECK_FALSE(kafka::is_of_record(code));
    for (const auto code :
         {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP, RD_KAFKA_RESP_ERR_INVALID_RECORD,
          RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC})
        CHECK(kafka::is_of_record(code));
}
