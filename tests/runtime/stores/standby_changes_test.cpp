// Standbys while what they follow, and who keeps them, changes.

#include "catch.hpp"
#include "runtime/stores/standby_instances.hpp"

#include <streams/state/stores.hpp>
#include <streams/state/typed_key_value_store.hpp>
#include <streams/state/typed_versioned_store.hpp>
#include <streams/topology/processor_api.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::call;
using testing_support::config_of;
using testing_support::count_topology;
using testing_support::eventually;
using testing_support::instance;
using testing_support::pair_of_instances;
using testing_support::partitions;
using testing_support::patience;
using testing_support::row_count;
using testing_support::world;
using text = std::string;

using counts_store = queryable_key_value_store<text, std::int64_t>;

namespace {

const text changelog = "app-counts-changelog";

/// What an instance has of the first row of a partition, as active or as standby.
std::optional<std::int64_t> stale_count(instance& at, std::int32_t partition) {
    return at.app()
        .store<counts_store>("counts", {.partitions = {partition}, .stale = true})
        .get(pair_of_instances::key(partition, 0));
}

/// The partition of which `at` has no task; its standby, where it keeps one, is of that.
std::int32_t other_partition(instance& at) {
    for (std::int32_t partition = 0; partition < partitions; ++partition)
        if (!at.app()
                 .query("counts", key_query<text, std::int64_t>{"k"}, {.partitions = {partition}})
                 .partitions.at(partition)
                 .ok())
            return partition;
    FAIL("it has all of them");
    return -1;
}

/// Waits until what restores has looked for more records a few times.
void await_polls(instance& at) {
    const int polled = at.restoring().made(call::poll);
    REQUIRE(eventually([&] { return at.restoring().made(call::poll) > polled + 3; }));
}

using row = value_timestamp_headers<text>;

/// Keeps what it gets with its headers, and as a version.
struct keeping_headers final : processor<text, text> {
    void init(context_type& context) override {
        rows_.emplace(context.state_store<typed_key_value_store<text, row>>("rows"));
        versions_.emplace(context.state_store<typed_versioned_store<text, text>>("versions"));
    }
    void process(const record_type& r) override {
        rows_->put(r.key, {r.value, r.timestamp, r.headers});
        versions_->put(r.key, r.value, r.timestamp);
    }
    std::optional<typed_key_value_store<text, row>> rows_;
    std::optional<typed_versioned_store<text, text>> versions_;
};

topology keeping_versions(bool persistent) {
    topology t;
    t.add_source<text, text>("source", "in");
    t.add_processor("keeper", [] { return std::make_unique<keeping_headers>(); }, {"source"});
    t.add_store(stores::key_value("rows", {.persistent = persistent, .headers = true}), {"keeper"});
    t.add_store(stores::versioned_key_value("versions", 1h, {.persistent = persistent}), {"keeper"});
    return t;
}

/// A transaction of somebody else that is open in the changelogs of all partitions.
class open_transaction {
public:
    explicit open_transaction(const world& w)
        : producer_(w.cluster.clients()->make_producer({.client_id = "other", .transactional_id = "other"})) {
        REQUIRE(producer_->init_transactions(5s));
        REQUIRE(producer_->begin_transaction());
        const std::int32_t topic = producer_->open(changelog, false);
        for (std::int32_t partition = 0; partition < partitions; ++partition) {
            const text key = pair_of_instances::key(partition, 0);
            const text count(sizeof(std::int64_t), '\x01');
            kafka::producer_record record;
            record.topic = topic;
            record.partition = partition;
            record.key = bytes_view(std::string_view(key));
            record.value = bytes_view(std::string_view(count));
            record.timestamp = 1;
            REQUIRE(producer_->append(record));
        }
        REQUIRE(producer_->flush(5s));
    }
    void abort() { REQUIRE(producer_->abort_transaction(5s)); }

private:
    std::unique_ptr<kafka::producer> producer_;
};

} // namespace

TEST_CASE("stores that keep headers and versioned ones are the same on a standby, and where it is promoted") {
    const bool in_memory = GENERATE(false, true);
    world w(partitions);
    const auto make = [&](const text& name) {
        return std::make_unique<instance>(w, config_of(w, name), keeping_versions(!in_memory));
    };
    auto one = make("one");
    const auto two = make("two");
    REQUIRE(eventually([&] { return w.cluster.members("app") == 2; }));
    REQUIRE(two->has_all_of(2 * partitions));
    const headers trace{{"trace", bytes(std::string_view("t"))}};
    const auto put = [&](const text& value, std::int64_t timestamp, std::int64_t records) {
        for (std::int32_t partition = 0; partition < partitions; ++partition)
            w.cluster.produce("in", text("k") + std::to_string(partition), value,
                              {.timestamp = timestamp, .partition = partition, .headers = &trace});
        return eventually([&] { return w.committed("in", 0) == records && w.committed("in", 1) == records; });
    };
    REQUIRE(put("first", 10'000, 1));
    REQUIRE(put("second", 20'000, 2));
    const auto holds_all = [&](instance& at, bool stale) {
        const auto rows = at.app().store<queryable_key_value_store<text, row>>("rows", {.stale = stale});
        const auto versions = at.app().store<queryable_versioned_store<text, text>>("versions", {.stale = stale});
        for (const text key : {"k0", "k1"}) {
            CHECK(rows.get(key) == row{"second", 20'000, trace});
            CHECK(versions.get(key) == version<text>{"second", 20'000});
            CHECK(versions.get(key, 15'000) == version<text>{"first", 10'000, 20'000});
        }
    };
    REQUIRE(two->has_all_of(2 * partitions));
    holds_all(*two, true);
    two->forget_restored();
    one.reset();
    REQUIRE(eventually([&] { return two->begins().size() == 2; }));
    REQUIRE(two->runs());
    CHECK(two->restored() == 0);
    holds_all(*two, false);
}

TEST_CASE("a standby whose changelog is deleted and made anew has what the new one has, and tasks beside it go on") {
    const bool persistent = GENERATE(false, true);
    pair_of_instances t(persistent);
    t.put_all();
    REQUIRE(t.all_counted());
    REQUIRE(t.two->has_all_of(partitions));
    const std::int32_t followed = other_partition(*t.two);
    REQUIRE(t.w.cluster.remove_topic(changelog));
    REQUIRE(t.w.cluster.create_topic(changelog, partitions, {{"cleanup.policy", "compact"}}));
    REQUIRE(eventually([&] { return t.two->starts().size() == 2; }));
    CHECK(t.two->starts().back() == 0);
    CHECK(eventually([&] { return !stale_count(*t.two, followed).has_value(); }));
    t.put_all();
    REQUIRE(t.all_counted());
    REQUIRE(t.two->has_all_of(partitions));
    CHECK(stale_count(*t.two, followed) == 2);
    CHECK(t.one->app().close(patience));
    REQUIRE(t.two->runs());
    t.put_all();
    REQUIRE(t.all_counted());
    CHECK(eventually([&] { return t.counts_are(3); }));
    CHECK(t.two->app().error().empty());
}

TEST_CASE("instances with different numbers of standbys each keep what their own says") {
    world w(partitions);
    auto without = config_of(w, "two");
    without.num_standby_replicas = 0;
    instance one(w, config_of(w, "one"), count_topology(true));
    instance two(w, std::move(without), count_topology(true));
    REQUIRE(eventually([&] { return w.cluster.members("app") == 2; }));
    CHECK(one.has_all_of(partitions));
    CHECK(two.has_all_of(1));
    CHECK(one.runs());
    CHECK(two.runs());
    CHECK(one.starts().size() == 1);
    CHECK(two.starts().empty());
}

TEST_CASE("the number of standbys may be another one at each start, and no count is lost") {
    pair_of_instances t;
    const auto restart_two = [&](std::int32_t standbys) {
        t.two->app().close(patience);
        auto config = config_of(t.w, "two");
        config.num_standby_replicas = standbys;
        t.two.reset(); // its folder is free
        t.two = std::make_unique<instance>(t.w, std::move(config), count_topology(true));
        REQUIRE(eventually([&] { return t.w.cluster.members("app") == 2; }));
        REQUIRE(t.two->runs());
        REQUIRE(t.one->runs());
    };
    t.put_all();
    REQUIRE(t.all_counted());
    restart_two(0);
    CHECK(t.two->has_all_of(1));
    t.put_all();
    REQUIRE(t.all_counted());
    restart_two(1);
    CHECK(t.two->has_all_of(partitions));
    t.put_all();
    REQUIRE(t.all_counted());
    restart_two(0);
    CHECK(t.one->app().close(patience));
    REQUIRE(t.two->runs());
    t.put_all();
    REQUIRE(t.all_counted());
    CHECK(eventually([&] { return t.counts_are(4); }));
}

TEST_CASE("a task that becomes a standby keeps its rows, and reads none of them again") {
    const auto guarantee = GENERATE(processing_guarantee::at_least_once, processing_guarantee::exactly_once_v2);
    world w(partitions);
    const auto make = [&](const text& name) {
        auto config = config_of(w, name);
        config.guarantee = guarantee;
        return std::make_unique<instance>(w, std::move(config), count_topology(true));
    };
    const auto one = make("one");
    REQUIRE(one->runs());
    for (std::int32_t partition = 0; partition < partitions; ++partition)
        for (int row = 0; row < row_count; ++row)
            w.cluster.produce("in", pair_of_instances::key(partition, row), text("v"),
                              {.timestamp = 1, .partition = partition});
    REQUIRE(eventually([&] { return w.committed("in", 0) >= row_count && w.committed("in", 1) >= row_count; }));
    one->forget_restored();
    const auto two = make("two");
    REQUIRE(eventually([&] { return w.cluster.members("app") == 2; }));
    REQUIRE(two->runs());
    REQUIRE(one->runs());
    REQUIRE(eventually([&] { return one->starts().size() == 1; }));
    CHECK(one->starts().front() >= row_count);
    REQUIRE(one->has_all_of(partitions));
    CHECK(one->followed() == 0);
    CHECK(one->restored() == 0);
    const std::int32_t demoted = other_partition(*one);
    CHECK(stale_count(*one, demoted) == 1);
    w.cluster.produce("in", pair_of_instances::key(demoted, 0), text("v"), {.timestamp = 1, .partition = demoted});
    CHECK(eventually([&] { return stale_count(*one, demoted) == 2; }));
    CHECK(one->followed() == 1);
}

TEST_CASE("a standby has nothing of a transaction that is open at its changelog's end, or was aborted") {
    const bool persistent = GENERATE(false, true);
    pair_of_instances t(persistent, processing_guarantee::exactly_once_v2);
    t.put_all();
    REQUIRE(t.all_counted());
    REQUIRE(t.two->has_all_of(partitions));
    const std::int32_t followed = other_partition(*t.two);
    open_transaction other(t.w);
    await_polls(*t.two);
    CHECK(stale_count(*t.two, followed) == 1);
    CHECK(t.two->app().all_local_store_partition_lags()["counts"][followed].offset_lag() > 0);
    const bool promoted_meanwhile = GENERATE(false, true);
    t.two->forget_restored();
    if (promoted_meanwhile) {
        CHECK(t.one->app().close(patience));
        REQUIRE(eventually([&] { return t.two->begins().size() == 1; }));
        await_polls(*t.two);
        CHECK(t.two->app().state() == application_state::rebalancing);
    }
    other.abort();
    REQUIRE(t.two->has_all_of(partitions));
    REQUIRE(t.two->runs());
    CHECK(stale_count(*t.two, followed) == 1);
    CHECK(t.two->followed() == row_count);
    CHECK(t.two->restored() == 0);
    t.put_all();
    REQUIRE(t.all_counted());
    CHECK(eventually([&] { return t.counts_are(2); }));
}

TEST_CASE("a stale query is answered by the standby while its task waits to be opened") {
    pair_of_instances t;
    t.put_all();
    REQUIRE(t.all_counted());
    REQUIRE(t.two->has_all_of(partitions));
    const std::int32_t followed = other_partition(*t.two);
    // What is committed of its inputs has to be known first.
    t.two->plan().fail(call::committed, {kafka::error_class::retriable, "no coordinator"}, 1'000'000);
    CHECK(t.one->app().close(patience));
    REQUIRE(eventually([&] { return t.two->plan().failed(call::committed) > 2; }));
    CHECK(stale_count(*t.two, followed) == 1);
    t.two->plan().forget(call::committed);
    REQUIRE(t.two->runs());
    CHECK(stale_count(*t.two, followed) == 1);
}
