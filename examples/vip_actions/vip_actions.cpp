#include "vip_actions/vip_actions.hpp"

#include <utility>

namespace {

/// A click and the level of who made it; empty: an unknown user.
struct levelled_click {
    vip_action action;
    std::string level;
};

levelled_click with_level(const click& c, const user* who) {
    if (!who) return {{"", c.page, c.action}, ""};
    return {{who->name, c.page, c.action}, who->level};
}

} // namespace

streams::topology vip_actions() {
    streams::streams_builder builder;
    const auto users = builder.table<std::string, user>("users");
    builder.stream<std::string, click>("clickstream")
        .left_join(users, with_level)
        .filter([](const levelled_click& c) { return c.level == "Platinum"; })
        .map_values([](const levelled_click& c) { return c.action; })
        .to("vip_actions");
    return builder.build();
}
