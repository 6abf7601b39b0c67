#include "catch.hpp"

#include <streams/core/config.hpp>

using streams::client_settings;
using streams::streams_config;

namespace {

/// What Java's names become, for a producer.
client_settings translated(const client_settings& java) {
    return streams_config::from_properties({java.begin(), java.end()}).producer_settings();
}

} // namespace

TEST_CASE("Java's key and trust stores of type PEM become librdkafka's files") {
    CHECK(translated({{"security.protocol", "SSL"},
                      {"ssl.keystore.type", "PEM"},
                      {"ssl.keystore.location", "/etc/me"},
                      {"ssl.key.password", "secret"},
                      {"ssl.truststore.type", "PEM"},
                      {"ssl.truststore.location", "/etc/ca"}}) ==
          client_settings{{"security.protocol", "SSL"},
                          {"ssl.certificate.location", "/etc/me"},
                          {"ssl.key.location", "/etc/me"},
                          {"ssl.key.password", "secret"},
                          {"ssl.ca.location", "/etc/ca"}});
}

TEST_CASE("a PKCS12 key store is one for librdkafka too") {
    CHECK(translated({{"ssl.keystore.type", "PKCS12"},
                      {"ssl.keystore.location", "/etc/me.p12"},
                      {"ssl.keystore.password", "secret"}}) ==
          client_settings{{"ssl.keystore.location", "/etc/me.p12"}, {"ssl.keystore.password", "secret"}});
}

TEST_CASE("certificates in the configuration itself are passed on") {
    CHECK(translated({{"ssl.keystore.certificate.chain", "A"},
                      {"ssl.keystore.key", "B"},
                      {"ssl.truststore.certificates", "C"}}) ==
          client_settings{{"ssl.certificate.pem", "A"}, {"ssl.key.pem", "B"}, {"ssl.ca.pem", "C"}});
}

TEST_CASE("stores that only Java reads are refused with the names to use") {
    CHECK_THROWS_WITH(translated({{"ssl.keystore.type", "JKS"}, {"ssl.keystore.location", "/etc/me"}}),
                      containing("ssl.certificate.location and ssl.key.location"));
    CHECK_THROWS_WITH(translated({{"ssl.keystore.location", "/etc/me.jks"}}), containing("convert it"));
    CHECK_THROWS_WITH(translated({{"ssl.truststore.location", "/etc/trust"}}), containing("ssl.ca.location"));
}

TEST_CASE("a login line for PLAIN or SCRAM becomes user name and password") {
    CHECK(translated({{"sasl.mechanism", "PLAIN"},
                      {"sasl.jaas.config", "org.apache.kafka.common.security.plain.PlainLoginModule required "
                                           "username=\"alice\" password=\"a\\\"b c\";"}}) ==
          client_settings{{"sasl.mechanism", "PLAIN"}, {"sasl.username", "alice"}, {"sasl.password", "a\"b c"}});
    CHECK_THROWS_WITH(translated({{"sasl.jaas.config", "ScramLoginModule required username=\"alice\";"}}),
                      containing("sasl.password"));
}

TEST_CASE("a login line for tokens becomes the client's name and secret, or nothing") {
    CHECK(translated({{"sasl.jaas.config", "OAuthBearerLoginModule required;"}}).empty());
    CHECK(translated(
              {{"sasl.login.callback.handler.class",
                "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler"},
               {"sasl.jaas.config", "OAuthBearerLoginModule required clientId='me' clientSecret='s' scope='x';"}}) ==
          client_settings{{"sasl.oauthbearer.method", "oidc"},
                          {"sasl.oauthbearer.client.id", "me"},
                          {"sasl.oauthbearer.client.secret", "s"},
                          {"sasl.oauthbearer.scope", "x"}});
}

TEST_CASE("other logins are refused with the names to use") {
    CHECK_THROWS_WITH(translated({{"sasl.jaas.config", "com.sun.security.auth.module.Krb5LoginModule required;"}}),
                      containing("sasl.kerberos.keytab"));
    CHECK_THROWS_WITH(translated({{"sasl.jaas.config", "com.acme.LoginModule required;"}}),
                      containing("sasl.username"));
    CHECK_THROWS_WITH(translated({{"sasl.login.callback.handler.class", "com.acme.Handler"}}),
                      containing("streams_config::sasl_login_callback"));
    CHECK_THROWS_WITH(
        translated({{"sasl.jaas.config", "OAuthBearerLoginModule required unsecuredLoginStringClaim_sub=\"a\";"}}),
        containing("streams_config::sasl_login_callback"));
    CHECK_THROWS_WITH(translated({{"ssl.engine.factory.class", "com.acme.Engine"}}), containing("ssl.ca.location"));
}

TEST_CASE("Java's names and units are translated") {
    CHECK(translated({{"buffer.memory", "33554432"},
                      {"max.request.size", "2000000"},
                      {"send.buffer.bytes", "131072"},
                      {"request.timeout.ms", "30000"},
                      {"ssl.endpoint.identification.algorithm", ""}}) ==
          client_settings{{"queue.buffering.max.kbytes", "32768"},
                          {"message.max.bytes", "2000000"},
                          {"socket.send.buffer.bytes", "131072"},
                          {"request.timeout.ms", "30000"},
                          {"ssl.endpoint.identification.algorithm", "none"}});
    const auto config = streams_config::from_properties({{"request.timeout.ms", "30000"}, {"fetch.max.wait.ms", "50"}});
    CHECK(config.consumer_settings(false) ==
          client_settings{{"socket.timeout.ms", "30000"}, {"fetch.wait.max.ms", "50"}});
}

TEST_CASE("what the library sets itself is refused") {
    CHECK_THROWS_WITH(translated({{"producer.transactional.id", "x"}}), containing("set by the library"));
    CHECK_THROWS_WITH(translated({{"enable.auto.commit", "true"}}), containing("commit.interval.ms"));
    CHECK_THROWS_WITH(translated({{"producer.partitioner", "random"}}), containing("murmur2"));
}

TEST_CASE("translating twice changes nothing") {
    streams_config config;
    config.producer = translated({{"ssl.keystore.type", "PEM"},
                                  {"ssl.keystore.location", "/etc/me"},
                                  {"ssl.endpoint.identification.algorithm", ""},
                                  {"buffer.memory", "4096"}});
    CHECK(config.producer_settings() == config.producer);
}

TEST_CASE("metadata.max.age.ms is how often topics are looked at, as in Java") {
    CHECK(translated({{"metadata.max.age.ms", "10000"}}) ==
          client_settings{{"topic.metadata.refresh.interval.ms", "10000"}});
}
