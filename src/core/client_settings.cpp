#include "src/core/client_settings.hpp"

#include "src/core/jaas_line.hpp"
#include "src/core/memory_limits.hpp"
#include "src/core/pem.hpp"
#include "src/core/property.hpp"

#include <streams/core/log.hpp>

#include <algorithm>
#include <cctype>

namespace streams::inline v0 {

namespace {

using config_names::treatment;

std::string in_lower_case(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
    return lower;
}

/// Translates the settings of one client, whose names come in Java's groups: location, type and password of a store.
class translation {
public:
    translation(const client_settings& given, config_names::client client, std::string_view prefix)
        : given_(given), client_(client), prefix_(prefix) {}

    client_settings run() {
        for (const auto& [name, value] : given_) take(name, value);
        key_store();
        trust_store();
        return std::move(result_);
    }

private:
    void take(const std::string& name, const std::string& value) {
        const auto* row = config_names::find(name, client_);
        if (!row) refuse_unknown(name);
        switch (row->treated) {
        case treatment::pass:
            put(name, value);
            break;
        case treatment::rename:
            put(row->text, value);
            break;
        case treatment::translate:
            translate(name, value);
            break;
        case treatment::ignore:
            log(log_level::warn, concat(prefix_, name, " has no effect here: ", row->text));
            break;
        case treatment::refuse:
            throw config_error(concat(prefix_, name, " ", row->text));
        }
    }

    void put(std::string_view name, const std::string& value) {
        result_[std::string(name)] = name.ends_with(".pem") ? pem_in_lines(value) : value;
    }

    [[noreturn]] void refuse_unknown(const std::string& name) const {
        if (config_names::find(name, config_names::every)) {
            const bool producer_setting = config_names::find(name, config_names::producer) != nullptr;
            throw config_error(concat(prefix_, name, " does not exist: it is a setting of ",
                                      producer_setting ? "producers; use producer." : "consumers; use consumer.",
                                      name));
        }
        const auto nearest = config_names::nearest(name, client_);
        if (nearest.empty()) throw config_error(concat(prefix_, name, " is no known setting; remove it"));
        throw config_error(concat(prefix_, name, " is no known setting; the nearest is ", prefix_, nearest));
    }

    void translate(const std::string& name, const std::string& value) {
        if (name == "buffer.memory") {
            const auto kilobytes = property{name, value}.number(0) / static_cast<std::int64_t>(memory::kib);
            result_["queue.buffering.max.kbytes"] = std::to_string(std::max<std::int64_t>(kilobytes, 1));
        } else if (name == "ssl.endpoint.identification.algorithm") {
            result_[name] = value.empty() ? "none" : value;
        } else if (name == "enable.auto.commit") {
            if (value != "false")
                throw config_error(concat(prefix_, name,
                                          " is always false, because the library commits; remove it, "
                                          "and see commit.interval.ms"));
        } else if (name == "sasl.jaas.config") {
            login(value);
        } else if (name == "sasl.login.callback.handler.class") {
            if (!value.ends_with("OAuthBearerLoginCallbackHandler"))
                throw config_error(concat(prefix_, name,
                                          " names a Java class that is not Kafka's own; remove it, and give "
                                          "streams_config::sasl_login_callback a function"));
            result_["sasl.oauthbearer.method"] = "oidc";
        }
        // The names of the stores are read together, in the end.
    }

    void login(const std::string& text) {
        const auto line = jaas_line::parse(text);
        if (line.module.ends_with("PlainLoginModule") || line.module.ends_with("ScramLoginModule")) {
            for (const auto* option : {"username", "password"}) {
                const auto given = line.options.find(option);
                if (given == line.options.end())
                    throw config_error(
                        concat(prefix_, "sasl.jaas.config has no ", option, "=\"...\"; add it, or use sasl.", option));
                result_[concat("sasl.", option)] = given->second;
            }
        } else if (line.module.ends_with("OAuthBearerLoginModule")) {
            token_login(line);
        } else {
            const bool kerberos = line.module.ends_with("Krb5LoginModule");
            throw config_error(concat(prefix_, "sasl.jaas.config names a login module that only Java has; use ",
                                      kerberos ? "sasl.kerberos.keytab and sasl.kerberos.principal"
                                               : "sasl.username and sasl.password, or the sasl.oauthbearer.* names"));
        }
    }

    /// The options of KIP-768. None is needed: tokens may come from elsewhere.
    void token_login(const jaas_line& line) {
        for (const auto& [option, value] : line.options) {
            const auto name = option == "clientId"       ? "sasl.oauthbearer.client.id"
                              : option == "clientSecret" ? "sasl.oauthbearer.client.secret"
                              : option == "scope"        ? "sasl.oauthbearer.scope"
                                                         : "";
            if (*name == '\0')
                throw config_error(concat(prefix_,
                                          "sasl.jaas.config has other options of OAuthBearerLoginModule than clientId, "
                                          "clientSecret and scope, which only Java reads; give "
                                          "streams_config::sasl_login_callback a function"));
            result_[name] = value;
        }
    }

    [[nodiscard]] std::string_view text_of(const char* name) const {
        const auto at = given_.find(name);
        return at == given_.end() ? std::string_view() : std::string_view(at->second);
    }

    /// PEM, PKCS12 or JKS, as said or by the file's name; empty: unknown.
    [[nodiscard]] static std::string store_type(std::string_view said, std::string_view location) {
        if (!said.empty()) return in_lower_case(said);
        const auto file = in_lower_case(location);
        if (file.ends_with(".pem") || file.ends_with(".crt")) return "pem";
        return file.ends_with(".jks") ? "jks" : "";
    }

    void key_store() {
        const auto location = text_of("ssl.keystore.location");
        const auto password = text_of("ssl.keystore.password");
        if (location.empty()) return;
        const auto type = store_type(text_of("ssl.keystore.type"), location);
        if (type == "pem") {
            // In Java one file holds the key and the certificates.
            result_["ssl.certificate.location"] = location;
            result_["ssl.key.location"] = location;
        } else if (type == "pkcs12" || type.empty()) {
            result_["ssl.keystore.location"] = location;
            if (!password.empty()) result_["ssl.keystore.password"] = password;
        } else {
            throw config_error(
                concat(prefix_, "ssl.keystore.location is a ", type,
                       " key store, which only Java reads; convert it to PKCS12 and set ssl.keystore.type, "
                       "or to PEM and set ssl.certificate.location and ssl.key.location"));
        }
    }

    void trust_store() {
        const auto location = text_of("ssl.truststore.location");
        if (location.empty()) return;
        if (store_type(text_of("ssl.truststore.type"), location) != "pem")
            throw config_error(concat(prefix_,
                                      "ssl.truststore.location is not said to be of type PEM, the only one read "
                                      "here; convert it to a PEM file and set ssl.ca.location to that"));
        result_["ssl.ca.location"] = location;
    }

    const client_settings& given_;
    config_names::client client_;
    std::string_view prefix_;
    client_settings result_;
};

} // namespace

client_settings to_rdkafka(const client_settings& given, config_names::client client, std::string_view prefix) {
    return translation(given, client, prefix).run();
}

} // namespace streams::inline v0
