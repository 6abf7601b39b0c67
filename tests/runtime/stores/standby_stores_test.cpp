#include "catch.hpp"
#include "runtime/stores/standby_instances.hpp"

#include <streams/dsl/streams_builder.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::call;
using testing_support::config_of;
using testing_support::count_topology;
using testing_support::eventually;
using testing_support::instance;
using testing_support::pair_of_instances;
using testing_support::partitions;
using testing_support::patience;
using testing_support::row_count;
using testing_support::world;
using text = std::string;

using counts_store = queryable_key_value_store<text, std::int64_t>;

TEST_CASE("a task falls to the instance that keeps its standby, which goes on without reading its changelog again") {
    const auto guarantee = GENERATE(processing_guarantee::at_least_once, processing_guarantee::exactly_once_v2);
    const bool persistent = GENERATE(false, true);
    pair_of_instances t(persistent, guarantee);
    t.put_all();
    REQUIRE(t.all_counted());
    REQUIRE(t.two->has_all_of(partitions));
    CHECK(t.two->followed() == row_count);
    t.two->forget_restored();
    CHECK(t.one->app().close(patience));
    REQUIRE(eventually([&] { return t.two->begins().size() == 1; }));
    REQUIRE(t.two->runs());
    const auto [begin, end] = t.two->begins().begin()->second;
    CHECK(begin == end);
    CHECK(t.two->restored() == 0);
    CHECK(t.two->suspended() == std::vector{standby_suspend_reason::promoted});
    t.put_all();
    REQUIRE(t.all_counted());
    CHECK(eventually([&] { return t.counts_are(2); }));
}

TEST_CASE("a standby that lags restores what it lacks when it is promoted, and no more") {
    const bool persistent = GENERATE(false, true);
    pair_of_instances t(persistent);
    t.put_all();
    REQUIRE(t.all_counted());
    REQUIRE(t.two->has_all_of(partitions));
    t.two->restoring().fail(call::poll, {kafka::error_class::retriable, "no leader"}, 1'000'000);
    const int polled = t.two->restoring().made(call::poll);
    REQUIRE(eventually([&] { return t.two->restoring().made(call::poll) > polled + 1; }));
    t.put_all();
    REQUIRE(t.all_counted());
    t.two->forget_restored();
    CHECK(t.one->app().close(patience));
    REQUIRE(eventually([&] { return t.two->begins().size() == 1; }));
    t.two->restoring().forget(call::poll);
    REQUIRE(t.two->runs());
    CHECK(t.two->restored() == row_count);
    t.put_all();
    REQUIRE(t.all_counted());
    CHECK(eventually([&] { return t.counts_are(3); }));
}

TEST_CASE("a standby is queried where stale stores will do, and every instance knows who keeps it") {
    world w(partitions);
    const auto counting = [] {
        streams_builder builder;
        builder.stream<text, text>("in").group_by_key().count(materialized{.name = "counts"});
        return builder.build();
    };
    const auto served = [&](const text& name) {
        auto config = config_of(w, name);
        config.application_server = name + ".local:80";
        return config;
    };
    instance one(w, served("one"), counting());
    instance two(w, served("two"), counting());
    REQUIRE(eventually([&] { return w.cluster.members("app") == 2; }));
    REQUIRE(one.has_all_of(partitions));
    REQUIRE(two.has_all_of(partitions));
    for (std::int32_t partition = 0; partition < partitions; ++partition)
        w.cluster.produce("in", "k" + std::to_string(partition), text("v"), {.timestamp = 1, .partition = partition});
    REQUIRE(eventually([&] { return w.committed("in", 0) == 1 && w.committed("in", 1) == 1; }));
    for (instance* const each : {&one, &two}) {
        REQUIRE(each->has_all_of(partitions));
        const auto stale = each->app().store<counts_store>("counts", {.stale = true});
        CHECK(stale.get("k0") == 1);
        CHECK(stale.get("k1") == 1);
        const auto active = each->app().store<counts_store>("counts");
        CHECK(active.get("k0").has_value() != active.get("k1").has_value());
    }
    const auto at = [](std::int32_t partition) { return [partition](const text&, std::int32_t) { return partition; }; };
    for (std::int32_t partition = 0; partition < partitions; ++partition) {
        const text key = "k" + std::to_string(partition);
        const auto place = one.app().query_metadata_for_key("counts", key, at(partition));
        REQUIRE(place);
        CHECK(place == two.app().query_metadata_for_key("counts", key, at(partition)));
        REQUIRE(place->standby_hosts.size() == 1);
        CHECK(*place->standby_hosts.begin() != place->active_host);
        auto& standby = place->standby_hosts.begin()->host == "one.local" ? one.app() : two.app();
        auto refused = standby.query("counts", key_query<text, std::int64_t>{key}, {.partitions = {partition}});
        REQUIRE(refused.partitions.at(partition).failure() != nullptr);
        CHECK(refused.partitions.at(partition).failure()->reason == failure_reason::not_active);
        CHECK(standby.query("counts", key_query<text, std::int64_t>{key}, {.partitions = {partition}, .stale = true})
                  .only() == 1);
    }
    for (const streams_metadata& each : one.app().metadata_for_all_streams_clients()) {
        CHECK(each.standby_state_store_names == std::set<text>{"counts"});
        CHECK(each.standby_topic_partitions.size() == 1);
        CHECK_FALSE(each.topic_partitions.contains(*each.standby_topic_partitions.begin()));
    }
}

TEST_CASE("an instance alone keeps no standbys, and one that joins gets its tasks from their changelogs") {
    world w(partitions);
    instance one(w, config_of(w, "one"), count_topology(false));
    REQUIRE(one.runs());
    w.cluster.produce("in", text("k"), text("v"), {.timestamp = 1, .partition = 1});
    w.cluster.produce("in", text("k"), text("v"), {.timestamp = 1, .partition = 0});
    REQUIRE(eventually([&] { return w.committed("in", 0) == 1 && w.committed("in", 1) == 1; }));
    CHECK(one.starts().empty());
    instance two(w, config_of(w, "two"), count_topology(false));
    REQUIRE(eventually([&] { return two.begins().size() == 1; }));
    REQUIRE(two.runs());
    CHECK(two.restored() == 1);
    CHECK(eventually([&] { return one.starts().size() == 1 && two.starts().size() == 1; }));
}

TEST_CASE("instances come and go, and no count is lost") {
    const auto guarantee = GENERATE(processing_guarantee::at_least_once, processing_guarantee::exactly_once_v2);
    pair_of_instances t(true, guarantee);
    t.put_all();
    REQUIRE(t.all_counted());
    auto three = t.make("three", true, guarantee);
    REQUIRE(eventually([&] { return t.w.cluster.members("app") == 3; }));
    REQUIRE(three->runs());
    t.put_all();
    REQUIRE(t.all_counted());
    CHECK(t.one->app().close(patience));
    t.put_all();
    REQUIRE(t.all_counted());
    CHECK(three->app().close(patience));
    t.put_all();
    REQUIRE(t.all_counted());
    CHECK(eventually([&] { return t.counts_are(4); }));
    CHECK(t.two->app().state() == application_state::running);
}

TEST_CASE("a standby whose changelog is cut off begins again with what is left, and tasks beside it go on") {
    const bool persistent = GENERATE(false, true);
    pair_of_instances t(persistent);
    t.two->restoring().fail(call::poll, {kafka::error_class::retriable, "no leader"}, 1'000'000);
    t.put_all();
    REQUIRE(t.all_counted());
    for (std::int32_t partition = 0; partition < partitions; ++partition)
        t.w.cluster.delete_records({"app-counts-changelog", partition}, row_count / 2);
    t.two->restoring().forget(call::poll);
    REQUIRE(t.two->has_all_of(partitions));
    CHECK(t.two->starts() == std::vector<std::int64_t>{0, row_count / 2});
    CHECK(t.two->suspended() == std::vector{standby_suspend_reason::migrated});
    CHECK(t.two->app().state() == application_state::running);
    t.put_all();
    CHECK(t.all_counted());
}

TEST_CASE("a refusal to read a changelog ends no application that only keeps a standby of it") {
    pair_of_instances t(false);
    t.two->restoring().fail(call::poll, {kafka::error_class::fatal, "not authorised"});
    const int polled = t.two->restoring().made(call::poll);
    REQUIRE(eventually([&] { return t.two->restoring().made(call::poll) > polled + 1; }));
    t.put_all();
    REQUIRE(t.all_counted());
    REQUIRE(t.two->has_all_of(partitions));
    CHECK(t.two->followed() == row_count);
    CHECK(t.two->app().state() == application_state::running);
}

TEST_CASE("the folder of a standby is not cleaned away, and one that nobody keeps is") {
    world w(partitions);
    const auto cleaning = [&](const text& name) {
        auto config = config_of(w, name);
        config.state_cleanup_delay = 20ms;
        return config;
    };
    instance one(w, cleaning("one"), count_topology(true));
    instance two(w, cleaning("two"), count_topology(true));
    REQUIRE(eventually([&] { return w.cluster.members("app") == 2; }));
    REQUIRE(two.has_all_of(partitions));
    REQUIRE(two.runs());
    const auto folder = [&](const text& task) { return w.config("two").state_dir / "app" / task; };
    std::filesystem::create_directories(folder("0_7") / "counts");
    REQUIRE(eventually([&] { return !std::filesystem::exists(folder("0_7")); }));
    CHECK(std::filesystem::exists(folder("0_0") / "counts"));
    CHECK(std::filesystem::exists(folder("0_1") / "counts"));
    CHECK(two.suspended().empty());
}

TEST_CASE("a standby is promoted behind a producer that was made anew, and what it writes is in its changelog") {
    const auto guarantee = processing_guarantee::exactly_once_v2;
    pair_of_instances t(true, guarantee);
    t.put_all();
    REQUIRE(t.all_counted());
    REQUIRE(t.two->has_all_of(partitions));
    const int producers = t.two->plan().made(call::make_producer);
    t.two->plan().fail(call::send_offsets, {kafka::error_class::fenced, "another generation"});
    t.put_all();
    REQUIRE(eventually([&] { return t.two->plan().made(call::make_producer) > producers; }));
    REQUIRE(t.all_counted());
    REQUIRE(t.two->has_all_of(partitions));
    CHECK(t.one->app().close(patience));
    REQUIRE(eventually([&] { return t.w.cluster.members("app") == 1; }));
    t.put_all();
    REQUIRE(t.all_counted());
    CHECK(t.two->app().close(patience));
    auto three = t.make("three", true, guarantee);
    REQUIRE(three->runs());
    t.put_all();
    REQUIRE(t.all_counted());
    CHECK(eventually([&] { return t.counts_are(4); }));
}

TEST_CASE("stores of all kinds go on where their standbys are") {
    world w(partitions);
    const auto counting = [] {
        streams_builder builder;
        const auto grouped = builder.stream<text, text>("in").group_by_key();
        const auto write = [](const auto& counts, const text& prefix) {
            counts.to_stream()
                .map([prefix](const auto& key, const std::optional<std::int64_t>& count) {
                    return std::pair(prefix + key.key, std::to_string(count.value_or(0)));
                })
                .to("out");
        };
        write(grouped.windowed_by(tumbling{1min}).count(materialized{.name = "windows"}), "window-");
        write(grouped.windowed_by(session{1min}).count(materialized{.name = "sessions"}), "session-");
        return builder.build();
    };
    auto one = std::make_unique<instance>(w, config_of(w, "one"), counting());
    instance two(w, config_of(w, "two"), counting());
    REQUIRE(eventually([&] { return w.cluster.members("app") == 2; }));
    REQUIRE(two.has_all_of(2 * partitions));
    const auto put = [&](std::int64_t records) {
        for (std::int32_t partition = 0; partition < partitions; ++partition)
            w.cluster.produce("in", "k" + std::to_string(partition), text("v"),
                              {.timestamp = 1, .partition = partition});
        return eventually([&] { return w.committed("in", 0) == records && w.committed("in", 1) == records; });
    };
    REQUIRE(put(1));
    REQUIRE(two.has_all_of(2 * partitions));
    two.forget_restored();
    one.reset();
    REQUIRE(eventually([&] { return two.begins().size() == 2; }));
    REQUIRE(two.runs());
    CHECK(two.restored() == 0);
    REQUIRE(put(2));
    CHECK(eventually([&] {
        const auto counts = w.counts();
        return counts == std::map<text, int>{{"window-k0", 2}, {"window-k1", 2}, {"session-k0", 2}, {"session-k1", 2}};
    }));
}
