#pragma once

#include <streams/json/json.hpp>
#include <streams/streams.hpp>

#include <string>

/// What somebody did: the value in topic `clickstream`, under the user's id.
struct click {
    std::string page;
    std::string action;
};

/// A user: the value in topic `users`, under the user's id.
struct user {
    std::string name;
    std::string level;
};

/// What a Platinum user did: the value in topic `vip_actions`, under the user's id.
struct vip_action {
    std::string user;
    std::string page;
    std::string action;

    friend bool operator==(const vip_action&, const vip_action&) = default;
};

template <>
struct streams::json_members<click> {
    static constexpr auto members =
        std::tuple{json_member{"page", &click::page}, json_member{"action", &click::action}};
};
template <>
struct streams::serde<click> : streams::json<click> {};

template <>
struct streams::json_members<user> {
    static constexpr auto members = std::tuple{json_member{"name", &user::name}, json_member{"level", &user::level}};
};
template <>
struct streams::serde<user> : streams::json<user> {};

template <>
struct streams::json_members<vip_action> {
    static constexpr auto members =
        std::tuple{json_member{"user", &vip_action::user}, json_member{"page", &vip_action::page},
                   json_member{"action", &vip_action::action}};
};
template <>
struct streams::serde<vip_action> : streams::json<vip_action> {};

/// Joins the clicks with the table of users, and keeps those of users whose level is Platinum at that time.
[[nodiscard]] streams::topology vip_actions();
