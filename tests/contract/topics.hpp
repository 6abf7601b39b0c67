#pragma once

#include "contract/environment.hpp"

#include <algorithm>

namespace contract {

namespace detail {

inline void topics_are_described(const environment& in) {
    const auto topic = in.make_topic("described", 3);
    const auto admin = in.admin();
    const std::vector<std::string> asked{topic, in.name("missing")};
    std::map<std::string, std::int32_t> found;
    REQUIRE(admin->describe(asked, found, in.patience()).ok());
    CHECK(found == std::map<std::string, std::int32_t>{{topic, 3}});
    const std::vector<kafka::new_topic> again{{.name = topic, .partitions = 3}};
    CHECK(admin->create(again, in.patience()).ok());
    std::vector<std::string> names;
    REQUIRE(admin->list(names, in.patience()).ok());
    CHECK(std::find(names.begin(), names.end(), topic) != names.end());
    const std::vector<std::string> gone{topic};
    REQUIRE(admin->remove(gone, in.patience()).ok());
    for (const auto until = in.now() + in.patience(); in.now() < until && !found.empty();) {
        found.clear();
        REQUIRE(admin->describe(asked, found, in.patience()).ok());
    }
    CHECK(found.empty());
}

inline void settings_in_force_are_told(const environment& in) {
    const auto own = in.make_topic("own", 1, {{"cleanup.policy", "compact"}, {"delete.retention.ms", "1234"}});
    const auto plain = in.make_topic("plain", 1, {{"retention.ms", "-1"}});
    const std::vector<std::string> asked{own, in.name("missing"), plain};
    std::map<std::string, std::map<std::string, std::string>> found;
    REQUIRE(in.admin()->describe_configs(asked, found, in.patience()).ok());
    REQUIRE(found.size() == 2);
    CHECK(found[own].at("cleanup.policy") == "compact");
    CHECK(found[own].at("delete.retention.ms") == "1234");
    CHECK(found[plain].at("cleanup.policy") == "delete");
    CHECK(found[plain].at("retention.ms") == "-1");
    CHECK(found[plain].at("delete.retention.ms") == "86400000");
    CHECK(found[plain].at("message.timestamp.type") == "CreateTime");
}

inline void what_an_admin_cannot_do_is_told(const environment& in) {
    const auto topic = in.make_topic("small", 1);
    write(*in.producer(), topic, {{"a", "1"}});
    const auto admin = in.admin();
    const std::vector<kafka::new_topic> bad{{.name = in.name("bad"), .config = {{"cleanup.policy", "sometimes"}}}};
    check_refused(admin->create(bad, in.patience()), kafka::error_class::fatal);
    const std::vector<std::string> missing{in.name("missing")};
    CHECK(admin->remove(missing, in.patience()).ok());
    const std::vector<std::pair<topic_partition, std::int64_t>> past{{{topic, 0}, 2}};
    CHECK_FALSE(admin->delete_records(past, in.patience()).ok());
    const std::vector<std::pair<topic_partition, std::int64_t>> all{{{topic, 0}, -1}};
    CHECK(admin->delete_records(all, in.patience()).ok());
    kafka::log_bounds bounds;
    const auto reader = in.reader();
    REQUIRE(reader->bounds({topic, 0}, bounds, in.patience()).ok());
    CHECK(bounds.begin == 1);
    CHECK(bounds.end == 1);
}

} // namespace detail

/// What an admin makes, tells and removes.
inline std::vector<contract_case> topic_cases() {
    return {
        {"topics are created once, described, listed and removed", detail::topics_are_described},
        {"the settings in force of topics are told, its own or the cluster's", detail::settings_in_force_are_told},
        {"what cannot be created or deleted is told, and removing what is not there is no failure",
         detail::what_an_admin_cannot_do_is_told},
    };
}

} // namespace contract
