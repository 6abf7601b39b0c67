#include "catch.hpp"
#include "faults/faulty_clients.hpp"
#include "runtime/topologies.hpp"
#include "runtime/world.hpp"

#include <streams/dsl/streams_builder.hpp>

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::eventually;
using testing_support::patience;
using testing_support::world;

namespace {

using text = std::string;

/// Writes what it is given to a store, and deletes where that is "delete".
struct writing_rows final : processor<text, text, text, text> {
    void init(context_type& context) override {
        context_ = &context;
        store_ = &context.state_store<key_value_store>("rows");
    }
    void process(const record_type& r) override {
        const bytes_view key{std::string_view(r.key)};
        store_->put(key, r.value == "delete" ? std::nullopt
                                             : std::optional<bytes_view>(bytes_view(std::string_view(r.value))));
        context_->forward(r);
    }

private:
    context_type* context_ = nullptr;
    key_value_store* store_ = nullptr;
};

topology rows_topology() {
    topology t;
    t.add_source<text, text>("source", "in");
    t.add_processor("rows", [] { return std::make_unique<writing_rows>(); }, {"source"});
    t.add_store({.name = "rows",
                 .kind = key_value_kind{.timestamped = false},
                 .caching = false,
                 .changelog_config = {{"delete.retention.ms", "0"}}},
                {"rows"});
    t.add_sink<text, text>("sink", "out", {"rows"});
    return t;
}

/// Keeps compacted topic `in` in table `rows`, in one run after the other on the same disk.
struct table_world : world {
    using table = queryable_key_value_store<text, text>;

    table_world() {
        cluster.remove_topic("in");
        cluster.create_topic("in", 1, {{"cleanup.policy", "compact"}, {"delete.retention.ms", "0"}});
    }
    /// `optimization`: "all": the topic is the store's changelog, "none": it has one of its own.
    kafka_streams run_table(const char* optimization) const {
        auto with = config();
        with.topology_optimization = optimization;
        streams_builder builder;
        static_cast<void>(builder.table<text, text>("in", materialized{.name = "rows"}));
        return run(builder.build(with), with);
    }
    void write(const text& key, std::optional<text> value) { cluster.produce("in", key, value, {.timestamp = 1}); }
    /// Until the topic does not tell any more what was deleted.
    void forget_deletions() {
        REQUIRE(eventually([&] {
            cluster.compact("in");
            return std::ranges::all_of(cluster.read_bytes("in"),
                                       [](const auto& each) { return each.value.has_value(); });
        }));
    }
};

} // namespace

TEST_CASE("a store that goes over to another changelog has nothing that was deleted there before") {
    table_world w;
    {
        auto app = w.run_table("none");
        w.write("a", "1");
        w.write("b", "1");
        REQUIRE(eventually([&] { return w.committed() == 2; }));
    }
    w.write("a", std::nullopt);
    w.write("c", "1");
    w.forget_deletions();
    auto app = w.run_table("all");
    REQUIRE(app.wait_for(application_state::running, patience));
    const auto rows = app.store<table_world::table>("rows");
    CHECK(eventually([&] { return rows.get("c") == "1"; }));
    CHECK(rows.get("a") == std::nullopt);
    CHECK(rows.get("b") == "1");
}

TEST_CASE("a store keeps its rows where its new changelog says nothing yet") {
    table_world w;
    {
        auto app = w.run_table("all");
        w.write("a", "1");
        REQUIRE(eventually([&] { return w.committed() == 1; }));
    }
    for (int start = 0; start < 2; ++start) {
        auto app = w.run_table("none");
        REQUIRE(app.wait_for(application_state::running, patience));
        CHECK(app.store<table_world::table>("rows").get("a") == "1");
    }
}

TEST_CASE("a store whose changelog is cut off while it is restored is rebuilt from what is left") {
    world w;
    {
        kafka_streams app = w.run(rows_topology(), w.config("first"));
        for (int i = 0; i < 10; ++i) w.produce("k" + std::to_string(i), "row");
        REQUIRE(eventually([&] { return w.committed() == 10; }));
    }
    std::vector<std::int64_t> begins;
    std::atomic<std::int64_t> rows{-1};
    kafka_streams app(rows_topology(), w.config("second"), w.cluster.clients());
    app.set_restore_listener({
        .on_restore_start =
            [&](const restore_progress& now) {
                begins.push_back(now.begin);
                w.cluster.delete_records(now.changelog, 4);
            },
        .on_restore_end = [&](const restore_progress& now) { rows = now.rows; },
    });
    app.start();
    CHECK(app.wait_for(application_state::running, patience));
    CHECK(app.error().empty());
    CHECK(rows == 6);
    app.close(20s);
    CHECK(begins == std::vector<std::int64_t>{0, 4});
}

TEST_CASE("a changelog that was compacted away wholly is restored at once") {
    world w;
    {
        kafka_streams app = w.run(rows_topology(), w.config("first"));
        w.produce("k", "row");
        REQUIRE(eventually([&] { return w.committed() == 1; }));
        w.produce("k", "delete");
        REQUIRE(eventually([&] { return w.committed() == 2; }));
    }
    const char* const changelog = "app-rows-changelog";
    // The first compaction sees the tombstone, a later one lets it go.
    CHECK(eventually([&] {
        w.cluster.compact(changelog);
        return w.cluster.read_bytes(changelog).empty();
    }));
    REQUIRE(w.cluster.end_offsets(changelog)[0] == 2);
    kafka_streams app = w.run(rows_topology(), w.config("second"));
    CHECK(app.wait_for(application_state::running, patience));
}

TEST_CASE("a changelog that cannot be read at once is read later") {
    world w;
    {
        kafka_streams app = w.run(rows_topology(), w.config("first"));
        w.produce("k", "row");
        REQUIRE(eventually([&] { return w.committed() == 1; }));
    }
    auto restoring = std::make_shared<testing_support::fault_plan>();
    restoring->fail(testing_support::call::assign, {kafka::error_class::retriable, "busy"}, 3);
    kafka_streams app(rows_topology(), w.config("second"),
                      std::make_shared<testing_support::faulty_clients>(
                          w.cluster.clients(), std::make_shared<testing_support::fault_plan>(), restoring));
    std::atomic<std::int64_t> rows{-1};
    app.set_restore_listener({.on_restore_end = [&](const restore_progress& now) { rows = now.rows; }});
    app.start();
    CHECK(app.wait_for(application_state::running, patience));
    CHECK(restoring->failed(testing_support::call::assign) == 3);
    CHECK(rows == 1);
}

TEST_CASE(
    "a listener that throws at the end of a standby hears once of each of its stores, whether it fails or is closed") {
    const bool fails = GENERATE(false, true);
    constexpr std::int32_t partitions = 2;
    world w(partitions);
    const auto counting = [] {
        streams_builder builder;
        const auto grouped = builder.stream<text, text>("in").group_by_key();
        grouped.count(materialized{.name = "first"});
        grouped.count(materialized{.name = "second"});
        return builder.build();
    };
    const auto configured = [&](const char* name) {
        auto config = w.config(name);
        config.client_id = name;
        config.num_standby_replicas = 1;
        return config;
    };
    auto other = w.run(counting(), configured("one"));
    auto restoring = std::make_shared<testing_support::fault_plan>();
    kafka_streams app(counting(), configured("two"),
                      std::make_shared<testing_support::faulty_clients>(
                          w.cluster.clients(), std::make_shared<testing_support::fault_plan>(), restoring));
    std::mutex mutex;
    std::map<text, int> ends;
    std::atomic<int> begun{0};
    app.set_standby_update_listener({.on_update_start = [&](const standby_update&) { ++begun; },
                                     .on_update_suspended =
                                         [&](const standby_update& now, standby_suspend_reason) {
                                             const std::lock_guard lock(mutex);
                                             ++ends[text(now.store)];
                                             throw std::runtime_error("a fault of the user's");
                                         }});
    app.start();
    REQUIRE(eventually([&] { return begun == 2; }));
    REQUIRE(app.wait_for(application_state::running, patience));
    if (fails) {
        restoring->fail(testing_support::call::poll, {kafka::error_class::retriable, "no leader"}, 1'000'000);
        for (std::int32_t partition = 0; partition < partitions; ++partition)
            for (int row = 0; row < 10; ++row)
                w.cluster.produce("in", "k" + std::to_string(row), text("v"), {.timestamp = 1, .partition = partition});
        REQUIRE(eventually([&] { return w.committed("in", 0) == 10 && w.committed("in", 1) == 10; }));
        for (std::int32_t partition = 0; partition < partitions; ++partition)
            w.cluster.delete_records({"app-first-changelog", partition}, 5);
        restoring->forget(testing_support::call::poll);
        CHECK(app.wait_for(application_state::error, patience));
        CHECK(app.error().find("a fault of the user's") != text::npos);
    }
    CHECK(app.close(patience));
    const std::lock_guard lock(mutex);
    CHECK(ends == std::map<text, int>{{"first", 1}, {"second", 1}});
}
