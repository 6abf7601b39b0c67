#include "catch.hpp"
#include "runtime/messages.hpp"
#include "runtime/temporary_folder.hpp"
#include "runtime/topologies.hpp"

#include "src/runtime/state_directory.hpp"

#include <fstream>

using namespace streams;
using testing_support::count_topology;
using testing_support::message_of;
using testing_support::says;

TEST_CASE("a state folder is one application's at a time, and free again once that closed") {
    testing_support::temporary_folder folder;
    state_directory one(folder.path() / "app");
    state_directory two(folder.path() / "app");
    one.open(count_topology(true));
    CHECK(says(message_of([&] { two.open(count_topology(true)); }), "in use by another instance"));
    one.close();
    CHECK_NOTHROW(two.open(count_topology(true)));
}

TEST_CASE("a state folder of another topology is refused, with the store and the remedy") {
    testing_support::temporary_folder folder;
    {
        state_directory one(folder.path());
        one.open(count_topology(true));
    }
    topology other;
    other.add_source<std::string, std::string>("first", "elsewhere");
    other.add_sink<std::string, std::string>("first-sink", "out", {"first"});
    other.add_source<std::string, std::string>("source", "in");
    other.add_processor("count", [] { return std::make_unique<testing_support::counting>(); }, {"source"});
    other.add_store({.name = "counts", .timestamped = false, .caching = false}, {"count"});
    state_directory two(folder.path());
    const auto message = message_of([&] { two.open(other); });
    CHECK(says(message, "belongs to another topology: store counts is there in sub-topology 0"));
    CHECK(says(message, "state.dir"));
    CHECK_NOTHROW(two.open(count_topology(true)));
}

TEST_CASE("a topology without persistent stores leaves the disk alone") {
    testing_support::temporary_folder folder;
    state_directory one(folder.path() / "app");
    one.open(count_topology(false));
    CHECK_FALSE(std::filesystem::exists(folder.path() / "app"));
}

TEST_CASE("a task's folder belongs to one thread of the process, and a store of it can be wiped") {
    testing_support::temporary_folder folder;
    state_directory states(folder.path());
    CHECK(states.try_lock({0, 1}));
    CHECK_FALSE(states.try_lock({0, 1}));
    CHECK(states.try_lock({0, 2}));
    std::filesystem::create_directories(states.store_folder({0, 1}, "damaged"));
    std::filesystem::create_directories(states.store_folder({0, 1}, "sound"));
    states.wipe({0, 1}, "damaged");
    CHECK_FALSE(std::filesystem::exists(states.store_folder({0, 1}, "damaged")));
    CHECK(std::filesystem::exists(states.store_folder({0, 1}, "sound")));
    states.unlock({0, 1});
    CHECK(states.try_lock({0, 1}));
}
