#include "rated_payments/rated_payments.hpp"

#include "rated_payments/rating_service.hpp"

#include <cstddef>
#include <memory>

using namespace std::chrono_literals;

streams::topology rated_payments() {
    constexpr std::size_t connections = 4;
    streams::streams_builder builder;
    builder.stream<std::string, card_payment>("card_payments")
        .map_values_async(
            [service = std::make_shared<rating_service>(connections)](
                const card_payment& payment, const streams::completion<rated_payment>& answer) {
                service->rate(payment.amount, [payment, answer](const std::string& risk) {
                    answer.set_value({payment.shop, payment.amount, risk});
                });
            },
            {.max_in_flight = 50, .timeout = 2s, .retry = {.times = 2}})
        .to("rated_payments");
    return builder.build();
}
