#include "vip_actions/vip_actions.hpp"

namespace {

/// A click and the level of who made it; empty: an unknown user.
struct levelled_click {
    click action;
    std::string level;
};

levelled_click with_level(const click& action, const user* who) { return {action, who ? who->level : ""}; }

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
