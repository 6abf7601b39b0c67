#include "catch.hpp"
#include "runtime/topologies.hpp"
#include "src/testing/simulation/topic_faults.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string>

using namespace streams;
using simulated::application_topics;
using simulated::seeded_scheduler;
using simulated::topic_faults;
using simulated::topic_history;

namespace {

const std::string changelog = "app-counts-changelog";

/// The topics of an application that counts, as the group has committed two records of them.
class topics_under_test {
public:
    topics_under_test() {
        for (const auto& name : {std::string("in"), std::string("out"), changelog})
            static_cast<void>(cluster->create_topic(name, 1, {}));
        const std::array committed{kafka::committed_offset{{"in", 0}, 2}};
        REQUIRE(cluster->group_of("app")->commit({.group_id = "app"}, committed).ok());
    }
    void append(const std::string& topic, const std::string& key, std::optional<std::string> value) const {
        const auto view = value ? std::optional(bytes_view(std::string_view(*value))) : std::nullopt;
        cluster->find_log({topic, 0})
            ->append({.timestamp = 1, .key = bytes_view(std::string_view(key)), .value = view, .headers = nullptr});
    }
    std::int64_t begin(const std::string& topic) const { return cluster->find_log({topic, 0})->start(); }

    seeded_scheduler scheduler{1, {}};
    std::shared_ptr<embedded::cluster> cluster =
        std::make_shared<embedded::cluster>(embedded::cluster_options{}, scheduler);
    topic_history history;
    topic_faults faults{*cluster, {testing_support::count_topology(true), "app"}, history, scheduler};
};

} // namespace

TEST_CASE("topics of an application are told apart by what may be deleted of them") {
    topology t = testing_support::count_topology(true);
    t.add_repartition_topic({.name = "between-repartition"});
    t.add_sink<std::string, std::string>("regroup", "between-repartition", {"source"});
    t.add_source<std::string, std::string>("regrouped", "between-repartition");
    const application_topics topics(t, "app");
    CHECK(topics.changelogs == std::vector<std::string>{changelog});
    CHECK(topics.source_changelogs.empty());
    CHECK(topics.repartition == std::vector<std::string>{"app-between-repartition"});
    CHECK(topics.inputs == std::vector<std::string>{"in"});
}

TEST_CASE("a changelog that is truncated begins with the first record that is still needed") {
    topics_under_test t;
    t.append(changelog, "a", "1");
    t.append(changelog, "b", "1");
    t.append(changelog, "b", std::nullopt);
    t.append(changelog, "a", "2");
    t.append(changelog, "c", "1");
    t.faults.truncate();
    CHECK(t.begin(changelog) == 3);
    CHECK(t.faults.superseded_deleted());
    CHECK(t.history.of({changelog, 0}).size() == 5);
    t.append(changelog, "a", std::nullopt);
    t.append(changelog, "c", std::nullopt);
    t.faults.truncate();
    CHECK(t.begin(changelog) == 7);
}

TEST_CASE("records of an input that are deleted are marked where the group has not committed them") {
    topics_under_test t;
    for (int record = 0; record < 50; ++record) t.append("in", "k", "v");
    while (t.begin("in") <= 2) t.faults.delete_input();
    const std::int64_t begin = t.begin("in");
    for (const auto& each : t.history.of({"in", 0})) CHECK(each.unread == (2 <= each.offset && each.offset < begin));
}

TEST_CASE("partitions of one broker of three have no leader until it is back") {
    topics_under_test t;
    CHECK(t.faults.has_leader({"in", 0}));
    t.faults.move_leaders(t.scheduler.steady_ms() + 100);
    int led = 0;
    for (const std::int32_t partition : {0, 1, 2}) led += t.faults.has_leader({"in", partition}) ? 1 : 0;
    CHECK(led == 2);
    t.faults.calm_down();
    for (const std::int32_t partition : {0, 1, 2}) CHECK(t.faults.has_leader({"in", partition}));
}

TEST_CASE("an input that is removed or widened asks for the end of the application, with its name in the reason") {
    topics_under_test removed;
    CHECK_FALSE(removed.faults.end_application());
    removed.faults.remove_input();
    CHECK(removed.faults.end_application());
    CHECK(removed.faults.explain("input cannot be read: topic in does not exist; create it first"));
    CHECK_FALSE(removed.faults.explain("the disk is full"));
    topics_under_test widened;
    widened.faults.widen_input();
    CHECK(widened.faults.explain("internal topic x has 1 partition, but the inputs ask for 2"));
    CHECK_FALSE(widened.faults.explain("topic in does not exist"));
}
