#include "catch.hpp"

#include "src/embedded/range_assignor.hpp"
#include "src/runtime/thread/task_assignor.hpp"

#include <streams/serde/standard.hpp>
#include <streams/topology/processor_api.hpp>

#include <random>

using namespace streams;

namespace {

/// Sub-topology 0 merges `narrow` and `wide`; 1 reads `other`.
topology two_parts() {
    topology t;
    t.add_source<std::string, std::string>("a", "narrow");
    t.add_source<std::string, std::string>("b", "wide");
    t.add_sink<std::string, std::string>("ab", "out", {"a", "b"});
    t.add_source<std::string, std::string>("c", "other");
    t.add_sink<std::string, std::string>("cc", "out2", {"c"});
    return t;
}

/// One sub-topology that reads every topic named `t` and a digit.
topology by_pattern(const std::vector<std::string>& existing) {
    topology t;
    t.add_node({.kind = node_kind::source,
                .name = "source",
                .make = [] { return std::unique_ptr<node>(); },
                .pattern = "t[0-9]"});
    return t.with_topics(existing, "app");
}

const topic_layout layout{{{"narrow", 2}, {"wide", 4}, {"other", 2}}, {{0, 4}, {1, 2}}};

std::vector<topic_partition> all_of(const std::vector<std::vector<topic_partition>>& members) {
    std::vector<topic_partition> all;
    for (const auto& each : members) all.insert(all.end(), each.begin(), each.end());
    return all;
}

} // namespace

TEST_CASE("who owns a partition of a sub-topology's widest topic owns the task of that number") {
    const topology of = two_parts();
    const auto assignor = make_range_assignor(of, "app");
    const std::vector<topic_partition> mine{{"narrow", 0}, {"other", 1}, {"wide", 0}, {"wide", 1}, {"wide", 3}};
    const std::vector<topic_partition> theirs{{"narrow", 1}, {"other", 0}, {"wide", 2}};
    const auto group = all_of({mine, theirs});
    CHECK(assignor->assign(mine, group) == std::vector<task_id>{{0, 0}, {0, 1}, {0, 3}, {1, 1}});
    CHECK(assignor->assign(theirs, group) == std::vector<task_id>{{0, 2}, {1, 0}});
}

TEST_CASE("members that know different topics never own one task twice") {
    std::mt19937 random(GENERATE(1U, 2U, 3U));
    const auto up_to = [&](std::int32_t most) { return std::uniform_int_distribution<std::int32_t>(0, most)(random); };
    for (int round = 0; round < 300; ++round) {
        // Topics appear one after the other, and members start in between.
        std::map<std::string, std::int32_t> widths;
        std::vector<std::string> existing;
        std::vector<topology> views;
        std::vector<embedded::subscription> members;
        for (int step = 0; step < 6 || members.empty(); ++step) {
            if (existing.empty() || up_to(1) == 0) {
                const auto name = "t" + std::to_string(up_to(9));
                if (widths.emplace(name, 1 + up_to(4)).second) existing.push_back(name);
            } else {
                views.push_back(by_pattern(existing));
                members.push_back({"member-" + std::to_string(step), "", existing});
            }
        }
        const auto given = embedded::assign_ranges(members, widths);
        const auto group = all_of(given);
        std::map<task_id, int> owners;
        for (std::size_t at = 0; at < members.size(); ++at)
            for (const task_id each : make_range_assignor(views[at], "app")->assign(given[at], group)) ++owners[each];
        for (const auto& [id, count] : owners) CHECK(count == 1);
        for (const topic_partition& each : group) CHECK(owners.contains({0, each.partition}));
    }
}

TEST_CASE("a task reads its partition number of every source topic that has it") {
    const auto inputs_of = [](task_id id) { return task_inputs(two_parts(), "app", layout, id); };
    CHECK(inputs_of({0, 1}) == std::vector<topic_partition>{{"narrow", 1}, {"wide", 1}});
    CHECK(inputs_of({0, 3}) == std::vector<topic_partition>{{"wide", 3}});
    CHECK(inputs_of({1, 0}) == std::vector<topic_partition>{{"other", 0}});
}
