#include "src/kafka/rdkafka_error.hpp"

#include "src/kafka/rdkafka_version.hpp"

#include <streams/core/error.hpp>

#include <array>

namespace streams::inline v0::kafka {

namespace {

bool has(std::string_view text, std::string_view part) noexcept { return text.find(part) != text.npos; }

std::string_view remedy_of_login(std::string_view text) noexcept {
    if (has(text, "broker's supported mechanisms")) return "set sasl.mechanism to one of these";
    if (has(text, "OAUTHBEARER") || has(text, "{\"status\":"))
        return "see to the token: what streams_config::sasl_login_callback gives, or the sasl.oauthbearer.* settings "
               "ask for";
    if (has(text, "SCRAM") && scram_is_refused_by_kafka_4())
        return "check sasl.username and sasl.password, and with a broker of Kafka 4.0 or newer use librdkafka 2.6.1 or "
               "newer, "
               "or PLAIN: it refuses SCRAM from the librdkafka that is loaded";
    return "check sasl.username and sasl.password, and that the broker has this user for this sasl.mechanism";
}

std::string_view remedy_of_tls(std::string_view text) noexcept {
    // The other side has looked at what this one has shown.
    if (has(text, " alert ") && (has(text, "certificate") || has(text, "unknown ca")))
        return "give this client a certificate that the broker trusts, by ssl.keystore.location with "
               "ssl.keystore.type=PEM, "
               "or by ssl.certificate.location and ssl.key.location";
    return "check security.protocol, ssl.ca.location and the broker's certificate";
}

std::string_view remedy_of(rd_kafka_resp_err_t error, std::string_view text) noexcept {
    switch (static_cast<int>(error)) {
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
        return "create the topic, or correct its name in the topology";
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
        return "the topic was deleted, or has fewer partitions: make it again, or correct the partition";
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
        return "grant this client's principal access to the topic: READ of one that it reads, WRITE of one that it "
               "writes, "
               "and for those whose names begin with application.id CREATE, READ, WRITE, DELETE and DESCRIBE_CONFIGS";
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
        return "grant this client's principal READ on the group application.id";
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
        return "grant this client's principal access to the cluster";
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
        return "grant this client's principal WRITE on the transactional ids that begin with application.id";
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
        return remedy_of_login(text);
    case RD_KAFKA_RESP_ERR__TRANSPORT: // where it is fatal
    case RD_KAFKA_RESP_ERR__SSL:
        return remedy_of_tls(text);
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
        return "raise producer message.max.bytes and the topic's max.message.bytes, or write smaller records";
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
        return "the topic takes the times that its message.timestamp.before.max.ms and message.timestamp.after.max.ms "
               "allow: raise these, set its message.timestamp.type to LogAppendTime, or give the record another time";
    case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
        return "set replication.factor to no more than there are brokers";
    case RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL:
        return "the group has members with another assignment strategy, as applications of Kafka Streams have: stop "
               "them, or choose another application.id";
    default:
        return {};
    }
}

/// Whether a topic has no place only because no broker is in service yet, as while the only one starts: the controller has
/// the same code for that and for too few brokers, and tells them apart by its words alone (Kafka's `StripedReplicaPlacer`).
bool is_without_broker(rd_kafka_resp_err_t error, std::string_view text) noexcept {
    return error == RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR &&
           text.find("currently fenced") != std::string_view::npos;
}

result result_of_kind(error_class kind, rd_kafka_resp_err_t error, std::string_view subject, std::string_view text) {
    std::string reason = concat(subject, ": ", text.empty() ? std::string_view(rd_kafka_err2str(error)) : text);
    if (!is_known(error))
        reason += concat(" (error code ", static_cast<int>(error), ", which this library does not know)");
    const bool goes_on = kind == error_class::retriable || kind == error_class::fenced;
    const auto remedy = goes_on ? std::string_view() : remedy_of(error, text);
    if (!remedy.empty()) reason += concat("; ", remedy);
    return {kind, std::move(reason)};
}

/// Of an error that has made a client unusable: another one goes on after a fence.
result fatal_result_of(rd_kafka_resp_err_t error, std::string_view subject, std::string_view text) {
    const bool goes_on = class_of(error, text) == error_class::fenced;
    return result_of_kind(goes_on ? error_class::fenced : error_class::fatal, error, subject, text);
}

} // namespace

result result_of(rd_kafka_resp_err_t error, std::string_view subject, std::string_view text) {
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    return result_of_kind(is_without_broker(error, text) ? error_class::retriable : class_of(error, text), error,
                          subject, text);
}

result result_of(rd_kafka_resp_err_t error, std::string_view subject) { return result_of(error, subject, {}); }

result result_of(const error_ptr& error, std::string_view subject) {
    if (!error) return {};
    const auto code = rd_kafka_error_code(error.get());
    const std::string_view text = rd_kafka_error_string(error.get());
    if (rd_kafka_error_is_fatal(error.get())) return fatal_result_of(code, subject, text);
    auto plain = result_of(code, subject, text);
    if (rd_kafka_error_txn_requires_abort(error.get())) return {error_class::abortable, plain.reason()};
    if (rd_kafka_error_is_retriable(error.get())) return {error_class::retriable, plain.reason()};
    return plain;
}

result result_of(rd_kafka_t* client, rd_kafka_resp_err_t error, std::string_view subject) {
    if (error != RD_KAFKA_RESP_ERR__FATAL) return result_of(error, subject);
    std::array<char, 512> text{};
    const auto cause = rd_kafka_fatal_error(client, text.data(), text.size());
    return fatal_result_of(cause == RD_KAFKA_RESP_ERR_NO_ERROR ? error : cause, subject, text.data());
}

} // namespace streams::inline v0::kafka
