#include "catch.hpp"
#include "src/kafka/token_source.hpp"

#include <streams/core/clock.hpp>
#include <streams/core/error.hpp>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using kafka::token_source;

namespace {

oauthbearer_token living_for(std::chrono::milliseconds life) {
    return {.value = "t",
            .expires_at = std::chrono::sys_time<std::chrono::milliseconds>(
                std::chrono::milliseconds(system_clock().wall_ms()) + life)};
}

} // namespace

TEST_CASE("clients share a token, and ask for it one at a time") {
    int calls = 0; // unguarded
    std::atomic<int> inside{0};
    std::atomic<int> at_once{0};
    token_source source([&] {
        at_once = std::max<int>(at_once, ++inside);
        std::this_thread::yield();
        --inside;
        return living_for(std::chrono::hours(++calls));
    });
    std::vector<std::thread> clients;
    for (int i = 0; i < 8; ++i) clients.emplace_back([&] { CHECK(source.take().value == "t"); });
    for (auto& client : clients) client.join();
    CHECK(calls == 1);
    CHECK(at_once == 1);
}

TEST_CASE("a token that is half over is not handed on") {
    int calls = 0;
    token_source source([&] {
        ++calls;
        return living_for(1ms);
    });
    for (int i = 0; i < 3; ++i) {
        static_cast<void>(source.take());
        std::this_thread::sleep_for(2ms);
    }
    CHECK(calls == 3);
}

TEST_CASE("what the callback throws comes through, and the next call asks again") {
    int calls = 0;
    token_source source([&] {
        if (++calls == 1) throw std::runtime_error("away");
        return living_for(1h);
    });
    CHECK_THROWS_WITH(source.take(), "away");
    CHECK(source.take().value == "t");
}

TEST_CASE("a token that no broker takes is refused by a sentence without it") {
    for (auto [token, why] :
         {std::pair{living_for(1h), "the token is empty"}, std::pair{living_for(1h), "not printable ASCII"},
          std::pair{living_for(-5s), "has expired"}, std::pair{living_for(1h), "extension"}}) {
        token.value = why == std::string("the token is empty") ? "" : "s3cret";
        if (why == std::string("not printable ASCII")) token.value += '\x01';
        if (why == std::string("extension")) token.extensions["auth"] = "s3cret";
        token_source source([&] { return token; });
        CHECK_THROWS_WITH(source.take(), containing(why) && !containing("s3cret"));
    }
}

TEST_CASE("librdkafka is told of an end that lets it ask in time, though it looks once a second") {
    // It asks when four fifths of what it is told are over, and up to a second later.
    for (const std::int64_t life : {1'000, 2'000, 3'000, 5'000, 60'000, 3'600'000}) {
        const auto told = kafka::told_expiry_ms(1'000'000, 1'000'000 + life) - 1'000'000;
        CHECK(told > 0);
        CHECK(told <= life);
        if (life > 1'200) CHECK(told * 4 / 5 + 1'000 < life);
    }
    CHECK(kafka::told_expiry_ms(0, 3'600'000) == 3'600'000);
}
