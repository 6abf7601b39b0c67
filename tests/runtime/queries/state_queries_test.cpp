// Stores that are read by other threads while their application runs.

#include "catch.hpp"
#include "runtime/messages.hpp"
#include "runtime/topologies.hpp"
#include "runtime/unlogged_counts.hpp"
#include "runtime/world.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/state/stores.hpp>
#include <streams/topology/processor_api.hpp>

#include <range/v3/range/conversion.hpp>
#include <range/v3/view/filter.hpp>
#include <range/v3/view/transform.hpp>

#include <atomic>
#include <memory>
#include <numeric>
#include <optional>
#include <ranges>
#include <thread>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::count_topology;
using testing_support::eventually;
using testing_support::message_of;
using testing_support::patience;
using testing_support::says;
using testing_support::unlogged_counts;
using testing_support::world;
using text = std::string;

using counts_store = queryable_key_value_store<text, std::int64_t>;

namespace {

/// Counts `in` by key in store `counts`.
topology counting(bool persistent = true) {
    streams_builder builder;
    builder.stream<text, text>("in").group_by_key().count(materialized{.name = "counts", .in_memory = !persistent});
    return builder.build();
}

streams_config without_commits(const world& w) {
    auto config = w.config();
    config.commit_interval = 1h;
    return config;
}

using entries = std::vector<std::pair<text, std::int64_t>>;
entries pairs_of(store_range<counts_store::entry> range) {
    entries found;
    for (const auto& [key, value] : range) found.emplace_back(key, value);
    return found;
}

/// Produces so many records of each key, and waits until they are committed.
void fill(world& w, std::initializer_list<std::pair<text, int>> of) {
    int all = 0;
    for (const auto& [key, count] : of)
        for (int each = 0; each < count; ++each, ++all) w.produce(key, "x");
    REQUIRE(eventually([&] {
        std::int64_t committed = 0;
        for (const auto& [partition, offset] : w.cluster.committed("app")) committed += offset.offset;
        return committed >= all;
    }));
}

/// An application whose thread is at work on a record until it is set free.
kafka_streams busy_until(const std::atomic<bool>& free, world& w) {
    const auto busy = std::make_shared<std::atomic<bool>>(false);
    auto app = w.run(count_topology(false,
                                    [busy, &free](const auto&, auto&) {
                                        *busy = true;
                                        while (!free) std::this_thread::sleep_for(1ms);
                                    }),
                     w.config());
    REQUIRE(app.wait_for(application_state::running, patience));
    w.produce("a", "x");
    REQUIRE(eventually([&] { return busy->load(); }));
    return app;
}

} // namespace

TEST_CASE("a key-value store is read from another thread while it is written") {
    const bool persistent = GENERATE(false, true);
    world w(3);
    auto app = w.run(counting(persistent), w.config());
    REQUIRE(app.wait_for(application_state::running, patience));
    const auto counts = app.store<counts_store>("counts");
    CHECK(counts.get("apple") == std::nullopt);
    fill(w, {{"apple", 3}, {"apricot", 2}, {"banana", 1}, {"cherry", 4}});

    CHECK(counts.get("apple") == 3);
    CHECK(counts.get("plum") == std::nullopt);
    const std::vector<text> keys{"cherry", "plum", "banana"};
    CHECK(counts.get_all(keys) == std::vector<std::optional<std::int64_t>>{4, std::nullopt, 1});
    CHECK(counts.approximate_num_entries() == 4);

    auto sorted = pairs_of(counts.all());
    std::ranges::sort(sorted);
    CHECK(sorted == entries{{"apple", 3}, {"apricot", 2}, {"banana", 1}, {"cherry", 4}});
    sorted = pairs_of(counts.range("apricot", "banana"));
    std::ranges::sort(sorted);
    CHECK(sorted == entries{{"apricot", 2}, {"banana", 1}});
    sorted = pairs_of(counts.prefix_scan(text("ap")));
    std::ranges::sort(sorted);
    CHECK(sorted == entries{{"apple", 3}, {"apricot", 2}});
}

TEST_CASE("a partition's entries come by key, or backwards") {
    world w;
    auto app = w.run(counting(), w.config());
    REQUIRE(app.wait_for(application_state::running, patience));
    fill(w, {{"b", 2}, {"a", 1}, {"c", 3}});
    const auto counts = app.store<counts_store>("counts");
    CHECK(pairs_of(counts.all()) == entries{{"a", 1}, {"b", 2}, {"c", 3}});
    CHECK(pairs_of(counts.all(iteration_order::descending)) == entries{{"c", 3}, {"b", 2}, {"a", 1}});
    CHECK(pairs_of(counts.range(std::nullopt, "b", iteration_order::descending)) == entries{{"b", 2}, {"a", 1}});
}

TEST_CASE("results compose with views of range-v3 and of the standard library") {
    world w;
    auto app = w.run(counting(), w.config());
    REQUIRE(app.wait_for(application_state::running, patience));
    fill(w, {{"a", 1}, {"b", 2}, {"c", 3}});
    const auto counts = app.store<counts_store>("counts");
    const auto key_of = [](const auto& entry) { return entry.key; };
    const auto often = counts.all() | ranges::views::filter([](const auto& entry) { return entry.value > 1; }) |
                       ranges::views::transform(key_of) | ranges::to<std::vector<text>>();
    CHECK(often == std::vector<text>{"b", "c"});
    std::int64_t sum = 0;
    auto all = counts.all();
    for (const std::int64_t value : all | std::views::transform([](const auto& entry) { return entry.value; }))
        sum += value;
    CHECK(sum == 6);
}

TEST_CASE("what is not committed is seen where a query asks for it, and by no other") {
    const bool persistent = GENERATE(false, true);
    world w;
    auto app = w.run(counting(persistent), without_commits(w));
    REQUIRE(app.wait_for(application_state::running, patience));
    const auto committed = app.store<counts_store>("counts");
    const auto newest = app.store<counts_store>("counts", {.isolation = isolation_level::read_uncommitted});
    for (int each = 0; each < 3; ++each) w.produce("a", "x");
    CHECK(eventually([&] { return newest.get("a") == 3; }));
    CHECK(pairs_of(newest.all()) == entries{{"a", 3}});
    CHECK(committed.get("a") == std::nullopt);
    CHECK(pairs_of(committed.all()).empty());
}

TEST_CASE("the configuration says what queries see that do not say it") {
    world w;
    auto config = without_commits(w);
    config.default_interactive_query_isolation_level = isolation_level::read_uncommitted;
    auto app = w.run(counting(), config);
    REQUIRE(app.wait_for(application_state::running, patience));
    const auto counts = app.store<counts_store>("counts");
    w.produce("a", "x");
    CHECK(eventually([&] { return counts.get("a") == 1; }));
    CHECK(app.store<counts_store>("counts", {.isolation = isolation_level::read_committed}).get("a") == std::nullopt);
}

TEST_CASE("a query ends the wait of a thread that has nothing to do") {
    world w;
    auto config = w.config();
    config.poll = 60s;
    auto app = w.run(counting(), config);
    REQUIRE(app.wait_for(application_state::running, patience));
    const auto counts = app.store<counts_store>("counts", {.timeout = 20s});
    for (int each = 0; each < 10; ++each) CHECK(counts.get("a") == std::nullopt);
}

TEST_CASE("values of a store that keeps headers are read with and without them") {
    world w;
    auto config = w.config();
    config.dsl_store_format = store_format::headers;
    auto app = w.run(counting(), config);
    REQUIRE(app.wait_for(application_state::running, patience));
    fill(w, {{"apple", 3}});

    CHECK(app.store<counts_store>("counts").get("apple") == 3);
    using timed = queryable_key_value_store<text, value_and_timestamp<std::int64_t>>;
    CHECK(app.store<timed>("counts").get("apple")->value == 3);
    using with_headers = queryable_key_value_store<text, value_timestamp_headers<std::int64_t>>;
    const auto found = app.store<with_headers>("counts").get("apple");
    REQUIRE(found);
    CHECK(found->value == 3);
    CHECK(found->headers.empty());
}

TEST_CASE("values are read with their timestamps where these are asked for") {
    world w;
    auto app = w.run(counting(), w.config());
    REQUIRE(app.wait_for(application_state::running, patience));
    w.produce("a", "x", 1'234);
    fill(w, {});
    const auto counts = app.store<queryable_key_value_store<text, value_and_timestamp<std::int64_t>>>("counts");
    CHECK(eventually([&] { return counts.get("a") == value_and_timestamp<std::int64_t>{1, 1'234}; }));
}

TEST_CASE("a window store is read by key and time, and by ranges of both") {
    const bool persistent = GENERATE(false, true);
    streams_builder builder;
    builder.stream<text, text>("in")
        .group_by_key()
        .windowed_by(tumbling{1min, 10min})
        .count(materialized{.name = "counts", .in_memory = !persistent});
    world w;
    auto app = w.run(builder.build(), w.config());
    REQUIRE(app.wait_for(application_state::running, patience));
    for (const std::int64_t at : {0, 1, 60'000, 120'000}) w.produce("a", "x", at);
    w.produce("b", "x", 60'000);
    REQUIRE(eventually([&] { return w.committed() == 5; }));

    const auto counts = app.store<queryable_window_store<text, std::int64_t>>("counts");
    CHECK(counts.fetch("a", 0) == 2);
    CHECK(counts.fetch("a", 30'000) == std::nullopt);
    using row = windowed_value<text, std::int64_t>;
    const auto rows = [](store_range<row> range) { return std::move(range) | ranges::to<std::vector<row>>(); };
    CHECK(rows(counts.fetch("a", 0, 60'000)) == std::vector<row>{{"a", 0, 2}, {"a", 60'000, 1}});
    CHECK(rows(counts.fetch("a", 0, 120'000, iteration_order::descending)) ==
          std::vector<row>{{"a", 120'000, 1}, {"a", 60'000, 1}, {"a", 0, 2}});
    CHECK(rows(counts.fetch_all(60'000, 60'000)) == std::vector<row>{{"a", 60'000, 1}, {"b", 60'000, 1}});
    CHECK(rows(counts.fetch_range("b", std::nullopt, 0, 120'000)) == std::vector<row>{{"b", 60'000, 1}});
    CHECK(rows(counts.all()).size() == 4);
}

TEST_CASE("a session store is read by key and time, and by ranges of both") {
    const bool persistent = GENERATE(false, true);
    streams_builder builder;
    builder.stream<text, text>("in")
        .group_by_key()
        .windowed_by(session{1min, 10min})
        .count(materialized{.name = "counts", .in_memory = !persistent});
    world w;
    auto app = w.run(builder.build(), w.config());
    REQUIRE(app.wait_for(application_state::running, patience));
    for (const std::int64_t at : {0, 30'000, 200'000}) w.produce("a", "x", at);
    w.produce("b", "x", 10'000);
    REQUIRE(eventually([&] { return w.committed() == 4; }));

    const auto counts = app.store<queryable_session_store<text, std::int64_t>>("counts");
    CHECK(counts.fetch({"a", {0, 30'000}}) == 2);
    CHECK(counts.fetch({"a", {0, 30'001}}) == std::nullopt);
    using row = std::pair<session_windowed<text>, std::int64_t>;
    const auto rows = [](store_range<row> range) { return std::move(range) | ranges::to<std::vector<row>>(); };
    const row first{{"a", {0, 30'000}}, 2};
    const row second{{"a", {200'000, 200'000}}, 1};
    const row other{{"b", {10'000, 10'000}}, 1};
    CHECK(rows(counts.find("a")) == std::vector<row>{first, second});
    CHECK(rows(counts.find("a", iteration_order::descending)) == std::vector<row>{second, first});
    CHECK(rows(counts.find("a", 30'001, 300'000)) == std::vector<row>{second});
    CHECK(rows(counts.find_range(std::nullopt, std::nullopt)) == std::vector<row>{first, second, other});
}

TEST_CASE("a versioned store is read as of a time, and with the history of a key") {
    const bool persistent = GENERATE(false, true);
    streams_builder builder;
    [[maybe_unused]] const auto rows = builder.table<text, text>(
        "in", materialized{.name = "rows", .in_memory = !persistent, .history_retention = 1h});
    world w;
    auto app = w.run(builder.build(), w.config());
    REQUIRE(app.wait_for(application_state::running, patience));
    w.produce("a", "one", 10'000);
    w.produce("a", "two", 20'000);
    w.produce("a", "three", 30'000);
    REQUIRE(eventually([&] { return w.committed() == 3; }));

    const auto store = app.store<queryable_versioned_store<text, text>>("rows");
    CHECK(store.get("a") == version<text>{"three", 30'000});
    CHECK(store.get("a", 25'000) == version<text>{"two", 20'000, 30'000});
    CHECK(store.get("a", 9'999) == std::nullopt);
    CHECK(store.get("b") == std::nullopt);
    const auto all = store.history("a", 0, 40'000) | ranges::to<std::vector<version<text>>>();
    CHECK(all == std::vector<version<text>>{{"three", 30'000}, {"two", 20'000, 30'000}, {"one", 10'000, 20'000}});
    const auto some =
        store.history("a", 15'000, 20'000, iteration_order::ascending) | ranges::to<std::vector<version<text>>>();
    CHECK(some == std::vector<version<text>>{{"one", 10'000, 20'000}, {"two", 20'000, 30'000}});
}

TEST_CASE("a global store is read as its topic says now") {
    const bool persistent = GENERATE(false, true);
    world w;
    w.cluster.create_topic("rows", 2);
    streams_builder builder;
    [[maybe_unused]] const auto rows =
        builder.global_table<text, text>("rows", materialized{.name = "rows", .in_memory = !persistent});
    w.cluster.produce("rows", text("a"), text("one"));
    w.cluster.produce("rows", text("b"), text("two"));
    auto config = without_commits(w);
    auto app = w.run(builder.build(), config);
    REQUIRE(app.wait_for(application_state::running, patience));
    const auto store = app.store<queryable_key_value_store<text, text>>("rows");
    CHECK(store.get("a") == "one");
    w.cluster.produce("rows", text("a"), text("three"));
    CHECK(eventually([&] { return store.get("a") == "three"; }));
    using row = key_value<text, text>;
    CHECK((store.all() | ranges::to<std::vector<row>>()) == std::vector<row>{{"a", "three"}, {"b", "two"}});
    app.close();
    CHECK_THROWS_AS(store.get("a"), streams_stopped_error);
}

TEST_CASE("a range that the application has no memory to copy for is refused, and the application goes on") {
    world w;
    auto config = w.config();
    config.state_memory_bytes = 5 * 1'048'576; // about the least, of which queries have little
    std::optional<kafka_streams> app;
    app.emplace(w.run(counting(false), config));
    REQUIRE(app->wait_for(application_state::running, patience));
    constexpr int rows = 1'000;
    const auto key = [](int row) { return text(1'000, 'k') + std::to_string(1'000 + row); };
    for (int row = 0; row < rows; ++row) w.produce(key(row), "x");
    REQUIRE(eventually([&] { return w.committed() == rows; }));
    const auto counts = app->store<counts_store>("counts");
    const auto copied = [&] { return app->counts().memory.at(memory_role::query_copies).reserved; };
    CHECK_THROWS_AS(counts.all(), query_memory_error);
    const text refusal = message_of([&] { static_cast<void>(counts.all()); });
    CHECK(says(refusal, "a query of store counts would copy "));
    CHECK(says(refusal, "ask for fewer entries at a time"));
    CHECK(copied() == 0);
    CHECK(counts.get(key(7)) == 1);
    CHECK(copied() == 0);
    const auto failed = app->query("counts", range_query<text, std::int64_t>{});
    REQUIRE(failed.partitions.at(0).failure() != nullptr);
    CHECK(failed.partitions.at(0).failure()->reason == failure_reason::out_of_memory);
    {
        const auto few = counts.range(key(0), key(9));
        CHECK(copied() > 10 * 1'000);
    }
    CHECK(copied() == 0);
    auto outliving = counts.range(key(0), key(9));
    app.reset();
    CHECK(pairs_of(std::move(outliving)).size() == 10);
}

TEST_CASE("a store that the topology has not is refused with the name of a near one") {
    world w;
    auto app = w.run(counting(), w.config());
    CHECK_THROWS_AS(app.store<counts_store>("count"), unknown_state_store_error);
    CHECK(says(message_of([&] { (void)app.store<counts_store>("count"); }), "did you mean counts?"));
    CHECK_THROWS_AS(app.query("other", key_query<text, std::int64_t>{"a"}), unknown_state_store_error);
}

TEST_CASE("a store is queried as the kind, and with the types, that it has") {
    world w;
    streams_builder builder;
    builder.stream<text, text>("in").group_by_key().count(materialized{.name = "counts"});
    builder.add_state_store(stores::with_serdes(stores::key_value("plain"), serde<text>(), serde<text>()));
    auto topology = builder.build();
    auto app = w.run(std::move(topology), w.config());
    CHECK(says(message_of([&] { (void)app.store<queryable_window_store<text, std::int64_t>>("counts"); }),
               "counts is a key-value store, and is queried as a window store; use queryable_key_value_store"));
    CHECK(says(message_of([&] { (void)app.store<queryable_key_value_store<text, std::int64_t>>("plain"); }),
               "the values of store plain are of another type"));
    CHECK(
        says(message_of([&] { (void)app.store<queryable_key_value_store<text, value_and_timestamp<text>>>("plain"); }),
             "plain keeps no timestamps"));
    REQUIRE(app.wait_for(application_state::running, patience));
    CHECK(says(message_of([&] { (void)app.store<queryable_key_value_store<text, text>>("plain").get("a"); }),
               "is connected to no node"));
}

TEST_CASE("what is stored in another type than it is queried with is an error that names store and key") {
    world w;
    auto app = w.run(counting(), w.config());
    REQUIRE(app.wait_for(application_state::running, patience));
    fill(w, {{"a", 1}});
    const auto counts = app.store<queryable_key_value_store<text, std::int32_t>>("counts");
    CHECK_THROWS_AS(counts.get("a"), serialization_error);
    CHECK(says(message_of([&] { (void)counts.get("a"); }), "counts"));
}

TEST_CASE("stores are queried neither before the start nor after the end") {
    world w;
    std::optional<counts_store> counts;
    {
        kafka_streams app(counting(), w.config(), w.cluster.clients());
        counts = app.store<counts_store>("counts");
        CHECK_THROWS_AS(counts->get("a"), streams_not_started_error);
        app.start();
        REQUIRE(app.wait_for(application_state::running, patience));
        CHECK(counts->get("a") == std::nullopt);
        app.close();
        CHECK_THROWS_AS(counts->get("a"), streams_stopped_error);
    }
    CHECK_THROWS_AS(counts->get("a"), streams_stopped_error);
}

TEST_CASE("a partition that is asked for has to be here, and to exist") {
    world w(2);
    auto app = w.run(counting(), w.config());
    REQUIRE(app.wait_for(application_state::running, patience));
    fill(w, {{"a", 1}, {"b", 1}, {"c", 1}, {"d", 1}});
    const auto of = [&](std::int32_t partition) {
        return pairs_of(app.store<counts_store>("counts", {.partitions = {partition}}).all()).size();
    };
    CHECK(of(0) + of(1) == 4);
    CHECK_THROWS_AS(of(2), invalid_state_store_partition_error);
    CHECK(says(message_of([&] { (void)of(2); }), "it has 2, counted from 0"));

    auto other = w.run(counting(), w.config("two"));
    REQUIRE(eventually(
        [&] { return other.state() == application_state::running && app.state() == application_state::running; }));
    int moved = 0;
    for (const std::int32_t partition : {0, 1}) {
        try {
            (void)of(partition);
        } catch (const state_store_migrated_error& cause) {
            ++moved;
            CHECK(says(cause.what(), "is not on this instance"));
        }
    }
    CHECK(moved == 1);
}

TEST_CASE("a thread of the application is refused a query that it would have to answer itself") {
    world w;
    std::optional<counts_store> counts;
    text refusal;
    std::atomic<bool> asked{false};
    auto app = w.run(count_topology(false,
                                    [&](const auto&, auto&) {
                                        if (asked.exchange(true)) return;
                                        refusal = message_of([&] { (void)counts->get("a"); });
                                    }),
                     w.config());
    counts = app.store<counts_store>("counts");
    w.produce("a", "x");
    REQUIRE(eventually([&] { return w.out().size() == 1; }));
    CHECK(says(refusal, "which would wait for itself"));
}

TEST_CASE("a query waits no longer than it is told to for a thread that is busy") {
    world w;
    std::atomic<bool> free{false};
    auto app = busy_until(free, w);
    CHECK_THROWS_AS(app.store<counts_store>("counts", {.timeout = 10ms}).get("a"), query_timeout_error);
    std::thread releasing([&] {
        std::this_thread::sleep_for(20ms);
        free = true;
    });
    CHECK_NOTHROW(app.store<counts_store>("counts").get("a"));
    releasing.join();
}

TEST_CASE("a query that waits is answered when its thread ends") {
    world w;
    std::atomic<bool> free{false};
    auto app = busy_until(free, w);
    const auto counts = app.store<counts_store>("counts", {.timeout = 1h});
    std::atomic<bool> begun{false};
    std::atomic<bool> answered{false};
    std::thread asking([&] {
        begun = true;
        try {
            (void)counts.get("a");
        } catch (const invalid_state_store_error&) { // it has moved, or the application has stopped
        }
        answered = true;
    });
    while (!begun) std::this_thread::yield();
    app.close(0ms);
    free = true;
    asking.join();
    CHECK(answered);
}

TEST_CASE("a store that is being restored is refused, unless a stale one will do") {
    world w;
    {
        auto app = w.run(counting(), w.config());
        REQUIRE(app.wait_for(application_state::running, patience));
        fill(w, {{"a", 2}});
    }
    auto config = w.config("elsewhere"); // nothing is there yet
    kafka_streams app(counting(), config, w.cluster.clients());
    app.pause(); // nothing is restored
    app.start();
    const auto counts = app.store<counts_store>("counts");
    const auto stale = app.store<counts_store>("counts", {.stale = true});
    const auto refused = [&] { return message_of([&] { (void)counts.get("a"); }); };
    REQUIRE(eventually([&] { return says(refused(), "its task is restoring"); }));
    CHECK_THROWS_AS(counts.get("a"), streams_rebalancing_error);
    CHECK(stale.get("a") == std::nullopt);
    const std::int64_t end = w.cluster.end_offsets("app-counts-changelog").front();
    CHECK(app.all_local_store_partition_lags() == store_partition_lags{{"counts", {{0, {0, end}}}}});
    CHECK(app.all_local_store_partition_lags()["counts"][0].offset_lag() == end);
    app.resume();
    REQUIRE(app.wait_for(application_state::running, patience));
    CHECK(counts.get("a") == 2);
    CHECK(app.all_local_store_partition_lags()["counts"][0] == lag_info{end, end});
}

TEST_CASE("a store that comes back is behind its changelog until it is restored again") {
    world w(2);
    auto app = w.run(counting(), w.config());
    REQUIRE(app.wait_for(application_state::running, patience));
    for (const int partition : {0, 1}) w.cluster.produce("in", text("a"), text("x"), {.partition = partition});
    REQUIRE(eventually([&] { return w.committed("in", 0) == 1 && w.committed("in", 1) == 1; }));
    const auto lags = [&] {
        std::vector<std::int64_t> found;
        const auto all = app.all_local_store_partition_lags();
        if (const auto of_counts = all.find("counts"); of_counts != all.end())
            for (const auto& [partition, lag] : of_counts->second) found.push_back(lag.offset_lag());
        std::ranges::sort(found);
        return found;
    };
    {
        auto other = w.run(counting(), w.config("two"));
        REQUIRE(eventually([&] { return lags() == std::vector<std::int64_t>{0}; }));
        REQUIRE(other.wait_for(application_state::running, patience));
        app.pause(); // nothing is restored
    }
    CHECK(eventually([&] {
        const auto found = lags();
        return found.size() == 2 && found.back() == 1; // the one that stayed may be made anew as well
    }));
    app.resume();
    CHECK(eventually([&] { return lags() == std::vector<std::int64_t>{0, 0}; }));
}

TEST_CASE("each partition answers a query, with the input that it has taken in") {
    world w(2);
    auto app = w.run(counting(), w.config());
    REQUIRE(app.wait_for(application_state::running, patience));
    fill(w, {{"a", 2}, {"b", 1}, {"c", 3}, {"d", 1}});

    auto found = app.query("counts", key_query<text, std::int64_t>{"c"});
    REQUIRE(found.partitions.size() == 2);
    std::int64_t sum = 0;
    for (auto& [partition, each] : found.partitions) {
        REQUIRE(each.ok());
        sum += each.value().value_or(0);
    }
    CHECK(sum == 3);
    const auto covers = found.position();
    std::int64_t taken = 0;
    for (const auto& [partition, offset] : covers.all()) {
        CHECK(partition.topic == "in");
        taken += offset + 1;
    }
    CHECK(taken == 7);

    auto one = app.query("counts", range_query<text, std::int64_t>{},
                         {.partitions = {1}, .bound = position_bound::at(covers)});
    CHECK_NOTHROW(one.only());
    CHECK_THROWS_AS(found.only(), invalid_state_store_error);
    const auto nowhere = app.query("counts", key_query<text, std::int64_t>{"c"}, {.partitions = {7}});
    CHECK(nowhere.partitions.at(7).failure()->reason == failure_reason::does_not_exist);
}

TEST_CASE("a partition that is not as far as the bound of a query says so") {
    world w;
    auto app = w.run(counting(), w.config());
    REQUIRE(app.wait_for(application_state::running, patience));
    fill(w, {{"a", 2}});
    const auto bound = position_bound::at(query_position().add({"in", 0}, 2));
    auto found = app.query("counts", key_query<text, std::int64_t>{"a"}, {.bound = bound});
    CHECK(found.partitions.at(0).failure()->reason == failure_reason::not_up_to_bound);
    CHECK_THROWS_AS(found.only(), invalid_state_store_error);
    w.produce("a", "x");
    REQUIRE(eventually([&] {
        return app.query("counts", key_query<text, std::int64_t>{"a"}, {.bound = bound}).partitions.at(0).ok();
    }));
    CHECK(app.query("counts", key_query<text, std::int64_t>{"a"}, {.bound = bound}).only() == 3);
}

TEST_CASE("a store without a changelog that begins empty on another instance meets no bound from before") {
    const bool persistent = GENERATE(false, true);
    world w;
    query_position covers;
    {
        auto app = w.run(unlogged_counts(persistent), w.config());
        REQUIRE(app.wait_for(application_state::running, patience));
        fill(w, {{"a", 5}});
        auto found = app.query("counts", key_query<text, std::int64_t>{"a"});
        covers = found.position();
        CHECK(found.only() == 5);
    }
    auto app = w.run(unlogged_counts(persistent), w.config("elsewhere"));
    REQUIRE(app.wait_for(application_state::running, patience));
    const auto ask = [&] {
        return app.query("counts", key_query<text, std::int64_t>{"a"}, {.bound = position_bound::at(covers)});
    };
    auto found = ask();
    REQUIRE(found.partitions.at(0).failure() != nullptr);
    CHECK(found.partitions.at(0).failure()->reason == failure_reason::not_up_to_bound);
    w.produce("a", "x");
    CHECK(eventually([&] { return ask().partitions.at(0).ok(); }));
    CHECK(ask().only() == 1);
}

TEST_CASE("many threads query a store while it is written, committed and moved, and no count goes back or is absent") {
    const bool persistent = GENERATE(false, true);
    world w(4);
    auto config = w.config();
    config.commit_interval = 5ms;
    config.num_stream_threads = 2;
    if (persistent) config.guarantee = processing_guarantee::exactly_once_v2;
    auto app = w.run(counting(persistent), config);
    REQUIRE(app.wait_for(application_state::running, patience));
    const auto counts = app.store<counts_store>("counts");
    std::atomic<bool> done{false};
    std::atomic<int> answered{0};
    std::atomic<int> backwards{0};
    std::atomic<int> absent{0}; ///< though it was there before, and all partitions are here
    const std::vector<text> keys{"a", "b", "c", "d", "e", "f", "g", "h"};
    std::vector<std::thread> readers;
    for (std::size_t reader = 0; reader < 3; ++reader)
        readers.emplace_back([&, reader] {
            std::map<text, std::int64_t> last;
            while (!done) {
                try {
                    if (reader == 0) {
                        const auto values = counts.get_all(keys);
                        for (std::size_t at = 0; at < keys.size(); ++at)
                            if (values[at])
                                backwards += std::exchange(last[keys[at]], *values[at]) > *values[at];
                            else
                                absent += last.contains(keys[at]);
                    } else if (reader == 1) {
                        std::size_t found = 0;
                        for (const auto& [key, value] : counts.all()) {
                            backwards += std::exchange(last[key], value) > value;
                            ++found;
                        }
                        absent += found < last.size();
                    } else {
                        for (const text& key : keys)
                            if (const auto value = counts.get(key))
                                backwards += std::exchange(last[key], *value) > *value;
                            else
                                absent += last.contains(key);
                    }
                    ++answered;
                } catch (const invalid_state_store_error&) { // partitions are on their way
                    std::this_thread::sleep_for(1ms);
                }
            }
        });
    constexpr int rounds = 200;
    for (int round = 0; round < rounds; ++round) {
        for (const text& key : keys) w.produce(key, "x");
        if (round == 70) app.add_stream_thread();
        if (round == 140) app.remove_stream_thread(0ms);
        std::this_thread::sleep_for(1ms);
    }
    CHECK(eventually([&] {
        try {
            return counts.get_all(keys) == std::vector<std::optional<std::int64_t>>(keys.size(), rounds);
        } catch (const invalid_state_store_error&) {
            return false;
        }
    }));
    done = true;
    for (std::thread& each : readers) each.join();
    CHECK(answered > 0);
    CHECK(backwards == 0);
    CHECK(absent == 0);
}
