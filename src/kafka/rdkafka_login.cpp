#include "src/kafka/rdkafka_login.hpp"

#include "src/kafka/rdkafka_client.hpp"

#include <streams/core/clock.hpp>
#include <streams/core/error.hpp>

#include <array>
#include <exception>
#include <vector>

namespace streams::inline v0::kafka {

namespace {

void refresh_callback(rd_kafka_t* client, const char*, void* opaque) {
    static_cast<client_events*>(opaque)->login().refresh(client);
}

/// Throws streams_error where librdkafka refuses it; its own words would have the token inside.
void hand_over(rd_kafka_t* client, const oauthbearer_token& token) {
    std::vector<const char*> extensions;
    for (const auto& [name, value] : token.extensions) {
        extensions.push_back(name.c_str());
        extensions.push_back(value.c_str());
    }
    std::array<char, 512> why{};
    const auto expiry = told_expiry_ms(system_clock().wall_ms(), token.expires_at.time_since_epoch().count());
    const auto error = rd_kafka_oauthbearer_set_token(client, token.value.c_str(), expiry, token.principal_name.c_str(),
                                                      extensions.data(), extensions.size(), why.data(), why.size());
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
        throw streams_error(concat("librdkafka refuses the token: ", rd_kafka_err2str(error)));
}

} // namespace

void rdkafka_login::prepare(rd_kafka_conf_t* conf) {
    rd_kafka_conf_set_oauthbearer_token_refresh_cb(conf, refresh_callback);
    rd_kafka_conf_enable_sasl_queue(conf, 1);
}

void rdkafka_login::start(rd_kafka_t* client) {
    const error_ptr refused{rd_kafka_sasl_background_callbacks_enable(client)};
    if (refused) give_up(client, rd_kafka_error_string(refused.get()));
}

void rdkafka_login::refresh(rd_kafka_t* client) noexcept {
    try {
        if (const auto why = failure_to_refresh(client); !why.empty()) give_up(client, why);
    } catch (const std::exception& failed) { // there is no memory to say more
        rd_kafka_oauthbearer_set_token_failure(client, failed.what());
    }
}

/// Empty: there was none.
std::string rdkafka_login::failure_to_refresh(rd_kafka_t* client) {
    try {
        const auto token = tokens_.take();
        hand_over(client, token);
        expires_at_ms_ = token.expires_at.time_since_epoch().count();
        return {};
    } catch (const std::exception& failed) {
        return *failed.what() == '\0' ? "no reason is given" : failed.what();
    } catch (...) {
        return "what it threw is no std::exception";
    }
}

void rdkafka_login::give_up(rd_kafka_t* client, const std::string& why) {
    outages_.line(log_level::warn, concat("no token to log in with from streams_config::sasl_login_callback: ", why,
                                          "; it is asked again within 10 s"));
    rd_kafka_oauthbearer_set_token_failure(client, why.c_str());
}

bool rdkafka_login::has_expired() const noexcept {
    const auto expires_at_ms = expires_at_ms_.load();
    return expires_at_ms != 0 && expires_at_ms <= system_clock().wall_ms();
}

} // namespace streams::inline v0::kafka
