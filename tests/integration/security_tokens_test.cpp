#include "kafka/loopback_socket.hpp"
#include "secure_application.hpp"

#include <atomic>

using namespace streams;
using namespace streams::tests;

namespace {

std::string base64url(std::string_view text) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string out;
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : text) {
        bits = bits << 8 | static_cast<unsigned char>(c);
        for (held += 8; held >= 6; held -= 6) out += digits[bits >> (held - 6) & 63];
    }
    if (held > 0) out += digits[bits << (6 - held) & 63];
    return out;
}

/// A JWS that nobody has signed.
oauthbearer_token unsecured_token(const std::string& subject, std::chrono::milliseconds life) {
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const auto seconds = [](auto time) {
        return std::to_string(static_cast<double>(time.time_since_epoch().count()) / 1000);
    };
    return {.value = base64url(R"({"alg":"none"})") + '.' +
                     base64url("{\"sub\":\"" + subject + "\",\"iat\":" + seconds(now) +
                               ",\"exp\":" + seconds(now + life) + "}") +
                     '.',
            .expires_at = now + life,
            .principal_name = subject};
}

std::map<std::string, std::string> by_token() {
    return trusting({{"security.protocol", "SASL_SSL"}, {"sasl.mechanism", "OAUTHBEARER"}});
}

template <class Condition>
bool eventually(const Condition& condition) {
    const auto until = std::chrono::steady_clock::now() + 60s;
    while (!condition() && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(20ms);
    return condition();
}

/// Gives tokens of 3 s, and counts them.
class short_lived {
public:
    oauthbearer_token_callback callback() {
        return [this] {
            ++given_;
            return unsecured_token("alice", 3s);
        };
    }
    /// Waits until the clients have outlived `tokens` more.
    bool outlived(int tokens) const {
        return eventually([&, until = given_ + tokens] { return given_ >= until; });
    }

private:
    std::atomic<int> given_{0};
};

/// An identity provider, which gives everybody alice's token.
class token_endpoint {
public:
    token_endpoint() : thread_([this] { run(); }) {}
    ~token_endpoint() {
        socket_.shut();
        thread_.join();
    }
    token_endpoint(const token_endpoint&) = delete;
    token_endpoint& operator=(const token_endpoint&) = delete;

    [[nodiscard]] std::string url() const { return "http://" + socket_.address() + "/token"; }

private:
    void run() const {
        for (int one = socket_.accept(); one >= 0; one = socket_.accept()) {
            std::array<char, 4096> asked{};
            (void)!::read(one, asked.data(), asked.size());
            const auto body = "{\"access_token\":\"" + unsecured_token("alice", 1h).value +
                              "\",\"token_type\":\"Bearer\",\"expires_in\":3600}";
            const auto answer =
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body;
            (void)!::write(one, answer.data(), answer.size());
            ::close(one);
        }
    }

    loopback_socket socket_;
    std::thread thread_;
};

} // namespace

TEST_CASE("an application counts with tokens that its callback gives, and asks once for all its clients",
          "[.security]") {
    const captured_log log;
    secure_application t;
    auto with = by_token();
    with["debug"] = "security,broker,conf";
    auto config = t.through(listener("sasl"), with);
    config.guarantee = processing_guarantee::exactly_once_v2;
    int calls = 0; // one call at a time
    std::string given;
    config.sasl_login_callback = [&] {
        ++calls;
        const auto token = unsecured_token("alice", 1h);
        given = token.value;
        return token;
    };
    CHECK(t.failure_to_count(config) == "");
    CHECK(calls == 1);
    CHECK(log.text().find(given) == std::string::npos);
}

TEST_CASE("tokens of three seconds are renewed on applications that idle, are paused or only restore", "[.security]") {
    secure_application idling;
    secure_application paused;
    secure_application restoring;
    const auto config_of = [](const secure_application& t, short_lived& tokens) {
        auto config = t.through(listener("sasl"), by_token());
        config.clients["connections.max.idle.ms"] =
            "1000"; // what is not used for a while connects anew, with a new token
        config.sasl_login_callback = tokens.callback();
        return config;
    };
    short_lived first;
    CHECK(restoring.failure_to_count(config_of(restoring, first)) == "");
    kafka_streams(restoring.counting(), config_of(restoring, first)).clean_up();

    short_lived of_idling, of_paused, of_restoring;
    kafka_streams idle_app(idling.counting(), config_of(idling, of_idling));
    kafka_streams paused_app(paused.counting(), config_of(paused, of_paused));
    kafka_streams restoring_app(restoring.counting(), config_of(restoring, of_restoring));
    std::atomic<bool> hold{true};
    restoring_app.set_restore_listener({.on_restore_start = [&](const restore_progress&) {
        while (hold) std::this_thread::sleep_for(20ms);
    }});
    idle_app.start();
    paused_app.start();
    restoring_app.start();
    CHECK(eventually([&] { return idle_app.counts().processed == 3 && paused_app.counts().processed == 3; }));
    paused_app.pause();
    CHECK(of_idling.outlived(3));
    CHECK(of_paused.outlived(3));
    CHECK(of_restoring.outlived(1));
    for (auto* t : {&idling, &paused, &restoring}) t->write(3, 6, 0);
    hold = false;
    paused_app.resume();
    CHECK(eventually([&] { return idle_app.counts().processed == 6; }));
    CHECK(eventually([&] { return paused_app.counts().processed == 6; }));
    CHECK(eventually([&] { return restoring_app.counts().processed == 3; }));
    for (auto* app : {&idle_app, &paused_app, &restoring_app}) {
        CHECK(app->error() == "");
        CHECK(app->close(30s));
    }
}

TEST_CASE("a client that nobody polls has its token renewed all the same", "[.security]") {
    secure_application t;
    short_lived tokens;
    auto config = t.through(listener("sasl"), by_token());
    config.sasl_login_callback = tokens.callback();
    const auto clients = kafka::make_rdkafka_clients(config);
    const auto consumer = clients->make_consumer({.client_id = "restore", .restore = true});
    REQUIRE(consumer->assign(std::vector<position>{{t.part(0), 0}}).ok());
    CHECK(tokens.outlived(3));
    std::vector<seen_record> seen;
    CHECK(poll_until(*consumer, seen, [&] { return seen.size() == 3; }));
}

TEST_CASE("a callback that throws is a line of the log, and the application waits for the next token", "[.security]") {
    const captured_log log;
    secure_application t;
    auto config = t.through(listener("sasl"), by_token());
    std::atomic<int> calls{0};
    config.sasl_login_callback = [&]() -> oauthbearer_token {
        if (++calls < 3) throw std::runtime_error("the identity provider does not answer");
        return unsecured_token("alice", 1h);
    };
    CHECK(t.failure_to_count(config) == "");
    CHECK_THAT(log.text(), containing("no token to log in with from streams_config::sasl_login_callback: the identity "
                                      "provider does not answer; it is asked again within 10 s"));
}

TEST_CASE("a token that the broker refuses ends the application", "[.security]") {
    secure_application t;
    auto config = t.through(listener("sasl"), by_token());
    config.sasl_login_callback = [] {
        auto token = unsecured_token("alice", 1h);
        token.value = base64url(R"({"alg":"none"})") + '.' + base64url(R"({"sub":"alice"})") + '.';
        return token;
    };
    const auto why = t.failure_to_count(config);
    CHECK_THAT(why, containing(listener("sasl")) && containing("streams_config::sasl_login_callback"));
    CHECK(why.find(config.sasl_login_callback().value) == std::string::npos);
}

TEST_CASE("an application counts with tokens of an identity provider, or is told that librdkafka is built without",
          "[.security]") {
    const token_endpoint provider;
    secure_application t;
    auto with = by_token();
    with.insert({{"sasl.login.callback.handler.class",
                  "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler"},
                 {"sasl.oauthbearer.token.endpoint.url", provider.url()},
                 {"sasl.jaas.config", "OAuthBearerLoginModule required clientId='me' clientSecret='my-secret';"}});
    const auto config = t.through(listener("sasl"), with);
    std::array<char, 512> features{};
    auto size = features.size();
    const kafka::conf_ptr conf{rd_kafka_conf_new()};
    REQUIRE(rd_kafka_conf_get(conf.get(), "builtin.features", features.data(), &size) == RD_KAFKA_CONF_OK);
    const auto answer = t.failure_to_count(config);
    if (std::string_view(features.data()).find("oidc") != std::string_view::npos)
        CHECK(answer == "");
    else
        CHECK_THAT(answer, containing("libcurl") && containing("give streams_config::sasl_login_callback a function") &&
                               !containing("my-secret"));
}
