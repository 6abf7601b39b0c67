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

std::optional<stock_level> stock_of(const streams::kafka_streams& app, const std::string& product) {
    return app.store<streams::queryable_key_value_store<std::string, stock_level>>("stock").get(product);
}

std::string answer_stock(const streams::kafka_streams& app, const std::string& product) {
    const auto level = stock_of(app, product);
    if (!level) return "none";
    streams::bytes json;
    streams::serde<stock_level>::serialize(*level, json);
    return std::string(json.text());
}
