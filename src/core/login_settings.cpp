#include "src/core/login_settings.hpp"

#include <streams/core/error.hpp>

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

namespace streams::inline v0 {

namespace {

bool says(const client_settings& settings, const char* name, std::string_view value) {
    const auto given = settings.find(name);
    return given != settings.end() && std::ranges::equal(given->second, value, [](unsigned char a, unsigned char b) {
               return std::tolower(a) == std::tolower(b);
           });
}

} // namespace

bool logs_in_with_tokens(const client_settings& settings) {
    return says(settings, "sasl.mechanism", "OAUTHBEARER") &&
           (says(settings, "security.protocol", "SASL_SSL") || says(settings, "security.protocol", "SASL_PLAINTEXT"));
}

void check_login(const client_settings& settings, bool by_callback) {
    if (!logs_in_with_tokens(settings)) return;
    const bool by_provider = says(settings, "sasl.oauthbearer.method", "oidc");
    const bool unsecured = says(settings, "enable.sasl.oauthbearer.unsecure.jwt", "true");
    if (!by_callback && !by_provider && !unsecured)
        throw config_error(
            "sasl.mechanism is OAUTHBEARER, but nobody gives tokens; give streams_config::sasl_login_callback "
            "a function, or set sasl.oauthbearer.method=oidc, sasl.oauthbearer.token.endpoint.url, "
            "sasl.oauthbearer.client.id and sasl.oauthbearer.client.secret");
    if (by_callback && (by_provider || unsecured))
        throw config_error(concat("there are two who give tokens, streams_config::sasl_login_callback and ",
                                  by_provider ? "sasl.oauthbearer.method=oidc" : "enable.sasl.oauthbearer.unsecure.jwt",
                                  "; remove one of them"));
}

} // namespace streams::inline v0
