#include "src/core/secret_settings.hpp"

#include <algorithm>
#include <iterator>

namespace streams::inline v0 {

namespace {

constexpr std::string_view names[] = {
    "sasl.jaas.config",
    "sasl.oauthbearer.assertion.private.key.passphrase",
    "sasl.oauthbearer.assertion.private.key.pem",
    "sasl.oauthbearer.client.credentials.client.secret",
    "sasl.oauthbearer.client.secret",
    "sasl.oauthbearer.config",
    "sasl.password",
    "sasl.username",
    "ssl.ca.pem",
    "ssl.certificate.pem",
    "ssl.key.password",
    "ssl.key.pem",
    "ssl.keystore.certificate.chain",
    "ssl.keystore.key",
    "ssl.keystore.password",
    "ssl.truststore.certificates",
    "ssl.truststore.password",
};

} // namespace

std::span<const std::string_view> secret_settings() noexcept { return names; }

bool is_secret(std::string_view name) noexcept {
    return std::any_of(std::begin(names), std::end(names), [&](std::string_view secret) {
        return name.ends_with(secret) && (name.size() == secret.size() || name[name.size() - secret.size() - 1] == '.');
    });
}

std::string_view shown(std::string_view name, std::string_view value) noexcept {
    return is_secret(name) ? "[hidden]" : value;
}

} // namespace streams::inline v0
