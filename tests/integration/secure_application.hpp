#pragma once

#include "kafka/captured_log.hpp"
#include "kafka_fixture.hpp"
#include "runtime/temporary_folder.hpp"
#include "runtime/topologies.hpp"

#include <streams/runtime/kafka_streams.hpp>

#include <fstream>
#include <thread>

namespace streams::tests {

/// A file of the folder that tools/with_kafka --security has made.
inline std::string security_file(const std::string& name) {
    const char* folder = std::getenv("STREAMS_SECURITY");
    if (!folder)
        FAIL("STREAMS_SECURITY is not set: this test needs a broker with TLS and SASL; run it as tools/with_kafka "
             "--security "
             "test_integration '[.security]'");
    return std::string(folder) + '/' + name;
}

inline std::string content_of(const std::string& name) {
    std::ifstream file(security_file(name));
    REQUIRE(file.good());
    return {std::istreambuf_iterator<char>(file), {}};
}

/// The address of a listener: tls, mtls, sasl or expired.
inline std::string listener(const std::string& name) {
    auto address = content_of("bootstrap-" + name);
    address.pop_back();
    return address;
}

/// Settings as Java's clients have them.
inline std::map<std::string, std::string> trusting(std::map<std::string, std::string> with) {
    with.emplace("security.protocol", "SSL");
    with.emplace("ssl.truststore.type", "PEM");
    with.emplace("ssl.truststore.location", security_file("ca.pem"));
    return with;
}

inline std::map<std::string, std::string> login(const std::string& mechanism, const std::string& user,
                                                const std::string& password) {
    const std::string module = mechanism == "PLAIN" ? "plain.PlainLoginModule" : "scram.ScramLoginModule";
    return trusting({{"security.protocol", "SASL_SSL"},
                     {"sasl.mechanism", mechanism},
                     {"sasl.jaas.config", "org.apache.kafka.common.security." + module + " required username=\"" +
                                              user + "\" password=\"" + password + "\";"}});
}

/// Brokers of Kafka 4.0 and newer refuse SCRAM from a librdkafka before 2.6.1, which Debian 12's is.
inline bool scram_is_possible() {
    const char* broker = std::getenv("STREAMS_KAFKA_VERSION");
    return rd_kafka_version() >= 0x02060100 || (broker && std::string_view(broker).starts_with("3."));
}

/// A topic of three records, and an application that counts it and comes by a door of the test's choice. What the fixture
/// does itself it does over a listener that asks for nothing.
struct secure_application : kafka_fixture {
    explicit secure_application(std::int32_t partitions = 1) : kafka_fixture(partitions), out(unique_name("out")) {
        create(out, 1);
        write(0, 3, 0);
    }

    /// To reach `address` with these properties.
    streams_config through(const std::string& address, std::map<std::string, std::string> properties) const {
        properties.insert({{"application.id", config.application_id},
                           {"bootstrap.servers", address},
                           {"state.dir", (folder.path() / "state").string()},
                           {"commit.interval.ms", "100"},
                           {"consumer.session.timeout.ms", "6000"},
                           {"consumer.heartbeat.interval.ms", "500"}});
        return streams_config::from_properties(properties);
    }

    streams::topology counting(testing_support::tapping::function tap = {}) const {
        streams::topology t;
        t.add_source<std::string, std::string>("source", topic);
        t.add_processor("tap", [tap] { return std::make_unique<testing_support::tapping>(tap); }, {"source"});
        t.add_processor("count", [] { return std::make_unique<testing_support::counting>(); }, {"tap"});
        t.add_store({.name = "counts", .kind = key_value_kind{.timestamped = false}, .caching = false}, {"count"});
        t.add_sink<std::string, std::string>("sink", out, {"count"});
        return t;
    }

    /// Runs the application until it has counted `records`; why it has not, or nothing.
    std::string failure_to_count(const streams_config& with, std::uint64_t records = 3) const {
        try {
            kafka_streams app(counting(), with);
            app.start();
            const auto until = std::chrono::steady_clock::now() + 60s;
            while (app.counts().processed < records || app.counts().sent < 2 * records) {
                if (app.state() == application_state::error) return app.error();
                if (std::chrono::steady_clock::now() > until) return "it has not counted within 60 s";
                std::this_thread::sleep_for(10ms);
            }
            app.close(30s);
            return app.error();
        } catch (const streams_error& refused) {
            return refused.what();
        }
    }

    std::string out;
    testing_support::temporary_folder folder;
};

} // namespace streams::tests
