#include "twelve_operators.hpp"

using namespace std::chrono_literals;

streams::topology shop() {
    streams::streams_builder builder;

    const auto customers = builder.table<std::string, shop_customer>("customers");
    const auto products = builder.global_table<std::string, shop_product>("products");
    const auto payments = builder.stream<std::string, shop_payment>("payments")
                              .filter([](const shop_payment& payment) { return payment.cents > 0; })
                              .select_key([](const shop_payment& payment) { return payment.order; });

    const auto orders = builder.stream<std::string, shop_order>("orders")
                            .filter([](const shop_order& order) { return order.status != "test"; })
                            .map_values([](shop_order order) {
                                if (order.coupon) order.cents -= order.cents / 10;
                                return order;
                            });

    const auto enriched = orders
                              .join(products, &shop_order::product,
                                    [](const shop_order& order, const shop_product& product) {
                                        return full_order{order, {}, product.title};
                                    })
                              .select_key([](const full_order& order) { return order.order.customer; })
                              .left_join(customers, [](full_order order, const shop_customer* customer) {
                                  if (customer) order.customer = *customer;
                                  return order;
                              });
    enriched.to("enriched-orders");

    enriched
        .map([](const std::string&, const full_order& order) {
            return std::pair(order.customer.region, order.order.cents);
        })
        .group_by_key()
        .windowed_by(streams::hopping{.size = 1h, .advance = 10min})
        .aggregate([] { return order_total{}; },
                   [](const std::string&, std::int64_t cents, order_total total) {
                       return order_total{total.orders + 1, total.cents + cents, std::move(total.coupons)};
                   })
        .suppress(streams::until_window_closes{})
        .to_stream()
        .to("region-totals");

    orders.select_key([](const shop_order& order) { return order.customer; })
        .group_by_key()
        .windowed_by(streams::session{30min})
        .count()
        .to_stream()
        .filter([](const auto&, const std::optional<std::int64_t>& count) { return count && *count > 3; })
        .to("busy-customers");

    orders.select_key([](const shop_order& order) { return order.id; })
        .left_join(
            payments,
            [](const shop_order& order, const shop_payment* payment) {
                return order_bill{order.id, order.cents, payment ? payment->cents : 0};
            },
            streams::join_windows{.before = 0s, .after = 1h, .grace = 5min})
        .to("bills");

    orders
        .flat_map([](const std::string&, const shop_order& order) {
            return std::vector{std::pair(order.status, order.id), std::pair(std::string("all"), order.id)};
        })
        .group_by_key()
        .count()
        .to_stream()
        .to("orders-by-status");

    return builder.build();
}
