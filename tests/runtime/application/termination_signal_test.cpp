#include "catch.hpp"
#include "runtime/topologies.hpp"
#include "runtime/world.hpp"

#include "src/runtime/application/termination_signal.hpp"

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

using namespace streams;
using namespace std::chrono_literals;

namespace {

int heard = 0;
void hear(int) { ++heard; }

/// The exit status of a child process that runs an application until it gets `signal`; -1 where it died of it.
int status_after(int signal) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        testing_support::world w;
        kafka_streams app(testing_support::copy_topology(), w.config(), w.cluster.clients());
        ::_exit(app.run_until_signal());
    }
    std::this_thread::sleep_for(300ms);
    ::kill(child, signal);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace

TEST_CASE("a termination signal is caught, and the handlers of before come back with the first one") {
    heard = 0;
    std::signal(SIGTERM, hear);
    {
        termination_signal signal;
        CHECK_FALSE(signal.caught());
        ::raise(SIGTERM);
        CHECK(signal.caught());
        CHECK(heard == 0);
        ::raise(SIGTERM);
        CHECK(heard == 1);
    }
    std::signal(SIGTERM, SIG_DFL);
}

TEST_CASE("every one that waits learns of a signal, whoever was made last and whoever looks first") {
    std::signal(SIGTERM, hear);
    {
        const termination_signal first;
        const termination_signal second;
        ::raise(SIGTERM);
        CHECK(second.caught());
        CHECK(first.caught());
        const termination_signal later;
        CHECK_FALSE(later.caught());
    }
    std::signal(SIGTERM, SIG_DFL);
}

TEST_CASE("a signal ends every application of a process that runs until one") {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        testing_support::world w;
        kafka_streams one(testing_support::copy_topology(), w.config("one"), w.cluster.clients());
        kafka_streams two(testing_support::copy_topology(), w.config("two"), w.cluster.clients());
        std::thread first([&] { static_cast<void>(one.run_until_signal()); });
        const int status = two.run_until_signal();
        first.join();
        ::_exit(status);
    }
    std::this_thread::sleep_for(500ms);
    ::kill(child, SIGTERM);
    int status = -1;
    for (int i = 0; i < 1000 && ::waitpid(child, &status, WNOHANG) == 0; ++i) std::this_thread::sleep_for(10ms);
    if (status == -1) ::kill(child, SIGKILL);
    CHECK(status == 0);
}

TEST_CASE("an application that runs until a signal closes cleanly at SIGTERM and at SIGINT") {
    CHECK(status_after(SIGTERM) == 0);
    CHECK(status_after(SIGINT) == 0);
}

TEST_CASE("an application that fails ends its run with status 1") {
    testing_support::world w;
    w.produce("a", "x");
    kafka_streams app(testing_support::copy_topology([](const auto&, auto&) { throw std::runtime_error("no"); }),
                      w.config(), w.cluster.clients());
    CHECK(app.run_until_signal() == 1);
    CHECK(app.state() == application_state::error);
}
