#include "secure_application.hpp"

#include <filesystem>

using namespace streams;
using namespace streams::tests;

namespace {

using properties = std::map<std::string, std::string>;

/// What an application that has to fail is answered; nothing of it or of the log has a password.
std::string refusal(const std::string& address, properties with) {
    const captured_log log;
    secure_application t;
    with["debug"] = "security,broker,conf";
    auto why = t.failure_to_count(t.through(address, with));
    CHECK_FALSE(why.empty());
    for (const auto& text : {why, log.text()}) CHECK(text.find("-secret") == std::string::npos);
    return why;
}

/// A file of PEM in one line, as it stands in a file of properties.
std::string in_one_line(const std::string& name) {
    auto text = content_of(name);
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

} // namespace

TEST_CASE("an application counts over TLS, with certificates of its own and with a password", "[.security]") {
    const auto pem = security_file("alice.pem");
    const std::vector<std::pair<std::string, properties>> doors{
        {"sasl", login("PLAIN", "alice", "alice-secret")},
        {"sasl",
         {{"security.protocol", "SASL_SSL"},
          {"ssl.ca.location", security_file("ca.pem")},
          {"sasl.mechanism", "PLAIN"},
          {"sasl.username", "alice"},
          {"sasl.password", "alice-secret"}}},
        {"tls", trusting({})},
        {"mtls", trusting({{"ssl.keystore.type", "PEM"}, {"ssl.keystore.location", pem}})},
        {"mtls", trusting({{"ssl.keystore.type", "PKCS12"},
                           {"ssl.keystore.location", security_file("alice.p12")},
                           {"ssl.keystore.password", "p12-secret"}})},
        {"mtls",
         {{"security.protocol", "SSL"},
          {"ssl.keystore.type", "PEM"},
          {"ssl.keystore.key", in_one_line("alice.key")},
          {"ssl.keystore.certificate.chain", in_one_line("alice.pem")},
          {"ssl.truststore.type", "PEM"},
          {"ssl.truststore.certificates", in_one_line("ca.pem")}}},
    };
    for (const auto& [name, with] : doors) {
        INFO(name << ' ' << with.at("security.protocol"));
        secure_application t;
        auto config = t.through(listener(name), with);
        if (name == "mtls") config.guarantee = processing_guarantee::exactly_once_v2;
        CHECK(t.failure_to_count(config) == "");
    }
}

TEST_CASE("an application counts with SCRAM, or is told which librdkafka the broker lets do so", "[.security]") {
    for (const auto* mechanism : {"SCRAM-SHA-256", "SCRAM-SHA-512"}) {
        INFO(mechanism);
        secure_application t;
        const auto answer = t.failure_to_count(t.through(listener("sasl"), login(mechanism, "alice", "alice-secret")));
        if (scram_is_possible())
            CHECK(answer == "");
        else
            CHECK_THAT(answer,
                       containing("invalid credentials") && containing("use librdkafka 2.6.1 or newer, or PLAIN"));
    }
}

TEST_CASE("a wrong password and a mechanism that the broker lacks end an application by name", "[.security]") {
    for (const auto* mechanism : {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"}) {
        INFO(mechanism);
        CHECK_THAT(refusal(listener("sasl"), login(mechanism, "alice", "wrong-secret")),
                   containing(listener("sasl")) && containing("check sasl.username and sasl.password"));
    }
    CHECK_THAT(refusal(listener("sasl"), login("SCRAM-SHA-1", "alice", "alice-secret")),
               containing(listener("sasl")) && containing("SCRAM-SHA-1") && containing("SCRAM-SHA-512") &&
                   containing("set sasl.mechanism to one of these"));
}

TEST_CASE("a broker whose certificate cannot be trusted ends an application, and the sentence says why",
          "[.security]") {
    auto of_stranger = trusting({});
    of_stranger["ssl.truststore.location"] = security_file("other-ca.pem");
    CHECK_THAT(refusal(listener("tls"), of_stranger), containing(listener("tls")) &&
                                                          containing("of an authority that is not trusted here") &&
                                                          containing("set ssl.ca.location"));
    CHECK_THAT(refusal(listener("expired"), trusting({})),
               containing(listener("expired")) && containing("has expired") && containing("give the broker a new one"));
    const auto by_number = "127.0.0.1" + listener("tls").substr(listener("tls").find(':'));
    CHECK_THAT(refusal(by_number, trusting({})),
               containing(by_number) && containing("is for another host") && containing("bootstrap.servers"));
}

TEST_CASE("a certificate that the broker misses or refuses ends an application", "[.security]") {
    CHECK_THAT(refusal(listener("mtls"), trusting({})),
               containing(listener("mtls")) && containing("ssl.keystore.location"));
    CHECK_THAT(refusal(listener("mtls"), trusting({{"ssl.keystore.type", "PEM"},
                                                   {"ssl.keystore.location", security_file("expired.pem")}})),
               containing(listener("mtls")) && containing("ssl.keystore.location"));
}

TEST_CASE("an authority that comes into the folder of trusted ones later counts for the next connection",
          "[.security]") {
    secure_application t;
    const auto trusted = t.folder.path() / "trusted";
    std::filesystem::create_directory(trusted);
    const auto trust = [&](const std::string& name) {
        std::filesystem::copy_file(security_file(name), trusted / name);
        REQUIRE(std::system(("openssl rehash " + trusted.string()).c_str()) == 0);
    };
    trust("other-ca.pem");
    const auto config =
        t.through(listener("tls"), {{"security.protocol", "SSL"}, {"ssl.ca.location", trusted.string()}});
    const auto consumer = kafka::make_rdkafka_clients(config)->make_consumer({.client_id = "reader"});
    REQUIRE(consumer->assign(std::vector<position>{{t.part(0), 0}}).ok());
    std::vector<kafka::result> errors;
    for (const auto until = std::chrono::steady_clock::now() + 30s;
         errors.empty() && std::chrono::steady_clock::now() < until;)
        errors = consumer->poll(50ms, 100).errors;
    REQUIRE_FALSE(errors.empty());
    CHECK_THAT(errors[0].reason(), containing("is of an authority that is not trusted here"));

    trust("ca.pem");
    std::vector<seen_record> seen;
    CHECK(poll_until(*consumer, seen, [&] { return seen.size() == 3; }));
}
