#include "catch.hpp"
#include "runtime/messages.hpp"
#include "runtime/temporary_folder.hpp"
#include "runtime/topologies.hpp"

#include "src/runtime/stores/state_directory.hpp"

#include <streams/core/manual_clock.hpp>

#include <fstream>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::count_topology;
using testing_support::message_of;
using testing_support::says;

namespace {

/// A state folder with a clock of its own, and folders of stores with a file in each.
struct place {
    testing_support::temporary_folder folder;
    manual_clock time;

    std::filesystem::path app() const { return folder.path() / "app"; }
    state_directory directory() const { return state_directory(app(), time); }
    std::filesystem::path fill(const std::string& task, const std::string& store) const {
        const auto path = app() / task / store;
        std::filesystem::create_directories(path);
        std::ofstream(path / "CURRENT") << "content";
        return path;
    }
};

/// A sub-topology with a store for each spec, behind so many others without.
topology topology_of(const std::vector<store_spec>& stores, int others = 0) {
    topology t;
    for (int other = 0; other < others; ++other) {
        const auto number = std::to_string(other);
        t.add_source<std::string, std::string>("other" + number, "elsewhere" + number);
        t.add_sink<std::string, std::string>("other-sink" + number, "out", {"other" + number});
    }
    t.add_source<std::string, std::string>("source", "in");
    t.add_processor("tap", [] { return std::make_unique<testing_support::tapping>(nullptr); }, {"source"});
    for (const store_spec& store : stores) t.add_store(store, {"tap"});
    return t;
}

} // namespace

TEST_CASE("a state folder is one application's at a time, and free again once that closed") {
    const place at;
    auto one = at.directory();
    auto two = at.directory();
    one.open(count_topology(true));
    CHECK(says(message_of([&] { two.open(count_topology(true)); }), "in use by another instance"));
    CHECK(says(message_of([&] { two.clear(); }), "in use by another instance"));
    one.close();
    CHECK_NOTHROW(two.open(count_topology(true)));
}

TEST_CASE("a topology without persistent stores keeps the id of its process and nothing else") {
    const place at;
    manual_clock chance;
    auto states = at.directory();
    states.open(count_topology(false));
    CHECK_FALSE(states.holds_stores());
    const auto id = states.process_id(chance);
    states.close();
    at.fill("0_0", "counts");
    states.open(count_topology(false));
    CHECK(states.process_id(chance) == id);
    states.clean(0ms);
    CHECK(std::filesystem::exists(at.app() / "0_0" / "counts"));
}

TEST_CASE("a topology without persistent stores runs where no folder can be had, with an id for this life") {
    const place at;
    manual_clock chance;
    auto one = at.directory();
    auto two = at.directory();
    one.open(count_topology(false));
    two.open(count_topology(false));
    CHECK(one.process_id(chance) != two.process_id(chance));
    state_directory nowhere("/proc/nowhere/app", at.time);
    nowhere.open(count_topology(false));
    CHECK(nowhere.process_id(chance) != nowhere.process_id(chance));
}

TEST_CASE("a state folder whose stores are all of another topology is refused, with both remedies") {
    const place at;
    at.directory().open(topology_of({{.name = "sums"}}));
    const auto rows = at.fill("0_0", "sums");
    auto states = at.directory();
    const auto message = message_of([&] { states.open(topology_of({{.name = "counts"}})); });
    CHECK(says(message, "belongs to another topology: of its stores (sums) this one has none"));
    CHECK(says(message, "application.id"));
    CHECK(says(message, "clean_up()"));
    CHECK_NOTHROW(states.open(topology_of({{.name = "sums"}})));
    states.close();
    std::filesystem::remove_all(rows);
    CHECK_NOTHROW(states.open(topology_of({{.name = "counts"}})));
}

TEST_CASE("a store that holds something else under its old name is refused, as its changelog does not fit either") {
    const auto [changed, holds] = GENERATE(table<store_spec, std::string>({
        {{.name = "rows", .kind = window_kind{.size = 60s, .retention = 1h}}, "window, window 60000 ms"},
        {{.name = "rows", .kind = session_kind{.retention = 1h}}, "session, window 0 ms"},
        {{.name = "rows", .kind = versioned_kind{.retention = 1h}}, "versioned, window 0 ms"},
    }));
    const place at;
    at.directory().open(topology_of({{.name = "rows"}}));
    auto states = at.directory();
    const auto message = message_of([&] { states.open(topology_of({changed})); });
    CHECK(
        says(message, "store rows holds `key-value, window 0 ms` there and in its changelog, but now `" + holds + '`'));
    CHECK(says(message, "give the changed store a new name"));
}

TEST_CASE("stores with a changelog may come, go, move to another sub-topology and change their layout on disk") {
    const place at;
    at.directory().open(
        topology_of({{.name = "stays", .kind = key_value_kind{.timestamped = false}}, {.name = "goes"}}));
    at.fill("0_0", "stays");
    at.fill("0_0", "goes");
    auto states = at.directory();
    CHECK_NOTHROW(states.open(
        topology_of({{.name = "stays", .kind = key_value_kind{.timestamped = true}}, {.name = "comes"}}, 2)));
}

TEST_CASE(
    "a store without a changelog that would move to another sub-topology is refused until its folders are dealt with") {
    const place at;
    at.directory().open(topology_of({{.name = "local", .logging = false}}));
    const auto rows = at.fill("0_0", "local");
    auto states = at.directory();
    const auto moved = topology_of({{.name = "local", .logging = false}}, 1);
    const auto message = message_of([&] { states.open(moved); });
    CHECK(says(message, "store local, which has no changelog, is there in sub-topology 0, but now in sub-topology 1"));
    CHECK(says(message, "move " + rows.string()));
    std::filesystem::create_directories(at.app() / "1_0");
    std::filesystem::rename(rows, at.app() / "1_0" / "local");
    CHECK_NOTHROW(states.open(moved));
}

TEST_CASE("a folder that earlier versions described is read") {
    const place at;
    at.fill("0_0", "rows");
    std::ofstream(at.app() / "topology") << "rows: sub-topology 0, key-value, timestamped, window 0 ms\n";
    auto states = at.directory();
    CHECK_NOTHROW(states.open(topology_of({{.name = "rows"}})));
    states.close();
    CHECK(says(message_of([&] { states.open(topology_of({{.name = "rows", .kind = session_kind{}}})); }),
               "belongs to another topology"));
}

TEST_CASE("a task's folder belongs to one thread of the process, and a store of it can be wiped") {
    const place at;
    auto states = at.directory();
    auto held = states.try_lock({0, 1});
    CHECK(held);
    CHECK_FALSE(states.try_lock({0, 1}));
    CHECK(states.try_lock({0, 2}));
    const auto damaged = at.fill("0_1", "damaged");
    const auto sound = at.fill("0_1", "sound");
    states.wipe({0, 1}, "damaged");
    CHECK_FALSE(std::filesystem::exists(damaged));
    CHECK(std::filesystem::exists(sound));
    const auto handed_on = std::move(held);
    CHECK_FALSE(states.try_lock({0, 1}));
    held = {};
    CHECK_FALSE(states.try_lock({0, 1}));
}

TEST_CASE("the folder of a task is free once its lock is gone") {
    const place at;
    auto states = at.directory();
    CHECK(states.try_lock({0, 1}));
    auto held = states.try_lock({0, 1});
    REQUIRE(held);
    held = states.try_lock({0, 2});
    CHECK(states.try_lock({0, 1}));
    CHECK_FALSE(states.try_lock({0, 2}));
}

TEST_CASE("the folder of a task that has been elsewhere for the delay is removed, that of a task at work stays") {
    place at;
    auto states = at.directory();
    states.open(topology_of({{.name = "rows"}}));
    const auto works = at.fill("0_0", "rows");
    const auto left = at.fill("0_1", "rows");
    const auto never_here = at.fill("0_2", "rows");
    const auto at_work = states.try_lock({0, 0});
    auto goes_elsewhere = states.try_lock({0, 1});
    at.time.advance(9min);
    goes_elsewhere = {};
    at.time.advance(9min);
    states.clean(10min);
    CHECK_FALSE(std::filesystem::exists(never_here.parent_path()));
    CHECK(std::filesystem::exists(left));
    at.time.advance(1min);
    states.clean(10min);
    CHECK_FALSE(std::filesystem::exists(left.parent_path()));
    CHECK(std::filesystem::exists(works / "CURRENT"));
    CHECK(states.try_lock({0, 1}));
}

TEST_CASE("stores that the topology no longer has are removed after the delay, also beside those at work") {
    place at;
    at.directory().open(topology_of({{.name = "stays"}, {.name = "goes"}}));
    const auto stays = at.fill("0_0", "stays");
    const auto goes = at.fill("0_0", "goes");
    auto states = at.directory();
    states.open(topology_of({{.name = "stays"}}));
    const auto at_work = states.try_lock({0, 0});
    states.clean(10min);
    CHECK(std::filesystem::exists(goes));
    at.time.advance(10min);
    states.clean(10min);
    CHECK_FALSE(std::filesystem::exists(goes));
    CHECK(std::filesystem::exists(stays));
}

TEST_CASE("what no changelog can rebuild is never cleaned away, nor what nobody knows") {
    place at;
    at.directory().open(
        topology_of({{.name = "rows"}, {.name = "local", .logging = false}, {.name = "gone", .logging = false}}));
    const auto rows = at.fill("0_0", "rows");
    const auto local = at.fill("0_0", "local");
    const auto gone = at.fill("0_0", "gone");
    const auto unknown = at.fill("0_0", "unknown");
    for (int start = 0; start < 2; ++start) {
        auto states = at.directory();
        states.open(topology_of({{.name = "rows"}, {.name = "local", .logging = false}}));
        at.time.advance(10min);
        states.clean(10min);
        CHECK_FALSE(std::filesystem::exists(rows));
        for (const auto& kept : {local, gone, unknown}) CHECK(std::filesystem::exists(kept / "CURRENT"));
    }
}

TEST_CASE("a store that is restored from an input topic counts as having a changelog") {
    place at;
    auto states = at.directory();
    states.open(topology_of({{.name = "rows", .logging = false, .source_topic = "in"}}));
    const auto rows = at.fill("0_0", "rows");
    at.time.advance(10min);
    states.clean(10min);
    CHECK_FALSE(std::filesystem::exists(rows));
}

TEST_CASE("a cleared folder holds nothing, and can be used again") {
    const place at;
    auto states = at.directory();
    states.open(topology_of({{.name = "rows"}}));
    at.fill("0_0", "rows");
    at.fill("global", "table");
    states.close();
    states.clear();
    std::vector<std::string> left;
    for (const auto& entry : std::filesystem::directory_iterator(at.app()))
        left.push_back(entry.path().filename().string());
    CHECK(left == std::vector<std::string>{".lock"});
    CHECK_NOTHROW(states.open(topology_of({{.name = "other"}})));
}
