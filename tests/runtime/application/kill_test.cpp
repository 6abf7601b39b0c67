#include "catch.hpp"
#include "runtime/temporary_folder.hpp"
#include "runtime/topologies.hpp"

#include <streams/core/log.hpp>
#include <streams/runtime/kafka_streams.hpp>
#include <streams/testing/embedded_cluster.hpp>

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <map>
#include <thread>

using namespace streams;
using namespace std::chrono_literals;

namespace {

constexpr int keys = 50;
constexpr int rounds = 400;

struct place {
    std::filesystem::path folder;

    embedded_cluster cluster() const {
        return embedded_cluster({.folder = folder / "cluster", .session_timeout = 100ms});
    }
    streams_config config() const {
        streams_config c;
        c.application_id = "app";
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

std::map<std::string, int> largest_counts(const embedded_cluster& cluster) {
    std::map<std::string, int> counts;
    for (const auto& each : cluster.read<std::string, std::string>("out")) {
        auto& count = counts[each.key];
        count = std::max(count, std::stoi(each.value));
    }
    return counts;
}

} // namespace

TEST_CASE("a process killed at any time and started again loses no input") {
    set_log_handler({});
    testing_support::temporary_folder folder;
    const place at{folder.path()};
    {
        embedded_cluster cluster = at.cluster();
        cluster.create_topic("in", 2);
        cluster.create_topic("out", 2);
        for (int round = 0; round < rounds; ++round)
            for (int key = 0; key < keys; ++key) cluster.produce("in", "k" + std::to_string(key), std::string("x"));
    }
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
    embedded_cluster cluster = at.cluster();
    kafka_streams app(testing_support::count_topology(true), at.config(), cluster.clients());
    app.start();
    const auto done = [&] {
        std::int64_t committed = 0;
        for (const auto& [partition, offset] : cluster.committed("app")) committed += offset.offset;
        return committed >= std::int64_t{keys} * rounds;
    };
    for (int waited = 0; !done() && waited < 3000; ++waited) std::this_thread::sleep_for(10ms);
    REQUIRE(done());
    app.close();
    const auto counts = largest_counts(cluster);
    CHECK(counts.size() == keys);
    for (const auto& [key, count] : counts) CHECK(count >= rounds);
}
