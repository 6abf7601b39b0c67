#include "catch.hpp"
#include "src/core/secret_settings.hpp"

#include <streams/core/config.hpp>
#include <streams/core/error.hpp>
#include <streams/core/log.hpp>

#include <string>

using namespace streams;

namespace {

const std::string secret = "v3ry-s3cret";

/// What is said, in a log or an error, where a setting of a configuration has this value.
std::string said_of(const std::string& name, const std::string& value) {
    std::string said;
    set_log_handler([&](const log_entry& entry) { said.append(entry.text) += '\n'; });
    try {
        const auto config = streams_config::from_properties({{"application.id", "a"},
                                                             {"bootstrap.servers", "b:9092"},
                                                             {"processing.guarantee", "exactly_once_v2"},
                                                             {name, value}});
        config.validate();
    } catch (const streams_error& refused) {
        said += refused.what();
    }
    set_log_handler({});
    return said;
}

} // namespace

TEST_CASE(
    "no secret of a configuration stands in what is said of it, whatever prefix it has and however it is malformed") {
    for (const auto name : secret_settings())
        for (const std::string prefix : {"", "consumer.", "main.consumer.", "restore.consumer.", "producer.", "admin."})
            for (const std::string& value :
                 {secret, secret + " required;", "PlainLoginModule required password=\"" + secret,
                  "ScramLoginModule required password=\"" + secret + "\";", "PlainLoginModule " + secret,
                  "OAuthBearerLoginModule required clientSecret=\"" + secret + "\" " + secret + "=\"\";",
                  "-----BEGIN PRIVATE KEY-----" + secret}) {
                const auto said = said_of(prefix + std::string(name), value);
                INFO(prefix << name << ": " << said);
                CHECK(said.find(secret) == std::string::npos);
            }
}

TEST_CASE("a secret is known with a prefix, and by its whole name only") {
    CHECK(is_secret("sasl.password"));
    CHECK(is_secret("main.consumer.sasl.password"));
    CHECK_FALSE(is_secret("xsasl.password"));
    CHECK_FALSE(is_secret("sasl.password.file"));
    CHECK(shown("ssl.key.pem", secret) == "[hidden]");
    CHECK(shown("ssl.key.location", "/etc/key.pem") == "/etc/key.pem");
}
