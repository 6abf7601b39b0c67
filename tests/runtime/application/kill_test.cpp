#include "catch.hpp"
#include "runtime/temporary_folder.hpp"
#include "runtime/topologies.hpp"

#include <streams/core/log.hpp>
#include <streams/runtime/kafka_streams.hpp>
#include <streams/testing/embedded_cluster.hpp>

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;

namespace {

constexpr int keys = 50;
constexpr int rounds = 400;

struct place {
    std::filesystem::path folder;
    processing_guarantee guarantee = processing_guarantee::at_least_once;

    embedded_cluster cluster() const {
        return embedded_cluster({.folder = folder / "cluster", .session_timeout = 100ms});
    }
    streams_config config() const {
        streams_config c;
        c.application_id = "app";
        c.guarantee = guarantee;
        c.state_dir = folder / "state";
        c.commit_interval = 5ms;
        c.poll = 5ms;
        return c;
    }
};

void run_until_killed(const place& at) {
    embedded_cluster cluster = at.cluster();
    kafka_streams app(testing_support::count_topology(true), at.config(), cluster.clients());
    app.start();
    for (;;) std::this_thread::sleep_for(1s);
}

void fill(const place& at) {
    embedded_cluster cluster = at.cluster();
    cluster.create_topic("in", 2);
    cluster.create_topic("out", 2);
    for (int round = 0; round < rounds; ++round)
        for (int key = 0; key < keys; ++key) cluster.produce("in", "k" + std::to_string(key), std::string("x"));
}

/// Runs the application in a process of its own, which is killed while it is at work.
void kill_again_and_again(const place& at) {
    for (int attempt = 0; attempt < 8; ++attempt) {
        const pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            run_until_killed(at);
            ::_exit(0);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(120 + 37 * attempt));
        ::kill(child, SIGKILL);
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        REQUIRE(WIFSIGNALED(status));
    }
}

std::int64_t committed_by(const embedded_cluster& cluster) {
    std::int64_t committed = 0;
    for (const auto& [partition, offset] : cluster.committed("app")) committed += offset.offset;
    return committed;
}

/// Lets the application run until its stores are restored and so many records are committed, and closes it.
void run_to(std::int64_t records, const embedded_cluster& cluster, kafka_streams& app) {
    app.start();
    const auto done = [&] { return app.state() == application_state::running && committed_by(cluster) >= records; };
    for (int waited = 0; !done() && waited < 3000; ++waited) std::this_thread::sleep_for(10ms);
    REQUIRE(committed_by(cluster) >= records);
    app.close();
}

} // namespace

TEST_CASE("a process killed at any time and started again loses no input") {
    set_log_handler({});
    testing_support::temporary_folder folder;
    const place at{folder.path()};
    fill(at);
    kill_again_and_again(at);
    embedded_cluster cluster = at.cluster();
    kafka_streams app(testing_support::count_topology(true), at.config(), cluster.clients());
    run_to(std::int64_t{keys} * rounds, cluster, app);
    std::map<std::string, int> counts;
    for (const auto& each : cluster.read<std::string, std::string>("out")) {
        auto& count = counts[each.key];
        count = std::max(count, std::stoi(each.value));
    }
    CHECK(counts.size() == keys);
    for (const auto& [key, count] : counts) CHECK(count >= rounds);
}

TEST_CASE("exactly once, a process killed at any time and started again counts each record once, and restores the rest "
          "only") {
    set_log_handler({});
    testing_support::temporary_folder folder;
    const place at{folder.path(), processing_guarantee::exactly_once_v2};
    fill(at);
    {
        embedded_cluster cluster = at.cluster();
        kafka_streams app(testing_support::count_topology(true), at.config(), cluster.clients());
        run_to(1, cluster, app);
    }
    kill_again_and_again(at);
    embedded_cluster cluster = at.cluster();
    kafka_streams app(testing_support::count_topology(true), at.config(), cluster.clients());
    std::mutex mutex;
    std::vector<std::int64_t> restored_from;
    app.set_restore_listener({.on_restore_start = [&](const restore_progress& now) {
        const std::lock_guard lock(mutex);
        restored_from.push_back(now.begin);
    }});
    run_to(std::int64_t{keys} * rounds, cluster, app);
    CHECK(restored_from.size() == 2);
    CHECK(std::ranges::count(restored_from, 0) < 2); // what was on the disk was not thrown away
    std::map<std::string, int> counts;
    for (const auto& each : cluster.read<std::string, std::string>("out", isolation_level::read_committed))
        CHECK(std::stoi(each.value) == ++counts[each.key]);
    CHECK(counts.size() == keys);
    for (const auto& [key, count] : counts) CHECK(count == rounds);
    std::map<std::string, std::int64_t> newest;
    for (const auto& each :
         cluster.read<std::string, std::int64_t>("app-counts-changelog", isolation_level::read_committed))
        newest[each.key] = each.value;
    CHECK(newest.size() == keys);
    for (const auto& [key, count] : newest) CHECK(count == rounds);
}
