#pragma once

#include <streams/json/json.hpp>
#include <streams/streams.hpp>

#include <cstdint>
#include <string>

/// Somebody looked at a page: the value in topic `page_views`, under the user's id.
struct page_view {
    std::string page;
};

/// Where a user lives: the value in topic `user_regions`, under the user's id.
struct user_region {
    std::string region;
};

/// A busy time of a region: the value in topic `page_views_by_region`, under `REGION@START`, START in ms.
struct region_session {
    std::string region;
    std::int64_t start = 0; ///< ms since the epoch: the first view
    std::int64_t end = 0;   ///< the last one
    std::int64_t views = 0;

    friend bool operator==(const region_session&, const region_session&) = default;
};

template <>
struct streams::json_members<page_view> {
    static constexpr auto members = std::tuple{json_member{"page", &page_view::page}};
};
template <>
struct streams::serde<page_view> : streams::json<page_view> {};

template <>
struct streams::json_members<user_region> {
    static constexpr auto members = std::tuple{json_member{"region", &user_region::region}};
};
template <>
struct streams::serde<user_region> : streams::json<user_region> {};

template <>
struct streams::json_members<region_session> {
    static constexpr auto members =
        std::tuple{json_member{"region", &region_session::region}, json_member{"start", &region_session::start},
                   json_member{"end", &region_session::end}, json_member{"views", &region_session::views}};
};
template <>
struct streams::serde<region_session> : streams::json<region_session> {};

/// Counts the views of each region in sessions, which end where nobody looks at a page for five minutes. A session that
/// grows is written again under its start; one that a late view joins to an earlier one is deleted.
[[nodiscard]] streams::topology page_views_by_region();
