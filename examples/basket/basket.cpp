#include "basket/basket.hpp"

#include <optional>
#include <utility>

namespace {

std::pair<std::string, basket_line> by_basket(const basket_line& line) { return {line.basket, line}; }

basket_content with_line(const basket_line& line, basket_content to) {
    return {to.items + line.quantity, to.cents + line.quantity * line.cents};
}

std::optional<basket_content> without_line(const basket_line& line, basket_content from) {
    const basket_content left{from.items - line.quantity, from.cents - line.quantity * line.cents};
    return left.items == 0 ? std::nullopt : std::optional(left);
}

} // namespace

streams::topology basket() {
    streams::streams_builder builder;
    builder.table<std::string, basket_line>("basket_lines")
        .group_by(by_basket)
        .aggregate([] { return basket_content{}; }, with_line, without_line, streams::materialized{.name = "baskets"})
        .to_stream()
        .to("baskets");
    return builder.build();
}
