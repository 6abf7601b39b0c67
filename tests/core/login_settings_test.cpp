#include "catch.hpp"
#include "src/core/login_settings.hpp"

#include <streams/core/config.hpp>
#include <streams/core/error.hpp>

using namespace streams;

namespace {

streams_config by_token() {
    return {.application_id = "a",
            .bootstrap_servers = "b:9093",
            .clients = {{"security.protocol", "sasl_ssl"}, {"sasl.mechanism", "OAUTHBEARER"}}};
}

} // namespace

TEST_CASE("tokens have one who gives them: a callback, an identity provider or nobody's signature") {
    auto config = by_token();
    CHECK_THROWS_WITH(config.validate(), containing("nobody gives tokens") && containing("sasl_login_callback"));
    CHECK_NOTHROW(config.validate(false)); // an embedded cluster asks nobody
    config.clients["enable.sasl.oauthbearer.unsecure.jwt"] = "true";
    CHECK_NOTHROW(config.validate());
    config.sasl_login_callback = [] { return oauthbearer_token{}; };
    CHECK_THROWS_WITH(config.validate(), containing("two who give tokens"));
    config.clients.erase("enable.sasl.oauthbearer.unsecure.jwt");
    CHECK_NOTHROW(config.validate());
    config.producer["sasl.oauthbearer.method"] = "oidc";
    CHECK_THROWS_WITH(config.validate(), containing("two who give tokens"));
}

TEST_CASE("a callback that no client would ask is refused") {
    auto config = by_token();
    config.sasl_login_callback = [] { return oauthbearer_token{}; };
    config.clients["security.protocol"] = "SSL";
    CHECK_THROWS_WITH(config.validate(), containing("no client would ask it") && containing("SASL_SSL"));
}
