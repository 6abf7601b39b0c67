// What becomes of an application whose files are deleted, or not writable any more, while it runs or restores.

#include "catch.hpp"
#include "runtime/messages.hpp"
#include "runtime/topologies.hpp"
#include "runtime/world.hpp"
#include "src/core/memory_limits.hpp"
#include "state/disk/file_size_limit.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/topology/processor_api.hpp>

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::count_topology;
using testing_support::eventually;
using testing_support::patience;
using testing_support::says;
using testing_support::world;
using text = std::string;

namespace {

constexpr int large_rows = 3'000;

/// Of a kilobyte: so many of them fill memtables that have the least memory there may be.
text large_key(int row) {
    text key = "row " + std::to_string(row) + ' ';
    while (key.size() < 1'000) key += std::to_string(row * 7'919 + static_cast<int>(key.size()));
    return key;
}

/// Two partitions, whose application keeps nothing in memory, so that all it commits goes to the disk.
struct small_world : world {
    small_world() : world(2) {}
    streams_config config() const {
        auto small = world::config();
        small.state_memory_bytes = static_cast<std::int64_t>(least_memory(1));
        small.task_timeout = 20s;
        return small;
    }
    std::filesystem::path store(int partition, const text& name = "counts") const {
        return config().state_dir / "app" / ("0_" + std::to_string(partition)) / name;
    }
    void put(std::int32_t partition, const text& key) {
        cluster.produce("in", key, text("v"), {.timestamp = 1, .partition = partition});
    }
    void put_large_rows(std::int32_t partition) {
        for (int row = 0; row < large_rows; ++row) put(partition, large_key(row));
    }
    /// What was counted last of a key.
    std::int64_t count_of(const text& key) const {
        std::int64_t last = 0;
        for (const auto& each : cluster.read<text, text>("out"))
            if (each.key == key) last = std::stoll(each.value);
        return last;
    }
};

topology count_without_changelog() {
    topology t;
    t.add_source<text, text>("source", "in");
    t.add_processor("count", [] { return std::make_unique<testing_support::counting>(); }, {"source"});
    t.add_store({.name = "counts",
                 .kind = key_value_kind{.timestamped = false},
                 .persistent = true,
                 .caching = false,
                 .logging = false},
                {"count"});
    t.add_sink<text, text>("sink", "out", {"count"});
    return t;
}

/// A changelog of one partition, with more rows than one poll or one file of a restore has, written by nobody.
struct changelog_world : small_world {
    static constexpr int rows = 25'000;
    changelog_world() {
        cluster.create_topic("app-counts-changelog", 2, {{"cleanup.policy", "compact"}});
        for (int row = 0; row < rows; ++row)
            cluster.produce("app-counts-changelog", key(row), std::int64_t{7}, {.timestamp = 1, .partition = 0});
    }
    static text key(int row) {
        return "a key of sixty bytes or so, as many as many a service has " + std::to_string(row);
    }
    /// Runs the application, calls `meddle` after the first rows of the restore, and counts a row of it once more.
    std::int64_t counted_after(const std::function<void()>& meddle) {
        kafka_streams app(count_topology(true), config(), cluster.clients());
        std::atomic<bool> over{false};
        app.set_restore_listener({.on_batch_restored = [&](const restore_progress& now, std::int64_t) {
            if (now.rows < rows && !over.exchange(true)) meddle();
        }});
        app.start();
        put(0, key(rows / 2));
        CHECK(eventually([&] { return count_of(key(rows / 2)) > 0 || !app.error().empty(); }));
        CHECK(app.error().empty());
        CHECK(over);
        return count_of(key(rows / 2));
    }
};

/// Permissions say nothing to root: while it lives, this process is nobody.
class unprivileged {
public:
    unprivileged() {
        if (is_root_) REQUIRE(::seteuid(65'534) == 0);
    }
    ~unprivileged() {
        if (is_root_) static_cast<void>(::seteuid(0));
    }
    unprivileged(const unprivileged&) = delete;
    unprivileged& operator=(const unprivileged&) = delete;

private:
    bool is_root_ = ::geteuid() == 0;
};

void make_writable(const std::filesystem::path& folder, bool writable) {
    using std::filesystem::perms;
    std::filesystem::permissions(folder, writable ? perms::owner_all : perms::owner_read | perms::owner_exec);
}

} // namespace

TEST_CASE("a store whose folder is deleted while it is used is rebuilt from its changelog, and other tasks go on") {
    small_world w;
    kafka_streams app(count_topology(true), w.config(), w.cluster.clients());
    std::atomic<std::int64_t> restored{0};
    app.set_restore_listener(
        {.on_batch_restored = [&](const restore_progress&, std::int64_t rows) { restored += rows; }});
    app.start();
    for (const int partition : {0, 1}) w.put(partition, "before" + std::to_string(partition));
    REQUIRE(eventually([&] { return w.committed("in", 0) == 1 && w.committed("in", 1) == 1; }));
    std::filesystem::remove_all(w.store(0));
    w.put_large_rows(0);
    for (const int partition : {0, 1}) w.put(partition, "before" + std::to_string(partition));
    CHECK(eventually([&] { return w.committed("in", 0) == large_rows + 2 && w.committed("in", 1) == 2; }));
    CHECK(app.error().empty());
    CHECK(w.count_of("before0") == 2);
    CHECK(w.count_of("before1") == 2);
    CHECK(w.count_of(large_key(large_rows / 2)) == 1);
    CHECK(restored > 0);
}

TEST_CASE("an application whose store's folder is deleted before it is closed loses nothing of what is committed") {
    small_world w;
    {
        kafka_streams app = w.run(count_topology(true), w.config());
        w.put(0, "before");
        REQUIRE(eventually([&] { return w.committed("in", 0) == 1; }));
        std::filesystem::remove_all(w.store(0));
        CHECK(app.close(patience));
    }
    kafka_streams app = w.run(count_topology(true), w.config());
    w.put(0, "before");
    CHECK(eventually([&] { return w.count_of("before") == 2; }));
}

TEST_CASE("a store without a changelog whose folder is deleted while it is used ends the application, which names it") {
    small_world w;
    kafka_streams app = w.run(count_without_changelog(), w.config());
    w.put(0, "before");
    REQUIRE(eventually([&] { return w.committed("in", 0) == 1; }));
    std::filesystem::remove_all(w.store(0));
    w.put_large_rows(0);
    CHECK(app.wait_for(application_state::error, patience));
    CHECK(says(app.error(), w.store(0).string()));
    CHECK(says(app.error(), "put a backup in the place of"));
}

TEST_CASE("a state folder that is not writable is refused at the start, with its name and a remedy") {
    const unprivileged nobody;
    small_world w;
    const auto folder = w.config().state_dir;
    std::filesystem::create_directories(folder);
    make_writable(folder, false);
    kafka_streams app(count_topology(true), w.config(), w.cluster.clients());
    const text message = testing_support::message_of([&] { app.start(); });
    make_writable(folder, true);
    CHECK(says(message, folder.string()));
    CHECK(says(message, "Permission denied"));
    CHECK(says(message, "set state.dir to a folder that this user may write"));
}

TEST_CASE("a store whose folder is not writable for a while goes on once it is, and nothing is lost") {
    const unprivileged nobody;
    small_world w;
    kafka_streams app = w.run(count_topology(true), w.config());
    w.put(0, "before");
    REQUIRE(eventually([&] { return w.committed("in", 0) == 1; }));
    make_writable(w.store(0), false);
    w.put_large_rows(0);
    w.put(1, "other");
    CHECK(eventually([&] { return w.count_of("other") == 1; }));
    CHECK(w.count_of(large_key(large_rows - 1)) <= 1);
    make_writable(w.store(0), true);
    w.put(0, "before");
    CHECK(eventually([&] { return w.committed("in", 0) == large_rows + 2; }));
    CHECK(app.error().empty());
    CHECK(w.count_of("before") == 2);
}

TEST_CASE(
    "a store whose folder stays without the right to write for task.timeout.ms ends the application, which names it") {
    const unprivileged nobody;
    small_world w;
    auto config = w.config();
    config.task_timeout = 300ms;
    kafka_streams app = w.run(count_topology(true), config);
    w.put(0, "before");
    REQUIRE(eventually([&] { return w.committed("in", 0) == 1; }));
    make_writable(w.store(0), false);
    w.put_large_rows(0);
    CHECK(app.wait_for(application_state::error, patience));
    const text message = app.error();
    make_writable(w.store(0), true);
    CHECK(says(message, w.store(0).string()));
    CHECK(says(message, "check disk and permissions"));
    CHECK(says(message, "task.timeout.ms"));
}

TEST_CASE("a store whose folder is deleted in the middle of a bulk restore is restored from the beginning") {
    changelog_world w;
    CHECK(w.counted_after([&] { std::filesystem::remove_all(w.store(0)); }) == 8);
}

TEST_CASE("a bulk restore that the disk has no room for goes on once there is, and other tasks work meanwhile") {
    changelog_world w;
    std::optional<testing_support::file_size_limit> full;
    kafka_streams app(count_topology(true), w.config(), w.cluster.clients());
    std::atomic<bool> over{false};
    app.set_restore_listener({.on_batch_restored = [&](const restore_progress&, std::int64_t) {
        if (!over.exchange(true)) full.emplace(10'000);
    }});
    app.start();
    REQUIRE(eventually([&] { return over.load(); }));
    w.put(1, "other");
    CHECK(eventually([&] { return w.count_of("other") == 1; }));
    w.put(0, w.key(0));
    std::this_thread::sleep_for(300ms);
    CHECK(w.count_of(w.key(0)) == 0);
    full.reset();
    CHECK(eventually([&] { return w.count_of(w.key(0)) > 0; }));
    CHECK(w.count_of(w.key(0)) == 8);
    CHECK(app.error().empty());
}

TEST_CASE("a changelog that is removed in the middle of its restore ends the application, which names it") {
    changelog_world w;
    auto config = w.config();
    config.task_timeout = 500ms;
    kafka_streams app(count_topology(true), config, w.cluster.clients());
    std::atomic<bool> over{false};
    app.set_restore_listener({.on_batch_restored = [&](const restore_progress&, std::int64_t) {
        if (!over.exchange(true)) w.cluster.remove_topic("app-counts-changelog");
    }});
    app.start();
    CHECK(app.wait_for(application_state::error, patience));
    CHECK(says(app.error(), "app-counts-changelog"));
}

TEST_CASE("a global store whose folder is deleted while it is used ends the application, whose next start fills it") {
    small_world w;
    w.cluster.create_topic("rows");
    streams_builder builder;
    const auto rows = builder.global_table<text, text>("rows", materialized{.name = "rows"});
    builder.stream<text, text>("in")
        .join(
            rows, [](const text& key, const text&) { return key; },
            [](const text&, const text& row) { return text(row.substr(0, 1)); })
        .to("out");
    const topology joining = builder.build();
    const auto folder = w.config().state_dir / "app" / "global" / "rows";
    w.cluster.produce("rows", text("before"), text("1"));
    {
        kafka_streams app = w.run(joining, w.config());
        REQUIRE(app.wait_for(application_state::running, patience));
        std::filesystem::remove_all(folder);
        for (int row = 0; row < large_rows; ++row) w.cluster.produce("rows", large_key(row), text("2"));
        CHECK(app.wait_for(application_state::error, patience));
        CHECK(says(app.error(), "global store rows is damaged: store rows in " + folder.string()));
        CHECK(says(app.error(), "remove the folder " + folder.string()));
    }
    std::filesystem::remove_all(folder);
    kafka_streams app = w.run(joining, w.config());
    w.put(0, "before");
    w.put(0, large_key(large_rows - 1));
    CHECK(eventually([&] {
        auto found = w.out();
        std::ranges::sort(found);
        return found == std::vector<text>{"1", "2"};
    }));
}
