#include "inventory/inventory.hpp"

namespace {

constexpr std::int64_t reorder_below = 10;

stock_level delivered(const movement& m, const stock_level& stock) { return {stock.pieces + m.pieces, stock.sold}; }
stock_level sold(const movement& m, const stock_level& stock) {
    return {stock.pieces - m.pieces, stock.sold + m.pieces};
}

} // namespace

streams::topology inventory() {
    streams::streams_builder builder;
    const auto deliveries = builder.stream<std::string, movement>("deliveries").group_by_key();
    const auto sales = builder.stream<std::string, movement>("sales").group_by_key();
    const auto levels = deliveries.cogroup(delivered)
                            .cogroup(sales, sold)
                            .aggregate([] { return stock_level(); }, streams::materialized{.name = "stock"})
                            .to_stream();
    levels.to("stock");
    levels.filter([](const stock_level& level) { return level.pieces < reorder_below; }).to("reorder");
    return builder.build();
}
