#include "catch.hpp"

#include "src/embedded/range_assignor.hpp"
#include "src/runtime/thread/standby_placement.hpp"

#include <streams/serde/standard.hpp>
#include <streams/topology/processor_api.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace streams;

namespace {

topology reading_in() {
    topology t;
    t.add_source<std::string, std::string>("source", "in");
    t.add_sink<std::string, std::string>("sink", "out", {"source"});
    return t;
}

/// Members of processes, each with so many threads, to which range has given `in`.
class group {
public:
    group(const std::vector<std::string>& processes, int threads, std::int32_t partitions)
        : partitions_(partitions), topology_(reading_in()), assignor_(make_range_assignor(topology_, "app")) {
        for (const std::string& process : processes)
            for (int number = 1; number <= threads; ++number) {
                const std::string instance = process + '-' + std::to_string(number);
                subscriptions_.push_back({instance + "-000001", instance, {"in"}});
            }
    }
    /// The tasks of each process.
    std::map<std::string, std::set<task_id>> active(const std::string& gone = {}) const {
        std::map<std::string, std::set<task_id>> tasks;
        for (const auto& member : members(gone))
            for (const topic_partition& each : member.partitions)
                tasks[process_of(member.member_id)].insert({0, each.partition});
        return tasks;
    }
    std::map<std::string, std::set<task_id>> standbys(std::int32_t replicas) const {
        const auto all = members();
        const auto placed = place_standbys(all, replicas, *assignor_);
        std::map<std::string, std::set<task_id>> tasks;
        for (std::size_t at = 0; at < all.size(); ++at)
            for (const task_id each : placed[at]) {
                CHECK(tasks[process_of(all[at].member_id)].insert(each).second);
            }
        return tasks;
    }

private:
    std::vector<kafka::group_member> members(const std::string& gone = {}) const {
        auto left = subscriptions_;
        std::erase_if(left, [&](const auto& each) { return !gone.empty() && each.instance_id.starts_with(gone); });
        const auto given = embedded::assign_ranges(left, {{"in", partitions_}});
        std::vector<kafka::group_member> all;
        for (std::size_t at = 0; at < left.size(); ++at)
            all.push_back({.client_id = "app",
                           .partitions = given[at],
                           .topics = left[at].topics,
                           .member_id = left[at].member_id});
        return all;
    }

    std::int32_t partitions_;
    topology topology_;
    std::unique_ptr<task_assignor> assignor_;
    std::vector<embedded::subscription> subscriptions_;
};

} // namespace

TEST_CASE("a standby is kept by who is given the task when the process that has it goes") {
    const int threads = GENERATE(1, 2, 3);
    const std::int32_t partitions = GENERATE(1, 4, 7);
    const std::vector<std::string> processes{"a", "b", "c"};
    const group members(processes, threads, partitions);
    const auto before = members.active();
    const auto standbys = members.standbys(1);
    for (const std::string& gone : processes) {
        const auto after = members.active(gone);
        if (!before.contains(gone)) continue;
        for (const task_id task : before.at(gone))
            for (const auto& [process, tasks] : after)
                if (tasks.contains(task)) CHECK(standbys.at(process).contains(task));
    }
}

TEST_CASE("as many standbys of a task are kept as are asked for, in processes that differ, as long as there are some") {
    const std::int32_t replicas = GENERATE(0, 1, 2, 5);
    const group members({"a", "b", "c"}, 2, 8);
    std::map<task_id, int> copies;
    const auto active = members.active();
    for (const auto& [process, tasks] : members.standbys(replicas))
        for (const task_id task : tasks) {
            ++copies[task];
            const auto own = active.find(process);
            CHECK((own == active.end() || !own->second.contains(task)));
        }
    for (std::int32_t partition = 0; partition < 8; ++partition) CHECK(copies[{0, partition}] == std::min(replicas, 2));
}

TEST_CASE("who keeps fewer standbys of a task keeps those that come first for who keeps more") {
    const group members({"a", "b", "c"}, 2, 8);
    const auto more = members.standbys(2);
    for (const auto& [process, tasks] : members.standbys(1)) CHECK(std::ranges::includes(more.at(process), tasks));
}

TEST_CASE("a process alone keeps no standbys") {
    const group members({"a"}, 3, 4);
    CHECK(members.standbys(1).empty());
}

TEST_CASE("the process of a static member is told by its id, a dynamic one is by itself") {
    const std::string process = "0b5c3c2e-6f0e-4c55-9f5e-0f6f4ad1c9b1";
    const std::string uuid = "7d1f4f0a-9a53-44b5-8a3f-3a5e2ff0a6d2";
    CHECK(process_of(process + "-1-" + uuid) == process);
    CHECK(process_of(process + "-12-000007") == process);
    CHECK(process_of("payments-2-" + uuid) == "payments");
    const std::string dynamic = "app-StreamThread-1-consumer-" + uuid;
    CHECK(process_of(dynamic) == dynamic);
}
