#include "captured_log.hpp"
#include "catch.hpp"
#include "loopback_socket.hpp"
#include "src/kafka/client.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <string>
#include <string_view>
#include <thread>

using namespace streams;
using namespace std::chrono_literals;
using namespace std::string_view_literals;
using streams::tests::captured_log;
using streams::tests::loopback_socket;

namespace {

enum class farewell { close, reset, plain_text, refusal };

/// TLS's alert that our certificate is of nobody whom the other side trusts.
constexpr std::string_view unknown_authority("\x15\x03\x03\x00\x02\x02\x30", 7);

/// Listens, takes what a client says first, and ends the connection: a broker, or a balancer before it, that goes down.
class breaking_listener {
public:
    explicit breaking_listener(farewell how) : how_(how), thread_([this] { run(); }) {}
    ~breaking_listener() {
        socket_.shut();
        thread_.join();
    }
    breaking_listener(const breaking_listener&) = delete;
    breaking_listener& operator=(const breaking_listener&) = delete;

    [[nodiscard]] std::string address() const { return socket_.address(); }
    [[nodiscard]] int broken() const { return broken_; }

private:
    void run() {
        for (int one = socket_.accept(); one >= 0; one = socket_.accept()) {
            std::array<char, 4096> said{};
            (void)!::read(one, said.data(), said.size());
            const auto answer = how_ == farewell::plain_text ? "HTTP/1.1 503 Service Unavailable\r\n\r\n"sv
                                : how_ == farewell::refusal  ? unknown_authority
                                                             : ""sv;
            (void)!::write(one, answer.data(), answer.size());
            if (how_ == farewell::refusal) {
                // Closed at once, the connection might be reset before the alert is read.
                ::shutdown(one, SHUT_WR);
                while (::read(one, said.data(), said.size()) > 0) continue;
            }
            const linger at_once{1, 0};
            if (how_ == farewell::reset) ::setsockopt(one, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
            ::close(one);
            ++broken_;
        }
    }

    farewell how_;
    loopback_socket socket_;
    std::atomic<int> broken_{0};
    std::thread thread_;
};

streams_config config_for(const std::string& address, const char* protocol) {
    streams_config config{.application_id = "app", .bootstrap_servers = address};
    config.clients["security.protocol"] = protocol;
    if (std::string_view(protocol).starts_with("SASL")) {
        config.clients["sasl.mechanism"] = "PLAIN";
        config.clients["sasl.username"] = "u";
        config.clients["sasl.password"] = "p";
    }
    return config;
}

} // namespace

TEST_CASE("a broker that goes away while a connection is made is an outage, whatever protocol was begun") {
    for (const char* protocol : {"PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"})
        for (const auto how : {farewell::close, farewell::reset, farewell::plain_text}) {
            captured_log log;
            INFO(protocol << ' ' << static_cast<int>(how));
            const breaking_listener listener(how);
            const auto clients = kafka::make_rdkafka_clients(config_for(listener.address(), protocol));
            const auto consumer = clients->make_consumer({.client_id = "c", .group_id = "app"});
            REQUIRE(consumer->subscribe(std::vector<std::string>{"topic"}).ok());
            const auto until = std::chrono::steady_clock::now() + 20s;
            while ((listener.broken() < 2 || log.lines().empty()) && std::chrono::steady_clock::now() < until)
                for (const auto& failure : consumer->poll(50ms, 100).errors) CHECK(failure.reason() == "");
            CHECK(listener.broken() >= 2);
            REQUIRE(log.lines().size() == 1);
            CHECK_THAT(log.lines()[0], containing("no Kafka broker can be reached") && containing("trying again"));
            consumer->close();
        }
}

TEST_CASE("a certificate of ours that is refused ends what consumer and admin do, with the remedy") {
    captured_log log;
    const breaking_listener listener(farewell::refusal);
    const auto clients = kafka::make_rdkafka_clients(config_for(listener.address(), "SSL"));
    const auto is_refused = [](const kafka::result& answer) {
        REQUIRE_FALSE(answer.ok());
        CHECK(answer.kind() == kafka::error_class::fatal);
        CHECK_THAT(answer.reason(), containing("unknown ca") && containing("ssl.keystore.location"));
    };
    const auto consumer = clients->make_consumer({.client_id = "c", .group_id = "app"});
    REQUIRE(consumer->subscribe(std::vector<std::string>{"topic"}).ok());
    std::vector<kafka::result> errors;
    for (const auto until = std::chrono::steady_clock::now() + 20s;
         errors.empty() && std::chrono::steady_clock::now() < until;)
        errors = consumer->poll(50ms, 100).errors;
    REQUIRE_FALSE(errors.empty());
    is_refused(errors[0]);
    consumer->close();

    // Before it was refused, a question may just have had no answer.
    const auto admin = clients->make_admin("a");
    const auto asked = [&](const auto& ask) {
        auto answer = ask();
        for (const auto until = std::chrono::steady_clock::now() + 20s;
             !answer && answer.kind() == kafka::error_class::retriable && std::chrono::steady_clock::now() < until;)
            answer = ask();
        return answer;
    };
    std::vector<std::string> topics;
    is_refused(asked([&] { return admin->list(topics, 1s); }));
    std::map<std::string, std::int32_t> partitions;
    is_refused(asked([&] { return admin->describe(std::vector<std::string>{"t"}, partitions, 1s); }));
}

TEST_CASE("a name that does not resolve is an outage") {
    captured_log log;
    const auto clients = kafka::make_rdkafka_clients(config_for("no-such-host.invalid:9092", "PLAINTEXT"));
    const auto consumer = clients->make_consumer({.client_id = "c", .group_id = "app"});
    REQUIRE(consumer->subscribe(std::vector<std::string>{"topic"}).ok());
    const auto until = std::chrono::steady_clock::now() + 20s;
    while (log.lines().empty() && std::chrono::steady_clock::now() < until)
        CHECK(consumer->poll(50ms, 100).errors.empty());
    REQUIRE(log.lines().size() == 1);
    CHECK_THAT(log.lines()[0], containing("no-such-host.invalid"));
}
