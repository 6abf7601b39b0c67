#include "sales_per_day/sales_per_day.hpp"

#include <utility>

using namespace std::chrono_literals;

namespace {

day_of_sales add(const receipt& sold, day_of_sales so_far) {
    ++so_far.sales;
    so_far.cents += sold.cents;
    return so_far;
}

std::pair<std::string, day_of_sales> as_row(const streams::windowed<std::string>& key, const day_of_sales& sums) {
    const auto [start, end] = key.window;
    return {key.key + '@' + std::to_string(start), {key.key, start, end, sums.sales, sums.cents}};
}

} // namespace

streams::topology sales_per_day() {
    streams::streams_builder builder;
    builder.stream<std::string, receipt>("receipts")
        .group_by_key()
        .windowed_by(streams::calendar_days{"Europe/Berlin", 1h})
        .aggregate([] { return day_of_sales(); }, add, streams::materialized{.name = "days"})
        .to_stream()
        .map(as_row)
        .to("sales_per_day");
    return builder.build();
}
