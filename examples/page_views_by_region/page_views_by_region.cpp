#include "page_views_by_region/page_views_by_region.hpp"

#include <optional>
#include <utility>

using namespace std::chrono_literals;

namespace {

using session_key = streams::session_windowed<std::string>;
using row = std::pair<std::string, std::optional<region_session>>;

row as_row(const session_key& key, const std::optional<std::int64_t>& views) {
    const auto [start, end] = key.window;
    std::optional<region_session> session;
    if (views) session = region_session{key.key, start, end, *views};
    return {key.key + '@' + std::to_string(start), std::move(session)};
}

} // namespace

streams::topology page_views_by_region() {
    streams::streams_builder builder;
    const auto regions = builder.table<std::string, user_region>("user_regions");
    builder.stream<std::string, page_view>("page_views")
        .join(regions, [](const page_view&, const user_region& user) { return user.region; })
        .group_by([](const std::string& region) { return region; }, streams::grouped{"views-by-region"})
        .windowed_by(streams::session{.gap = 5min, .grace = 1min})
        .count(streams::materialized{.name = "sessions"})
        .to_stream()
        .map(as_row)
        .to("page_views_by_region");
    return builder.build();
}
