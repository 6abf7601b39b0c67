#include "catch.hpp"
#include "server/http_client.hpp"

#include "src/server/http_listener.hpp"

#include <streams/core/error.hpp>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace streams;
using testing_support::http_client;
using testing_support::http_get;

namespace {

const host_info anywhere{"127.0.0.1", 0};

http_routes one_page() {
    return {{"/page", [] { return http_answer{.content = "what is here\n"}; }},
            {"/broken", []() -> http_answer { throw std::runtime_error("the page is torn"); }}};
}

} // namespace

TEST_CASE("a listener answers what is asked of its pages, and says what it has not") {
    const http_listener listener(anywhere, one_page(), machine());
    const auto page = http_get(listener.port(), "/page");
    CHECK(page.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(page.ends_with("\r\n\r\nwhat is here\n"));
    CHECK(page.find("Connection: close") != std::string::npos);
    CHECK(http_get(listener.port(), "/page", "HEAD").ends_with("\r\n\r\n"));

    const auto other = http_get(listener.port(), "/other");
    CHECK(other.starts_with("HTTP/1.1 404"));
    CHECK(other.ends_with("nothing is here; there is /broken /page\n"));
    CHECK(http_get(listener.port(), "/page", "POST").starts_with("HTTP/1.1 405"));
    const auto broken = http_get(listener.port(), "/broken");
    CHECK(broken.starts_with("HTTP/1.1 500"));
    CHECK(broken.ends_with("this cannot be answered: the page is torn\n"));
}

TEST_CASE("a port that somebody else listens on is an error with the remedy") {
    const http_listener first(anywhere, one_page(), machine());
    std::string message;
    try {
        const http_listener second({"127.0.0.1", first.port()}, one_page(), machine());
    } catch (const config_error& refusal) {
        message = refusal.what();
    }
    CHECK(message == "127.0.0.1:" + std::to_string(first.port()) +
                         " cannot be listened on: Address already in use; give another port, or end what has it");
    CHECK_THROWS_AS(http_listener({"no.such.host.invalid", 9464}, one_page(), machine()), config_error);
}

TEST_CASE("what is no request, or too large a one, is refused or cut off, and the next is answered") {
    const http_listener listener(anywhere, one_page(), machine());
    const auto answer_to = [&](const std::string& text) {
        http_client client(listener.port());
        client.send(text);
        return client.receive();
    };
    CHECK(answer_to("this is no request\r\n\r\n").starts_with("HTTP/1.1 400"));
    CHECK(answer_to(std::string("\0\xff\r\n\r\n", 6)).starts_with("HTTP/1.1 400"));
    CHECK_FALSE(answer_to("GET /" + std::string(9'000, 'x') + " HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 200"));
    CHECK_FALSE(
        answer_to("GET /page HTTP/1.1\r\nA: " + std::string(9'000, 'x') + "\r\n\r\n").starts_with("HTTP/1.1 200"));
    std::string many = "GET /page HTTP/1.1\r\n";
    for (int header = 0; header < 10'000; ++header) many += "A" + std::to_string(header) + ": x\r\n";
    CHECK_FALSE(answer_to(many + "\r\n").starts_with("HTTP/1.1 200"));
    CHECK(http_get(listener.port(), "/page").starts_with("HTTP/1.1 200"));
}

TEST_CASE("a client that sends a byte now and then is cut off") {
    const http_listener listener(anywhere, one_page(), machine(), {.workers = 1, .longest_ms = 300});
    http_client slow(listener.port());
    std::thread drip([&] {
        while (slow.send("G")) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    });
    CHECK(http_get(listener.port(), "/page").starts_with("HTTP/1.1 200")); // as soon as the worker is free
    drip.join();
}

TEST_CASE("more connections than there is room for are refused at once, and those that wait are answered") {
    std::atomic<bool> go_on{false};
    std::atomic<int> answering{0};
    const http_routes slow{{"/slow", [&] {
                                ++answering;
                                while (!go_on) std::this_thread::sleep_for(std::chrono::milliseconds(1));
                                return http_answer{.content = "done\n"};
                            }}};
    const http_listener listener(anywhere, slow, machine(), {.workers = 1, .connections = 2});
    http_client first(listener.port());
    first.send("GET /slow HTTP/1.1\r\n\r\n");
    while (answering == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    http_client second(listener.port());
    second.send("GET /slow HTTP/1.1\r\n\r\n");
    for (int more = 0; more < 50; ++more) {
        http_client third(listener.port());
        CHECK(third.receive().starts_with("HTTP/1.1 503"));
    }
    go_on = true;
    CHECK(first.receive().ends_with("done\n"));
    CHECK(second.receive().ends_with("done\n"));
}

TEST_CASE("of a thousand connections at once each is answered or refused, and the next is answered") {
    const http_listener listener(anywhere, one_page(), machine());
    std::vector<std::unique_ptr<http_client>> clients;
    for (int client = 0; client < 1'000; ++client) {
        clients.push_back(std::make_unique<http_client>(listener.port()));
        clients.back()->send("GET /page HTTP/1.1\r\n\r\n");
    }
    int answered = 0;
    for (const auto& client : clients) {
        const auto answer = client->receive();
        const bool refused = answer.starts_with("HTTP/1.1 503");
        CHECK((refused || answer.starts_with("HTTP/1.1 200")));
        if (!refused) ++answered;
    }
    CHECK(answered > 0);
    CHECK(http_get(listener.port(), "/page").starts_with("HTTP/1.1 200"));
}

TEST_CASE("a listener that ends cuts off who says nothing, and its port is free") {
    std::int32_t port = 0;
    {
        const http_listener listener(anywhere, one_page(), machine(), {.longest_ms = 3'600'000});
        port = listener.port();
        http_client silent(port);
        CHECK(http_get(port, "/page").starts_with("HTTP/1.1 200")); // so that the silent one is accepted
    }
    CHECK_FALSE(http_client(port).connected());
    const http_listener again({"127.0.0.1", port}, one_page(), machine());
    CHECK(http_get(port, "/page").starts_with("HTTP/1.1 200"));
}
