#include "catch.hpp"

#include <streams/core/error.hpp>
#include <streams/core/manual_clock.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/embedded_cluster.hpp>

#include <cstdlib>
#include <thread>

using namespace streams;
using namespace std::chrono_literals;

namespace {

std::filesystem::path make_folder() {
    auto pattern = (std::filesystem::temp_directory_path() / "streams-cluster-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    return pattern;
}

} // namespace

TEST_CASE("typed records go into the embedded cluster and come out as they were") {
    embedded_cluster cluster;
    CHECK(cluster.create_topic("orders", 3));
    CHECK_FALSE(cluster.create_topic("orders", 5));
    CHECK(cluster.topics() == std::vector<std::string>{"orders"});
    CHECK(cluster.partitions("orders") == 3);
    CHECK(cluster.partitions("missing") == 0);

    const streams::headers headers{{"trace", bytes(std::string_view("7"))}};
    CHECK(cluster.produce("orders", std::string("k"), std::int64_t{42},
                          {.timestamp = 1000, .partition = 2, .headers = &headers}) == 0);
    CHECK(cluster.produce("orders", std::string("k"), std::optional<std::int64_t>{},
                          {.timestamp = -1, .partition = 2}) == 1);
    const auto read = cluster.read<std::string, std::optional<std::int64_t>>("orders");
    REQUIRE(read.size() == 2);
    CHECK(read[0].key == "k");
    CHECK(read[0].value == 42);
    CHECK(read[0].timestamp == 1000);
    CHECK(read[0].headers == headers);
    CHECK(read[0].partition == 2);
    CHECK(read[1].offset == 1);
    CHECK_FALSE(read[1].value);
    CHECK_THROWS_AS((cluster.read<std::string, std::int64_t>("orders")), serialization_error);
    CHECK(cluster.end_offsets("orders") == std::vector<std::int64_t>{0, 0, 2});
}

TEST_CASE("records are placed by their key as Java does, without a key in turn, and stamped by the clock") {
    manual_clock time(777);
    embedded_cluster cluster({.time = &time});
    cluster.create_topic("t", 10);
    cluster.produce("t", std::string("foobar"), std::string("v"));
    const auto read = cluster.read<std::string, std::string>("t");
    CHECK(read.at(0).partition == (-790332482 & 0x7fffffff) % 10);
    CHECK(read.at(0).timestamp == 777);
    cluster.create_topic("u", 2);
    for (int at = 0; at < 4; ++at) cluster.produce_bytes("u", std::nullopt, bytes_view(std::string_view("v")));
    CHECK(cluster.end_offsets("u") == std::vector<std::int64_t>{2, 2});
}

TEST_CASE("what is wrong is said with the topic's name") {
    embedded_cluster cluster;
    cluster.create_topic("t");
    CHECK_THROWS_WITH(cluster.produce("missing", std::string("k"), std::string("v")),
                      containing("topic missing does not exist"));
    CHECK_THROWS_WITH(cluster.produce("t", std::string("k"), std::string("v"), {.partition = 3}),
                      containing("no partition 3"));
    CHECK_THROWS_AS(cluster.read_bytes("missing"), streams_error);
    CHECK_THROWS_AS(cluster.compact("missing"), streams_error);
    CHECK_THROWS_AS(cluster.delete_records({"t", 0}, 1), streams_error);
    CHECK_THROWS_AS(cluster.create_topic("no name"), config_error);
}

TEST_CASE("records are compacted, deleted and retained on demand") {
    embedded_cluster cluster;
    cluster.create_topic("table", 1, {{"cleanup.policy", "compact"}});
    for (int at = 0; at < 3; ++at) cluster.produce("table", std::string("k"), std::to_string(at));
    cluster.compact("table");
    const auto kept = cluster.read<std::string, std::string>("table");
    REQUIRE(kept.size() == 1);
    CHECK(kept[0].offset == 2);

    cluster.create_topic("old", 1, {{"retention.ms", "1000"}});
    cluster.produce("old", std::string("k"), std::string("v"), {.timestamp = 5});
    cluster.apply_retention();
    CHECK(cluster.read_bytes("old").empty());
    CHECK(cluster.begin_offsets("old") == std::vector<std::int64_t>{1});

    cluster.create_topic("t");
    for (int at = 0; at < 3; ++at) cluster.produce("t", std::string("k"), std::string("v"));
    cluster.delete_records({"t", 0}, 2);
    CHECK(cluster.begin_offsets("t") == std::vector<std::int64_t>{2});
    cluster.delete_records({"t", 0}, -1);
    CHECK(cluster.begin_offsets("t") == std::vector<std::int64_t>{3});
    CHECK(cluster.remove_topic("t"));
    CHECK_FALSE(cluster.remove_topic("t"));
}

TEST_CASE("a cluster in a folder is the same when opened again") {
    const auto folder = make_folder();
    {
        embedded_cluster cluster({.folder = folder});
        cluster.create_topic("t", 2);
        for (int at = 0; at < 100; ++at) cluster.produce("t", std::to_string(at), std::string("v"));
        CHECK_THROWS_WITH(embedded_cluster({.folder = folder}), containing("in use"));
    }
    {
        embedded_cluster again({.folder = folder});
        CHECK(again.read_bytes("t").size() == 100);
    }
    std::filesystem::remove_all(folder);
}

TEST_CASE("several threads may write to the cluster and read from it") {
    embedded_cluster cluster;
    cluster.create_topic("t", 2);
    const auto writer = [&] {
        for (int at = 0; at < 1000; ++at) cluster.produce("t", std::to_string(at), std::string("v"));
    };
    std::thread one(writer);
    std::thread two(writer);
    while (cluster.read_bytes("t").size() < 2000) std::this_thread::sleep_for(1ms);
    one.join();
    two.join();
    CHECK(cluster.read_bytes("t").size() == 2000);
    CHECK(cluster.committed("nobody").empty());
    CHECK(cluster.members("nobody") == 0);
}
