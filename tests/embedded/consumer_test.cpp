// What the embedded consumer does beyond the contract of the seam.

#include "contract/environment.hpp"
#include "temporary_folder.hpp"

#include "src/embedded/clients.hpp"
#include "src/embedded/consumer.hpp"

#include <streams/core/manual_clock.hpp>

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using contract::from_start;
using contract::obedient_member;
using event = kafka::rebalance::event;

namespace {

/// A cluster on a clock in hand, so that polls return at once and sessions end when told.
struct manual_cluster {
    manual_clock time{1'000'000};
    std::shared_ptr<embedded::cluster> self = std::make_shared<embedded::cluster>(
        embedded::cluster_options{.folder = {}, .groups = {.session_timeout = 10s, .max_poll_interval = 60s}}, time);
    std::shared_ptr<kafka::client_supplier> clients = embedded::make_clients(self);

    std::unique_ptr<kafka::consumer> member(const std::string& client, const std::string& instance = "") const {
        return clients->make_consumer({.client_id = client, .group_id = "g", .group_instance_id = instance});
    }
    void produce(const std::string& topic, std::size_t partition, std::string_view value) const {
        self->find(topic)->logs[partition]->append({.key = bytes_view(value), .value = bytes_view(value)});
    }
};

const std::vector<std::string> topic_t{"t"};

} // namespace

TEST_CASE("a poll takes no more than asked, evenly from all partitions") {
    const manual_cluster in;
    in.self->create_topic("t", 4, {});
    for (std::size_t partition = 0; partition < 4; ++partition)
        for (int at = 0; at < 10; ++at) in.produce("t", partition, "v");
    const auto reader = in.clients->make_consumer({.client_id = "r"});
    REQUIRE(reader->assign(from_start({{"t", 0}, {"t", 1}, {"t", 2}, {"t", 3}})).ok());
    const auto polled = reader->poll(0ms, 8);
    REQUIRE(polled.batches.size() == 4);
    for (const auto& batch : polled.batches) CHECK(batch.records().size() == 2);
}

TEST_CASE("a partition uses what the others leave of a poll") {
    const manual_cluster in;
    in.self->create_topic("t", 4, {});
    for (int at = 0; at < 10; ++at) in.produce("t", 2, "v");
    const auto reader = in.clients->make_consumer({.client_id = "r"});
    REQUIRE(reader->assign(from_start({{"t", 0}, {"t", 1}, {"t", 2}, {"t", 3}})).ok());
    std::size_t count = 0;
    for (const auto& batch : reader->poll(0ms, 8).batches) count += batch.records().size();
    CHECK(count == 8);
}

TEST_CASE("a partition is assigned paused, and read when resumed") {
    const manual_cluster in;
    in.self->create_topic("t", 1, {});
    in.produce("t", 0, "v");
    const auto one = in.member("one");
    REQUIRE(one->subscribe(topic_t).ok());
    const auto heard = one->poll(0ms, 10);
    REQUIRE(heard.rebalances.size() == 1);
    REQUIRE(one->acknowledge(heard.rebalances[0], from_start({{"t", 0}}), true).ok());
    CHECK(one->poll(0ms, 10).batches.empty());
    CHECK_FALSE(one->position({"t", 0}));
    REQUIRE(one->resume(std::vector<topic_partition>{{"t", 0}}).ok());
    CHECK(one->poll(0ms, 10).batches.size() == 1);
    CHECK(one->position({"t", 0}) == 1);
}

TEST_CASE("a member that was expelled hears that its partitions are lost, and joins again") {
    manual_cluster in;
    in.self->create_topic("t", 1, {});
    obedient_member one{in.member("one")};
    REQUIRE(one.self->subscribe(topic_t).ok());
    one.step(0ms);
    CHECK(one.owned.size() == 1);
    in.time.advance(61s);
    const std::vector<kafka::committed_offset> offsets{{.partition = {"t", 0}, .offset = 1}};
    const auto refused = one.self->commit(offsets, 1s);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.kind() == kafka::error_class::fenced);
    one.step(0ms);
    CHECK(one.heard.back() == event::lost);
    CHECK(one.self->commit(offsets, 1s).kind() == kafka::error_class::fenced);
    one.step(0ms);
    CHECK(one.heard.back() == event::assigned);
    CHECK(one.owned.size() == 1);
    CHECK(one.self->commit(offsets, 1s).ok());
}

TEST_CASE("a consumer destroyed without close keeps its partitions until its session ends") {
    manual_cluster in;
    in.self->create_topic("t", 2, {});
    obedient_member one{in.member("one")};
    obedient_member two{in.member("two")};
    REQUIRE(one.self->subscribe(topic_t).ok());
    REQUIRE(two.self->subscribe(topic_t).ok());
    one.step(0ms);
    two.step(0ms);
    CHECK(two.owned.size() == 1);
    one.self.reset();
    in.time.advance(9s);
    two.step(0ms);
    CHECK(two.owned.size() == 1);
    in.time.advance(2s);
    two.step(0ms);
    two.step(0ms);
    CHECK(two.owned.size() == 2);
}

TEST_CASE("a member whose instance id is taken loses all and says why, for good") {
    const manual_cluster in;
    in.self->create_topic("t", 1, {});
    obedient_member one{in.member("one", "id")};
    obedient_member two{in.member("two", "id")};
    REQUIRE(one.self->subscribe(topic_t).ok());
    one.step(0ms);
    REQUIRE(two.self->subscribe(topic_t).ok());
    two.step(0ms);
    CHECK(two.owned.size() == 1);
    one.step(0ms);
    CHECK(one.heard.back() == event::lost);
    for (int again = 0; again < 2; ++again) {
        const auto polled = one.self->poll(0ms, 10);
        REQUIRE(polled.errors.size() == 1);
        CHECK(polled.errors[0].kind() == kafka::error_class::fenced);
        CHECK_THAT(polled.errors[0].reason(), containing("group.instance.id id"));
    }
}

TEST_CASE("a poll returns at once with a position that is not in the log, also of one that restores") {
    for (const auto& [position, restore] :
         {std::pair(0, false), std::pair(0, true), std::pair(11, false), std::pair(11, true)}) {
        const manual_cluster in;
        in.self->create_topic("t", 1, {});
        for (int at = 0; at < 10; ++at) in.produce("t", 0, std::to_string(at));
        in.self->delete_records(*in.self->find("t")->logs[0], 4);
        const auto reader = in.clients->make_consumer({.client_id = "r", .restore = restore});
        const std::vector<std::pair<topic_partition, std::int64_t>> from{{{"t", 0}, position}};
        REQUIRE(reader->assign(from).ok());
        const auto before = in.time.steady_ms();
        const auto polled = reader->poll(10s, 10);
        CHECK(in.time.steady_ms() == before);
        CHECK(polled.errors.empty());
        CHECK(polled.out_of_range == std::vector<topic_partition>{{"t", 0}});
        CHECK(reader->poll(0ms, 10).out_of_range.empty());
        REQUIRE(reader->seek({"t", 0}, 4).ok());
        CHECK(reader->poll(0ms, 10).batches.size() == 1);
    }
}

TEST_CASE("an unknown partition is told once, by name, and a removed topic too") {
    const manual_cluster in;
    in.self->create_topic("t", 1, {});
    const auto reader = in.clients->make_consumer({.client_id = "r"});
    REQUIRE(reader->assign(from_start({{"missing", 0}, {"t", 0}, {"t", 1}})).ok());
    const auto told = reader->poll(0ms, 10).errors;
    REQUIRE(told.size() == 2);
    CHECK_THAT(told[0].reason(), containing("missing"));
    CHECK_THAT(told[1].reason(), containing("no partition 1"));
    in.self->remove_topic("t");
    CHECK(reader->poll(0ms, 10).errors.size() == 1);
    CHECK(reader->poll(0ms, 10).errors.empty());
}

TEST_CASE(
    "members of a group are told once that a topic of theirs was removed, also where they were given none of it") {
    const manual_cluster in;
    in.self->create_topic("t", 1, {});
    std::vector<std::unique_ptr<kafka::consumer>> members;
    for (const auto* name : {"one", "two"})
        members.push_back(in.clients->make_consumer({.client_id = name, .group_id = "g"}));
    std::map<std::string, int> told;
    const auto poll_all = [&] {
        for (int round = 0; round < 10; ++round)
            for (const auto& member : members) {
                const auto polled = member->poll(0ms, 10);
                for (const auto& change : polled.rebalances) REQUIRE(member->acknowledge(change, {}, false).ok());
                for (const auto& topic : polled.missing_topics) ++told[topic];
            }
    };
    for (const auto& member : members) REQUIRE(member->subscribe(std::vector<std::string>{"t"}).ok());
    poll_all();
    CHECK(told.empty());
    in.self->remove_topic("t");
    poll_all();
    CHECK(told == std::map<std::string, int>{{"t", 2}});
}

TEST_CASE("damage in a log is an error of the poll") {
    const temporary_folder folder;
    {
        embedded::cluster of({.folder = folder.path()}, machine());
        of.create_topic("t", 1, {{"segment.bytes", "300"}});
        for (int at = 0; at < 20; ++at)
            of.find("t")->logs[0]->append({.value = bytes_view(std::string_view("some value"))});
    }
    const auto file = folder.path() / "topics" / "t-0" / "00000000000000000000.log";
    auto content = content_of(file);
    content[40] = static_cast<char>(content[40] ^ 1);
    replace_content(file, content);
    const auto of = std::make_shared<embedded::cluster>(embedded::cluster_options{.folder = folder.path()}, machine());
    embedded::consumer reader(of, {.client_id = "r"});
    REQUIRE(reader.assign(from_start({{"t", 0}})).ok());
    const auto polled = reader.poll(0ms, 10);
    REQUIRE(polled.errors.size() == 1);
    CHECK(polled.errors[0].kind() == kafka::error_class::fatal);
    CHECK_THAT(polled.errors[0].reason(), containing("t-0") && containing("damaged"));
}

TEST_CASE("a waiting poll wakes at an append, and at a rebalance") {
    const auto of = std::make_shared<embedded::cluster>(embedded::cluster_options{}, machine());
    of->create_topic("t", 2, {});
    const auto clients = embedded::make_clients(of);
    obedient_member one{clients->make_consumer({.client_id = "one", .group_id = "g"})};
    REQUIRE(one.self->subscribe(topic_t).ok());
    one.step(0ms);
    const auto waits_for = [&](const std::function<void()>& what) {
        std::thread other([&] {
            std::this_thread::sleep_for(50ms);
            what();
        });
        const auto before = std::chrono::steady_clock::now();
        one.step(30s);
        other.join();
        return std::chrono::steady_clock::now() - before;
    };
    CHECK(waits_for([&] { of->find("t")->logs[1]->append({.value = bytes_view(std::string_view("v"))}); }) < 10s);
    CHECK(one.records.size() == 1);
    const auto two = clients->make_consumer({.client_id = "two", .group_id = "g"});
    bool subscribed = false;
    CHECK(waits_for([&] { subscribed = two->subscribe(topic_t).ok(); }) < 10s);
    CHECK(subscribed);
    CHECK(one.heard.back() == event::revoked);
}

TEST_CASE("a topic that is widened keeps its records and is assigned anew with its new partitions") {
    const manual_cluster in;
    in.self->create_topic("t", 1, {});
    in.produce("t", 0, "before");
    obedient_member one{in.member("one")};
    REQUIRE(one.self->subscribe(topic_t).ok());
    one.step(0ms);
    CHECK(one.owned.size() == 1);
    CHECK(in.self->create_partitions("t", 3));
    in.produce("t", 2, "new");
    in.produce("t", 0, "after");
    for (int turn = 0; turn < 4; ++turn) one.step(0ms);
    CHECK(one.owned.size() == 3);
    CHECK(in.self->find("t")->logs[0]->end() == 2);
    CHECK_FALSE(in.self->create_partitions("missing", 2));
    CHECK_THROWS_AS(in.self->create_partitions("t", 3), config_error);
}

TEST_CASE("a reader of a topic that is widened reads on, and learns that the topic is removed") {
    const manual_cluster in;
    in.self->create_topic("t", 1, {});
    const auto reader = in.clients->make_consumer({.client_id = "r"});
    REQUIRE(reader->assign(from_start({{"t", 0}})).ok());
    in.self->create_partitions("t", 2);
    in.produce("t", 0, "v");
    CHECK(reader->poll(0ms, 8).batches.size() == 1);
    in.self->remove_topic("t");
    CHECK(reader->poll(0ms, 8).errors.size() == 1);
}
