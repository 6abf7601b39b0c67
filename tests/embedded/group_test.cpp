#include "catch.hpp"

#include "src/embedded/group.hpp"

#include <streams/core/error.hpp>
#include <streams/core/manual_clock.hpp>

using namespace streams;
using namespace std::chrono_literals;
using embedded::group;
using embedded::membership;
using event = kafka::rebalance::event;
using kind = group::answer::kind;

namespace {

/// A group over the topics "t" of 2 partitions, with a clock in hand.
struct bench_of_group {
    manual_clock time;
    std::map<std::string, std::int32_t> topics{{"t", 2}};
    std::vector<std::int32_t> stored_generations;
    bool disk_full = false;
    group under_test{"g",
                     {.session_timeout = 10s, .max_poll_interval = 60s},
                     time,
                     {[this](const std::string& name) { return topics.contains(name) ? topics.at(name) : 0; },
                      [](const std::string&, std::span<const kafka::committed_offset>) {},
                      [this](const std::string&, std::int32_t generation) {
                          if (disk_full) throw streams_error("no space left");
                          stored_generations.push_back(generation);
                      }}};

    std::string join(const std::string& client, const std::string& instance = "") {
        return under_test.join(client, instance, {"t"}, std::make_shared<embedded::signal>(machine(), "a test"));
    }
    /// Polls, expecting an assignment, and returns how many partitions it has.
    std::size_t take_assignment(const std::string& member) {
        const auto heard = under_test.poll(member);
        REQUIRE(heard.news == kind::rebalance);
        REQUIRE(heard.event.kind == event::assigned);
        return heard.event.partitions.size();
    }
    void give_up(const std::string& member) {
        const auto heard = under_test.poll(member);
        REQUIRE(heard.news == kind::rebalance);
        REQUIRE(heard.event.kind == event::revoked);
        under_test.acknowledge_revoked(member);
    }
    kafka::result commit(const std::string& member, std::int32_t generation) {
        const std::vector<kafka::committed_offset> offsets{{.partition = {"t", 0}, .offset = 5}};
        return under_test.commit({"g", member, "", generation}, offsets);
    }
};

} // namespace

TEST_CASE("the first member gets everything at once") {
    bench_of_group g;
    const auto one = g.join("one");
    CHECK(g.take_assignment(one) == 2);
    CHECK(g.under_test.poll(one).news == kind::nothing);
    CHECK(g.stored_generations == std::vector<std::int32_t>{1});
}

TEST_CASE("a second member waits until the first has let go") {
    bench_of_group g;
    const auto one = g.join("one");
    g.take_assignment(one);
    const auto two = g.join("two");
    CHECK(g.under_test.poll(two).news == kind::nothing);
    CHECK(g.commit(one, 1).ok());
    const auto heard = g.under_test.poll(one);
    CHECK(heard.event.kind == event::revoked);
    CHECK(heard.event.partitions.size() == 2);
    CHECK(g.commit(one, 1).ok());
    CHECK(g.under_test.poll(two).news == kind::nothing);
    g.under_test.acknowledge_revoked(one);
    CHECK(g.take_assignment(one) == 1);
    CHECK(g.take_assignment(two) == 1);
    CHECK(g.under_test.generation() == 2);
}

TEST_CASE("a commit of an older generation is fenced") {
    bench_of_group g;
    const auto one = g.join("one");
    g.take_assignment(one);
    g.join("two");
    g.give_up(one);
    const auto refused = g.commit(one, 1);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.kind() == kafka::error_class::fenced);
    CHECK(g.commit(one, 2).ok());
    CHECK(g.under_test.committed(std::vector<topic_partition>{{"t", 0}, {"t", 1}}).size() == 1);
}

TEST_CASE("a member that leaves hands its partitions to the others") {
    bench_of_group g;
    const auto one = g.join("one");
    const auto two = g.join("two");
    g.take_assignment(one);
    g.take_assignment(two);
    g.under_test.leave(one);
    g.give_up(two);
    CHECK(g.take_assignment(two) == 2);
    CHECK(g.under_test.poll(one).news == kind::expelled);
}

TEST_CASE("a member that does not poll within max.poll.interval is expelled and fenced") {
    bench_of_group g;
    const auto one = g.join("one");
    const auto two = g.join("two");
    g.take_assignment(one);
    g.take_assignment(two);
    g.time.advance(40s);
    CHECK(g.under_test.poll(two).news == kind::nothing);
    CHECK(g.under_test.next_deadline() == 60'000);
    g.time.advance(21s);
    g.give_up(two);
    CHECK(g.take_assignment(two) == 2);
    const auto refused = g.commit(one, 1);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.kind() == kafka::error_class::fenced);
    CHECK(g.under_test.poll(one).news == kind::expelled);
}

TEST_CASE("a member that never lets go holds a rebalance up only until it is expelled") {
    bench_of_group g;
    const auto one = g.join("one");
    g.take_assignment(one);
    const auto two = g.join("two");
    CHECK(g.under_test.poll(one).event.kind == event::revoked);
    g.time.advance(50s);
    CHECK(g.under_test.poll(two).news == kind::nothing);
    g.time.advance(11s);
    CHECK(g.take_assignment(two) == 2);
}

TEST_CASE("a member whose process died is expelled when its session ends") {
    bench_of_group g;
    const auto one = g.join("one");
    const auto two = g.join("two");
    g.take_assignment(one);
    g.take_assignment(two);
    g.under_test.abandon(one);
    g.time.advance(9s);
    CHECK(g.under_test.poll(two).news == kind::nothing);
    g.time.advance(2s);
    g.give_up(two);
    CHECK(g.take_assignment(two) == 2);
}

TEST_CASE("a static member that comes back within its session keeps its partitions, and the rest hear nothing") {
    bench_of_group g;
    const auto one = g.join("one", "first");
    const auto two = g.join("two", "second");
    g.take_assignment(one);
    g.take_assignment(two);
    const auto generation = g.under_test.generation();
    g.under_test.keep_place(one);
    g.time.advance(5s);
    CHECK(g.under_test.poll(two).news == kind::nothing);
    const auto again = g.join("one", "first");
    CHECK(again != one);
    CHECK(g.take_assignment(again) == 1);
    CHECK(g.under_test.poll(two).news == kind::nothing);
    CHECK(g.under_test.generation() == generation);
    CHECK(g.under_test.poll(one).news == kind::replaced);
    const auto refused = g.commit(one, generation);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.kind() == kafka::error_class::fenced);
}

TEST_CASE("a static member that stays away loses its partitions when its session ends") {
    bench_of_group g;
    const auto one = g.join("one", "first");
    const auto two = g.join("two", "second");
    g.take_assignment(one);
    g.take_assignment(two);
    g.under_test.keep_place(one);
    g.time.advance(11s);
    g.give_up(two);
    CHECK(g.take_assignment(two) == 2);
}

TEST_CASE("a rebalance waits for a static member that was closed, until it is back or its session ends") {
    bench_of_group g;
    const auto one = g.join("one", "first");
    const auto two = g.join("two");
    g.take_assignment(one);
    g.take_assignment(two);
    g.under_test.keep_place(one);
    const auto three = g.join("three");
    g.give_up(two);
    g.time.advance(5s);
    CHECK(g.under_test.poll(three).news == kind::nothing);
    SECTION("it is back") {
        const auto again = g.join("one", "first");
        CHECK(g.take_assignment(again) + g.take_assignment(two) + g.take_assignment(three) == 2);
    }
    SECTION("its session ends") {
        g.time.advance(6s);
        CHECK(g.take_assignment(two) == 1);
        CHECK(g.take_assignment(three) == 1);
    }
}

TEST_CASE("a static member that leaves gives up its place at once") {
    bench_of_group g;
    const auto one = g.join("one", "first");
    const auto two = g.join("two", "second");
    g.take_assignment(one);
    g.take_assignment(two);
    g.under_test.leave(one);
    g.give_up(two);
    CHECK(g.take_assignment(two) == 2);
}

TEST_CASE("a third member that joins during a rebalance is part of its outcome") {
    bench_of_group g;
    g.topics["t"] = 3;
    const auto one = g.join("one");
    g.take_assignment(one);
    const auto two = g.join("two");
    CHECK(g.under_test.poll(one).event.kind == event::revoked);
    const auto three = g.join("three");
    g.under_test.acknowledge_revoked(one);
    for (const auto& member : {one, two, three}) CHECK(g.take_assignment(member) == 1);
    CHECK(g.under_test.generation() == 2);
}

TEST_CASE("a topic that appears later is assigned to its subscribers") {
    bench_of_group g;
    g.topics.clear();
    const auto one = g.join("one");
    CHECK(g.take_assignment(one) == 0);
    g.topics["other"] = 2;
    g.under_test.topic_changed("other");
    CHECK(g.under_test.poll(one).news == kind::nothing);
    g.topics["t"] = 2;
    g.under_test.topic_changed("t");
    CHECK(g.take_assignment(one) == 2);
}

TEST_CASE("offsets without membership are taken only while the group has no members") {
    bench_of_group g;
    CHECK(g.commit("", -1).ok());
    g.join("one");
    const auto refused = g.commit("", -1);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.kind() == kafka::error_class::fenced);
}

TEST_CASE("a generation that could not be stored is made when it can be") {
    bench_of_group g;
    const auto one = g.join("one");
    g.take_assignment(one);
    const auto two = g.join("two");
    CHECK(g.under_test.poll(one).event.kind == event::revoked);
    g.disk_full = true;
    CHECK_THROWS_AS(g.under_test.acknowledge_revoked(one), streams_error);
    CHECK_THROWS_AS(g.under_test.poll(one), streams_error);
    g.disk_full = false;
    CHECK(g.take_assignment(one) == 1);
    CHECK(g.take_assignment(two) == 1);
    CHECK(g.stored_generations == std::vector<std::int32_t>{1, 2});
}
