#include "catch.hpp"

#include "src/runtime/task_assignor.hpp"

#include <streams/serde/standard.hpp>
#include <streams/topology/processor_api.hpp>

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

const topic_layout layout{{{"narrow", 2}, {"wide", 4}, {"other", 2}}, {{0, 4}, {1, 2}}};

} // namespace

TEST_CASE("who owns a partition of a sub-topology's widest topic owns the task of that number") {
    const auto assignor = make_range_assignor(two_parts(), "app", layout);
    const std::vector<topic_partition> owned{{"wide", 2}, {"narrow", 1}, {"other", 1}, {"wide", 3}};
    const auto found = assignor->assign(owned);
    CHECK(found.active == std::vector<task_id>{{0, 2}, {0, 3}, {1, 1}});
    CHECK(found.standby.empty());
}

TEST_CASE("a task reads its partition number of every source topic that has it") {
    const auto inputs_of = [](task_id id) { return task_inputs(two_parts(), "app", layout, id); };
    CHECK(inputs_of({0, 1}) == std::vector<topic_partition>{{"narrow", 1}, {"wide", 1}});
    CHECK(inputs_of({0, 3}) == std::vector<topic_partition>{{"wide", 3}});
    CHECK(inputs_of({1, 0}) == std::vector<topic_partition>{{"other", 0}});
}
