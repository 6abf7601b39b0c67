#include "catch.hpp"
#include "kafka/captured_log.hpp"
#include "runtime/messages.hpp"
#include "runtime/world.hpp"

#include "src/runtime/thread/group_division.hpp"

#include <streams/serde/standard.hpp>

#include <algorithm>
#include <string>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::eventually;
using testing_support::patience;
using testing_support::says;
using testing_support::world;

namespace {

using names = std::vector<std::string>;

/// Reads them in one sub-topology.
topology merging(const names& topics) {
    topology t;
    for (const auto& topic : topics) t.add_source<std::string, std::string>("from-" + topic, topic);
    names sources;
    for (const auto& topic : topics) sources.push_back("from-" + topic);
    t.add_sink<std::string, std::string>("sink", "out", sources);
    return t;
}

topology matching(const std::string& pattern, const names& existing) {
    topology t;
    t.add_node({.kind = node_kind::source,
                .name = "source",
                .make = [] { return std::unique_ptr<node>(); },
                .pattern = pattern});
    return t.with_topics(existing, "app");
}

group_division division(const topology& t, const topic_layout& layout,
                        const std::vector<kafka::group_member>& members) {
    return division_of(t, "app", layout, *make_range_assignor(t, "app"), members);
}

std::ptrdiff_t lines_with(const tests::captured_log& log, std::string_view part) {
    return std::ranges::count_if(log.lines(), [&](const auto& line) { return says(line, part); });
}

} // namespace

TEST_CASE("a group of one topology is not divided, nor one that has given a partition to a member without another") {
    const topology t = merging({"a", "b"});
    const topic_layout layout{{{"a", 2}, {"b", 1}}, {{0, 2}}};
    const auto found = division(
        t, layout,
        {{"one", {{"a", 0}, {"b", 0}}, {"a", "b"}}, {"two", {{"a", 1}}, {"b", "a"}}, {"three", {}, {"a", "b"}}});
    CHECK(found.strangers.empty());
    CHECK(found.unread.empty());
}

TEST_CASE("members with other topics divide a group, and what is read by none of this topology is named") {
    const topology t = merging({"a", "b"});
    const topic_layout layout{{{"a", 2}, {"b", 2}}, {{0, 2}}};
    const auto found =
        division(t, layout,
                 {{"ours", {{"a", 0}, {"b", 0}, {"b", 1}}, {"a", "b"}}, {"theirs", {{"a", 1}, {"c", 0}}, {"a", "c"}}});
    CHECK(found.strangers == names{"theirs"});
    CHECK(found.others == names{"c"});
    CHECK(found.missing == names{"b"});
    CHECK(found.unread == std::vector<topic_partition>{{"a", 1}, {"b", 1}}); // b-1 is ours, and of a task that is not
}

TEST_CASE("partitions that were given to nobody are named, and members whose topics are not known are no strangers") {
    const topology t = merging({"a"});
    const auto found = division(t, {{{"a", 3}}, {{0, 3}}}, {{"one", {{"a", 1}}, {}}});
    CHECK(found.strangers.empty());
    CHECK(found.unread == std::vector<topic_partition>{{"a", 0}, {"a", 2}});
}

TEST_CASE("topics that a pattern matches divide nobody, whoever has heard of them") {
    const topology t = matching("p[0-9]", {"p1", "other"});
    const topic_layout layout{{{"p1", 1}}, {{0, 1}}};
    CHECK(division(t, layout, {{"one", {}, {"p1"}}, {"two", {{"p0", 0}}, {"p0"}}}).strangers.empty());
    CHECK(division(t, layout, {{"one", {}, {"p1"}}, {"two", {{"p0", 0}}, {"p0", "x"}}}).others == names{"x"});
}

TEST_CASE("a divided group is told of until its topics are the same again, once for each change of them") {
    const tests::captured_log log;
    group_watch watch("app");
    std::int64_t now = 0;
    const auto lasts = [&](const group_division& seen) {
        watch.note(seen, now);
        now += group_watch::lasting.count();
        watch.tell(now);
    };
    lasts({});
    CHECK(log.lines().empty());
    lasts({.strangers = {"x"}, .others = {"c"}, .unread = {{"a", 0}}});
    lasts({.strangers = {"x", "y"}, .others = {"c"}, .unread = {{"a", 1}}});
    CHECK(log.lines().size() == 1);
    lasts({.strangers = {"x"}, .others = {"c"}, .missing = {"b"}, .unread = {{"a", 0}}});
    CHECK(log.lines().size() == 2);
    CHECK(says(log.lines().back(), "x read also c and not b; this topology does not read a-0"));
    lasts({});
    lasts({});
    CHECK(log.lines().size() == 3);
    CHECK(says(log.lines().back(), "all members of group app read the same topics"));
    lasts({.unread = {{"a", 0}}});
    lasts({.unread = {{"a", 0}}});
    CHECK(log.lines().size() == 4);
    CHECK(says(log.lines().back(), "group app has given a-0 to no member"));
}

TEST_CASE(
    "a division that is over in a moment is not told of, and one that lasts is, whoever sees it again meanwhile") {
    const tests::captured_log log;
    group_watch watch("app");
    const group_division lacking{.strangers = {"x"}, .missing = {"b"}};
    watch.note(lacking, 0);
    watch.tell(1'000);
    watch.note({}, 1'000);
    watch.tell(60'000);
    CHECK(log.lines().empty());
    watch.note(lacking, 60'000);
    watch.note(lacking, 64'000);
    watch.tell(64'999);
    CHECK(log.lines().empty());
    watch.tell(65'000);
    watch.tell(66'000);
    CHECK(log.lines().size() == 1);
}

TEST_CASE("an application with the same id and another topology is told of once, and ends nobody") {
    world w(2);
    w.cluster.create_topic("beside", 2);
    const tests::captured_log log;
    auto config = w.config("one");
    config.group_instance_id = "last";
    config.num_stream_threads = 2;
    kafka_streams app = w.run(merging({"in", "beside"}), config);
    REQUIRE(app.wait_for(application_state::running, patience));
    CHECK(lines_with(log, "group app has") == 0);
    auto other = w.config("two");
    other.group_instance_id = "first"; // that is given the first partition
    other.client_id = "stranger";
    kafka_streams stranger = w.run(merging({"in"}), other);
    CHECK(eventually([&] { return lines_with(log, "read not beside") == 1; }));
    CHECK(eventually([&] { return lines_with(log, "read also beside") == 1; })); // says the stranger
    CHECK(lines_with(log,
                     "group app has members that read other topics than this topology: "
                     "stranger-StreamThread-1-consumer read not beside; this topology does not read beside-0, in-0") ==
          1);
    CHECK(app.add_stream_thread());
    REQUIRE(eventually([&] { return app.num_stream_threads() == 3 && app.state() == application_state::running; }));
    CHECK(stranger.wait_for(application_state::running, patience));
    CHECK(lines_with(log, "group app has") == 2);
}
