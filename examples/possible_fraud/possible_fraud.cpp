#include "possible_fraud/possible_fraud.hpp"

#include <utility>

using namespace std::chrono_literals;

streams::topology possible_fraud(std::function<void(const fraud_alert&)> found) {
    streams::streams_builder builder;
    builder.stream<std::string, payment>("authorization_attempts")
        .group_by_key()
        .windowed_by(streams::tumbling{.size = 5min, .grace = 1min})
        .count()
        .to_stream()
        .filter([](std::int64_t payments) { return payments > 3; })
        .map([](const streams::windowed<std::string>& card, std::int64_t payments) {
            return std::pair(card.key, fraud_alert{card.key, card.window.start, payments});
        })
        .peek([found = std::move(found)](const fraud_alert& alert) { found(alert); })
        .to("possible_fraud");
    return builder.build();
}
