#pragma once

#include "json_document.hpp"

#include <streams/streams.hpp>

#include <string>

/// What is looked at of a value in topic `clickstream`.
struct click_members {
    std::string page;
    std::string action;
};

/// What somebody did: the value in topics `clickstream` and `vip_actions`, under the user's id. An object with `userid`,
/// `page`, `action`, and whatever else.
using click = json_document<click_members>;

/// A user: the value in topic `users`, under the user's id. Of an object with `user_id` and `level` the level matters.
struct user {
    std::string level;
};

template <>
struct streams::json_members<click_members> {
    static constexpr auto members =
        std::tuple{json_member{"page", &click_members::page}, json_member{"action", &click_members::action}};
};

template <>
struct streams::json_members<user> {
    static constexpr auto members = std::tuple{json_member{"level", &user::level}};
};
template <>
struct streams::serde<user> : streams::json<user> {};

/// Joins the clicks with the table of users, and copies those of users whose level is Platinum at that time.
[[nodiscard]] streams::topology vip_actions();
