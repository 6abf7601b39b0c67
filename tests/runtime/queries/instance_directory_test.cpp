// Which instance of an application has which stores.

#include "catch.hpp"
#include "runtime/messages.hpp"
#include "runtime/world.hpp"
#include "src/runtime/queries/instance_directory.hpp"

#include <streams/dsl/streams_builder.hpp>

#include <set>

using namespace streams;
using testing_support::eventually;
using testing_support::patience;
using testing_support::world;
using text = std::string;

namespace {

topology counting() {
    streams_builder builder;
    builder.stream<text, text>("in").group_by_key().count(materialized{.name = "counts"});
    [[maybe_unused]] const auto rows = builder.global_table<text, text>("rows", materialized{.name = "rows"});
    return builder.build();
}

streams_config served_at(const world& w, const text& instance, const text& server) {
    auto config = w.config(instance);
    config.application_server = server;
    return config;
}

} // namespace

TEST_CASE("a client id tells where its instance answers queries") {
    CHECK(client_id_with_server("app-StreamThread-1-consumer", "") == "app-StreamThread-1-consumer");
    const auto id = client_id_with_server("a@b:80-StreamThread-1-consumer", "localhost:8080");
    CHECK(server_of(id) == host_info{"localhost", 8080});
    CHECK(server_of("a@b:80-StreamThread-1-consumer") == host_info{});
    CHECK(server_of("app-StreamThread-1-consumer") == host_info{});
    CHECK(server_of(client_id_with_server("app", "[::1]:8080")) == host_info{"::1", 8080});
}

TEST_CASE("every instance knows which one has the partition of a key") {
    world w(4);
    w.cluster.create_topic("rows", 1);
    auto one = w.run(counting(), served_at(w, "one", "one.local:8080"));
    REQUIRE(one.wait_for(application_state::running, patience));
    auto two = w.run(counting(), served_at(w, "two", "two.local:8081"));
    const host_info first{"one.local", 8080};
    const host_info second{"two.local", 8081};
    const auto both_known = [&](const kafka_streams& app) {
        return app.state() == application_state::running && app.metadata_for_all_streams_clients().size() == 2;
    };
    REQUIRE(eventually([&] { return both_known(one) && both_known(two); }));
    CHECK(one.metadata_for_all_streams_clients() == two.metadata_for_all_streams_clients());

    std::set<host_info> hosts;
    std::set<topic_partition> partitions;
    for (const streams_metadata& each : one.streams_metadata_for_store("counts")) {
        hosts.insert(each.host);
        CHECK(each.topic_partitions.size() == 2);
        CHECK(each.state_store_names == std::set<text>{"counts", "rows"});
        partitions.insert(each.topic_partitions.begin(), each.topic_partitions.end());
    }
    CHECK(hosts == std::set{first, second});
    CHECK(partitions.size() == 4);

    for (int number = 0; number < 20; ++number) w.produce("key" + std::to_string(number), "x");
    REQUIRE(eventually([&] {
        std::int64_t committed = 0;
        for (const auto& [partition, offset] : w.cluster.committed("app")) committed += offset.offset;
        return committed == 20;
    }));
    for (int number = 0; number < 20; ++number) {
        const text key = "key" + std::to_string(number);
        const auto place = one.query_metadata_for_key("counts", key);
        REQUIRE(place);
        const auto& owner = place->active_host == first ? one : two;
        const query_options there{.partitions = {place->partition}};
        CHECK(owner.query("counts", key_query<text, std::int64_t>{key}, there).only() == 1);
    }
    const auto chosen = one.query_metadata_for_key("counts", text("a"), [](const text&, std::int32_t) { return 3; });
    CHECK(chosen->partition == 3);
    CHECK(two.query_metadata_for_key("rows", text("a")) == key_query_metadata{second, -1});

    one.close();
    REQUIRE(eventually([&] {
        return two.state() == application_state::running && two.metadata_for_all_streams_clients().size() == 1;
    }));
    CHECK(two.query_metadata_for_key("counts", text("key1"))->active_host == second);
    CHECK_THROWS_AS(one.metadata_for_all_streams_clients(), streams_stopped_error);
}

TEST_CASE("an instance that does not say where it answers is known by what it has") {
    world w(2);
    w.cluster.create_topic("rows", 1);
    kafka_streams app(counting(), w.config(), w.cluster.clients());
    CHECK_THROWS_AS(app.metadata_for_all_streams_clients(), streams_not_started_error);
    CHECK_THROWS_AS(app.query_metadata_for_key("none", text("a")), unknown_state_store_error);
    app.start();
    REQUIRE(app.wait_for(application_state::running, patience));
    const auto all = app.metadata_for_all_streams_clients();
    REQUIRE(all.size() == 1);
    CHECK(all.front().host == host_info{});
    CHECK(all.front().topic_partitions.size() == 2);
    CHECK(app.query_metadata_for_key("counts", text("a"))->active_host == host_info{});
}
