#include "kafka/captured_log.hpp"
#include "kafka_fixture.hpp"
#include "sanitizers.hpp"

#include <fstream>
#include <set>
#include <thread>

#include <unistd.h>

using namespace streams;
using namespace streams::tests;
using kafka::error_class;
using event = kafka::rebalance::event;

namespace {

/// The thread sanitizer remembers who has touched a byte in several more.
constexpr std::int64_t memory_factor = STREAMS_THREAD_SANITIZER ? 4 : 1;

} // namespace

TEST_CASE("a record comes back from the broker as it was written, nulls, empties and headers too") {
    kafka_fixture fixture;
    auto producer = fixture.clients->make_producer({.client_id = "writer"});
    const auto out = producer->open(fixture.topic);
    const headers with{{"a", bytes(bytes_view("1"))}, {"b", std::nullopt}, {"a", bytes(bytes_view(""))}};
    const bytes_view key("key");
    const bytes_view empty;
    REQUIRE(producer->append({.topic = out, .key = key, .value = key, .timestamp = 1234, .headers = &with}).ok());
    REQUIRE(producer->append({.topic = out, .key = key, .timestamp = 5}).ok());
    REQUIRE(producer->append({.topic = out, .value = key, .timestamp = 6}).ok());
    REQUIRE(producer->append({.topic = out, .key = empty, .value = empty, .timestamp = 1}).ok());
    REQUIRE(producer->flush(20s).ok());

    auto consumer = fixture.reader();
    REQUIRE(consumer->assign(std::vector<position>{{fixture.part(0), 0}}).ok());
    std::vector<seen_record> seen;
    REQUIRE(poll_until(*consumer, seen, [&] { return seen.size() == 4; }));
    CHECK(seen[0].key == "key");
    CHECK(seen[0].value == "key");
    CHECK(seen[0].timestamp == 1234);
    CHECK(seen[0].with == with);
    CHECK(seen[1].key == "key");
    CHECK_FALSE(seen[1].value);
    CHECK(seen[1].with.empty());
    CHECK_FALSE(seen[2].key);
    CHECK(seen[2].value == "key");
    CHECK(seen[3].key == "");
    CHECK(seen[3].value == "");
    CHECK(seen[3].timestamp == 1);
    CHECK(seen[3].offset == 3);
}

TEST_CASE("batches stay readable after their consumer is gone") {
    kafka_fixture fixture;
    fixture.write(0, 10);
    std::vector<kafka::record_batch> kept;
    {
        auto consumer = fixture.reader();
        REQUIRE(consumer->assign(std::vector<position>{{fixture.part(0), 0}}).ok());
        const auto deadline = std::chrono::steady_clock::now() + 20s;
        while (kept.empty() && std::chrono::steady_clock::now() < deadline) {
            auto polled = consumer->poll(100ms, 1000);
            for (auto& batch : polled.batches) kept.push_back(std::move(batch));
        }
    }
    REQUIRE_FALSE(kept.empty());
    CHECK(kept[0].source() == fixture.part(0));
    CHECK(kept[0].records()[0].value->text() == "0");
}

TEST_CASE("the largest acknowledged offset of a partition is known where it was asked for") {
    kafka_fixture fixture(2);
    auto producer = fixture.clients->make_producer({.client_id = "writer"});
    const auto out = producer->open(fixture.topic, true);
    CHECK(producer->partitions(out, 20s) == 2);
    CHECK_FALSE(producer->last_offset(out, 0));
    for (int i = 0; i < 5; ++i)
        REQUIRE(producer->append({.topic = out, .partition = 1, .value = bytes_view("v")}).ok());
    REQUIRE(producer->flush(20s).ok());
    CHECK_FALSE(producer->last_offset(out, 0));
    CHECK(producer->last_offset(out, 1) == 4);
    CHECK(producer->open(fixture.topic) == out);
}

TEST_CASE("two members share the partitions, and changes come as events that wait for their acknowledgement") {
    kafka_fixture fixture(4);
    auto first = fixture.member("first");
    const auto all = join(*first, {fixture.topic});
    CHECK(all.partitions.size() == 4);

    auto second = fixture.member("second");
    REQUIRE(second->subscribe(std::vector{fixture.topic}).ok());
    const auto revoked = next_rebalance(*first, {second.get()});
    CHECK(revoked.kind == event::revoked);
    CHECK(revoked.partitions == all.partitions);
    // Still a member of the old generation.
    CHECK(first->commit(std::vector<kafka::committed_offset>{{fixture.part(0), 1, ""}}, 20s).ok());
    REQUIRE(first->acknowledge(revoked, {}, false).ok());

    const auto half = next_rebalance(*first, {});
    const auto other_half = next_rebalance(*second, {first.get()});
    CHECK(half.kind == event::assigned);
    CHECK(other_half.kind == event::assigned);
    CHECK(half.partitions.size() == 2);
    std::set<topic_partition> both(half.partitions.begin(), half.partitions.end());
    both.insert(other_half.partitions.begin(), other_half.partitions.end());
    CHECK(both.size() == 4);
}

TEST_CASE("a member with no partitions is told so") {
    kafka_fixture fixture(1);
    auto first = fixture.member("first");
    join(*first, {fixture.topic});
    auto second = fixture.member("second");
    REQUIRE(second->subscribe(std::vector{fixture.topic}).ok());
    const auto revoked = next_rebalance(*first, {second.get()});
    REQUIRE(first->acknowledge(revoked, {}, false).ok());
    const auto kept = next_rebalance(*first);
    const auto none = next_rebalance(*second, {first.get()});
    CHECK(kept.partitions.size() + none.partitions.size() == 1);
    const auto& idle = none.partitions.empty() ? none : kept;
    auto& member = none.partitions.empty() ? *second : *first;
    CHECK(idle.kind == event::assigned);
    CHECK(member.acknowledge(idle, {}, true).ok());
    // It stays a member: no further rebalance.
    for (int i = 0; i < 20; ++i) CHECK(member.poll(50ms, 10).rebalances.empty());
}

TEST_CASE("a commit of a member whose generation is over is fenced or to be tried again, never accepted") {
    kafka_fixture fixture(2);
    auto first = fixture.member("first");
    join(*first, {fixture.topic});
    REQUIRE(first->commit(std::vector<kafka::committed_offset>{{fixture.part(0), 5, ""}}, 20s).ok());

    // The first one neither polls nor acknowledges: its session lives on, but the group goes on without it.
    auto second = fixture.clients->make_consumer({.client_id = "second", .group_id = fixture.config.application_id});
    REQUIRE(second->subscribe(std::vector{fixture.topic}).ok());
    const auto revoked = next_rebalance(*first, {second.get()});
    CHECK(revoked.kind == event::revoked);
    REQUIRE(first->acknowledge(revoked, {}, false).ok());
    const auto assigned = next_rebalance(*first, {second.get()});
    CHECK(assigned.kind == event::assigned);
    first->close();
    second->close();

    // Nobody is in the group any more; a member of nothing may not commit into one that has members.
    auto third = fixture.member("third");
    join(*third, {fixture.topic});
    auto stranger = fixture.member("stranger");
    const auto refused = stranger->commit(std::vector<kafka::committed_offset>{{fixture.part(0), 9, ""}}, 20s);
    REQUIRE_FALSE(refused.ok());
    INFO(refused.reason());
    CHECK(refused.kind() == error_class::fenced);
    std::vector<kafka::committed_offset> found;
    REQUIRE(third->committed(std::vector{fixture.part(0)}, found, 20s).ok());
    REQUIRE(found.size() == 1);
    CHECK(found[0].offset == 5);
}

TEST_CASE("a member that does not poll within the interval loses its partitions and cannot commit them") {
    kafka_fixture fixture(1, 6s);
    auto member = fixture.member();
    join(*member, {fixture.topic});
    std::this_thread::sleep_for(8s);
    const auto refused = member->commit(std::vector<kafka::committed_offset>{{fixture.part(0), 1, ""}}, 20s);
    CHECK_FALSE(refused.ok());
    if (!refused) CHECK(refused.kind() == error_class::fenced);
    const auto lost = next_rebalance(*member);
    CHECK(lost.kind == event::lost);
    REQUIRE(member->acknowledge(lost, {}, false).ok());
    const auto again = next_rebalance(*member);
    CHECK(again.kind == event::assigned);
}

TEST_CASE("pausing, resuming and seeking neither lose nor repeat a record") {
    constexpr std::int64_t records = 20'000;
    kafka_fixture fixture(2);
    fixture.write(0, records, 0);
    fixture.write(0, records, 1);
    auto consumer = fixture.reader();
    REQUIRE(consumer->assign(std::vector<position>{{fixture.part(0), 0}, {fixture.part(1), 0}}).ok());
    std::vector<seen_record> seen;
    const std::vector first{fixture.part(0)};
    std::map<std::int32_t, std::int64_t> next;
    for (int round = 0; seen.size() < 2 * records && round < 4'000; ++round) {
        const bool paused = round % 3 == 1;
        if (paused) REQUIRE(consumer->pause(first).ok());
        const auto before = seen.size();
        add_to(seen, consumer->poll(20ms, 500));
        for (auto at = before; at < seen.size(); ++at) {
            if (paused) REQUIRE(seen[at].partition != 0);
            REQUIRE(seen[at].offset == next[seen[at].partition]++);
        }
        if (paused) REQUIRE(consumer->resume(first).ok());
        CHECK(consumer->position(fixture.part(0)).value_or(0) == next[0]);
    }
    CHECK(seen.size() == 2 * records);

    REQUIRE(consumer->seek(fixture.part(1), 100).ok());
    CHECK_FALSE(consumer->position(fixture.part(1)));
    seen.clear();
    REQUIRE(poll_until(*consumer, seen, [&] { return seen.size() >= records - 100; }));
    CHECK(seen.size() == records - 100);
    CHECK(seen.front().offset == 100);
    CHECK(seen.front().partition == 1);
    CHECK(consumer->position(fixture.part(1)) == records);
}

TEST_CASE("a partition that stays paused is fetched no further than memory allows, and then goes on where it was") {
    constexpr std::int64_t records = 60'000;
    kafka_fixture fixture(2);
    fixture.write(0, records, 0);
    fixture.write(0, records, 1);
    auto consumer = fixture.clients->make_consumer({.client_id = "reader", .queue_bytes = 64 * 1024});
    REQUIRE(consumer->assign(std::vector<position>{{fixture.part(0), 0}, {fixture.part(1), 0}}).ok());
    const std::vector first{fixture.part(0)};
    std::vector<seen_record> seen;
    const auto of = [&](std::int32_t partition) {
        return std::count_if(seen.begin(), seen.end(), [&](const auto& one) { return one.partition == partition; });
    };
    REQUIRE(consumer->pause(first).ok());
    REQUIRE(poll_until(*consumer, seen, [&] { return of(1) == records; }));
    CHECK(of(0) == 0);
    CHECK_FALSE(consumer->position(fixture.part(0)));
    REQUIRE(consumer->resume(first).ok());
    const auto polled = consumer->poll(20'000ms, 7);
    REQUIRE(polled.batches.size() == 1);
    CHECK(polled.batches[0].records().size() <= 7);
    add_to(seen, polled);
    CHECK(consumer->position(fixture.part(0)) == of(0));
    REQUIRE(poll_until(*consumer, seen, [&] { return of(0) == records; }));
    std::map<std::int32_t, std::int64_t> next;
    for (const auto& one : seen) REQUIRE(one.offset == next[one.partition]++);
}

TEST_CASE("a paused partition of records of a few bytes takes little more memory than its queue is given") {
    constexpr std::int64_t records = 1'500'000;
    constexpr std::int64_t budget = 16 * 1024 * 1024;
    kafka_fixture fixture;
    {
        auto producer = fixture.clients->make_producer({.client_id = "writer"});
        const auto out = producer->open(fixture.topic);
        for (std::int64_t i = 0; i < records;) {
            if (producer->append({.topic = out, .partition = 0, .value = bytes_view("v"), .timestamp = 1}).ok())
                ++i;
            else
                producer->poll(10ms);
        }
        REQUIRE(producer->flush(60s).ok());
    }
    const auto resident = [] {
        std::ifstream statm("/proc/self/statm");
        std::int64_t all = 0;
        std::int64_t pages = 0;
        statm >> all >> pages;
        return pages * ::sysconf(_SC_PAGESIZE);
    };
    const auto before = resident();
    auto consumer = fixture.clients->make_consumer({.client_id = "reader", .queue_bytes = budget});
    REQUIRE(consumer->assign(std::vector<position>{{fixture.part(0), 0}}).ok());
    const std::vector partition{fixture.part(0)};
    REQUIRE(consumer->pause(partition).ok());
    std::int64_t most = 0;
    // Unbounded, it would be 400 bytes a record.
    for (const auto until = std::chrono::steady_clock::now() + 10s; std::chrono::steady_clock::now() < until;) {
        CHECK(consumer->poll(10ms, 1000).batches.empty());
        most = std::max(most, resident() - before);
    }
    INFO(most / 1024 / 1024 << " MB");
    CHECK(most < 5 * budget / 2 * memory_factor);
    REQUIRE(consumer->resume(partition).ok());
    std::int64_t next = 0;
    for (const auto until = std::chrono::steady_clock::now() + 60s;
         next < records && std::chrono::steady_clock::now() < until;)
        for (const auto& batch : consumer->poll(100ms, 1000).batches)
            for (const auto& record : batch.records()) REQUIRE(record.offset == next++);
    CHECK(next == records);
}

TEST_CASE("a seek forgets what was held back while paused") {
    kafka_fixture fixture;
    fixture.write(0, 100);
    auto consumer = fixture.reader();
    REQUIRE(consumer->assign(std::vector<position>{{fixture.part(0), 0}}).ok());
    const std::vector partition{fixture.part(0)};
    REQUIRE(consumer->pause(partition).ok());
    std::vector<seen_record> seen;
    for (int i = 0; i < 10; ++i) add_to(seen, consumer->poll(50ms, 1000));
    CHECK(seen.empty());
    REQUIRE(consumer->seek(fixture.part(0), 90).ok());
    REQUIRE(consumer->resume(partition).ok());
    REQUIRE(poll_until(*consumer, seen, [&] { return seen.size() >= 10; }));
    CHECK(seen.size() == 10);
    CHECK(seen.front().offset == 90);
}

TEST_CASE("headers are found on those records of a batch that have them") {
    kafka_fixture fixture;
    auto producer = fixture.clients->make_producer({.client_id = "writer"});
    const auto out = producer->open(fixture.topic);
    const headers with{{"h", bytes(bytes_view("v"))}};
    const std::string zeros(3, '\0');
    constexpr int rounds = 50;
    for (int i = 0; i < rounds; ++i)
        for (const bool has : {false, true}) {
            const auto* headers = has ? &with : nullptr;
            const bytes_view text("text");
            const bytes_view zero(zeros);
            REQUIRE(
                producer->append({.topic = out, .key = text, .value = text, .timestamp = 1, .headers = headers}).ok());
            REQUIRE(producer->append({.topic = out, .key = text, .timestamp = 1, .headers = headers}).ok());
            REQUIRE(producer->append({.topic = out, .value = zero, .timestamp = 1, .headers = headers}).ok());
            REQUIRE(producer->append({.topic = out, .timestamp = 1, .headers = headers}).ok());
            REQUIRE(producer
                        ->append({.topic = out,
                                  .key = zero,
                                  .value = bytes_view(std::string_view()),
                                  .timestamp = 1,
                                  .headers = headers})
                        .ok());
        }
    REQUIRE(producer->flush(20s).ok());
    auto consumer = fixture.reader();
    REQUIRE(consumer->assign(std::vector<position>{{fixture.part(0), 0}}).ok());
    std::vector<seen_record> seen;
    REQUIRE(poll_until(*consumer, seen, [&] { return seen.size() == 10 * rounds; }));
    for (std::size_t i = 0; i < seen.size(); ++i) {
        INFO(i);
        CHECK(seen[i].with.size() == (i % 10 < 5 ? 0U : 1U));
    }
}

TEST_CASE("a partition that was paused at its end goes on with the next record") {
    kafka_fixture fixture;
    fixture.write(0, 3);
    auto consumer = fixture.reader();
    REQUIRE(consumer->assign(std::vector<position>{{fixture.part(0), 0}}).ok());
    std::vector<seen_record> seen;
    const std::vector partition{fixture.part(0)};
    for (std::int64_t number = 3; number < 8; ++number) {
        REQUIRE(poll_until(*consumer, seen, [&] { return static_cast<std::int64_t>(seen.size()) == number; }));
        for (int i = 0; i < 3; ++i) add_to(seen, consumer->poll(50ms, 10)); // sees the end
        REQUIRE(consumer->pause(partition).ok());
        for (int i = 0; i < 2; ++i) add_to(seen, consumer->poll(10ms, 10));
        fixture.write(number, number + 1);
        REQUIRE(consumer->resume(partition).ok());
    }
    REQUIRE(poll_until(*consumer, seen, [&] { return seen.size() == 8; }));
    for (std::size_t i = 0; i < seen.size(); ++i) CHECK(seen[i].offset == static_cast<std::int64_t>(i));
}

TEST_CASE("an assignment taken on paused delivers nothing until it is resumed") {
    kafka_fixture fixture;
    fixture.write(0, 10);
    auto member = fixture.member();
    REQUIRE(member->subscribe(std::vector{fixture.topic}).ok());
    const auto assigned = next_rebalance(*member);
    REQUIRE(member->acknowledge(assigned, std::vector<position>{{fixture.part(0), 4}}, true).ok());
    std::vector<seen_record> seen;
    for (int i = 0; i < 10; ++i) add_to(seen, member->poll(50ms, 100));
    CHECK(seen.empty());
    REQUIRE(member->resume(assigned.partitions).ok());
    REQUIRE(poll_until(*member, seen, [&] { return seen.size() == 6; }));
    CHECK(seen.front().offset == 4);
}

TEST_CASE("the bounds of a partition are found soon after it was made, whatever was known of its topic") {
    kafka_fixture fixture(2);
    auto consumer = fixture.reader();
    kafka::log_bounds bounds;
    const auto found_soon = [&](std::int32_t partition) {
        const auto until = std::chrono::steady_clock::now() + 15s;
        while (!consumer->bounds(fixture.part(partition), bounds, 1s).ok()) {
            if (std::chrono::steady_clock::now() > until) return false;
            std::this_thread::sleep_for(50ms);
        }
        return true;
    };
    REQUIRE(found_soon(0));
    REQUIRE_FALSE(consumer->bounds(fixture.part(7), bounds, 1s).ok());
    REQUIRE(fixture.admin->remove(std::vector{fixture.topic}, 20s).ok());
    fixture.create(fixture.topic, 8);
    CHECK(found_soon(7));
}

TEST_CASE("a member that closes in the middle of a rebalance does not hang") {
    kafka_fixture fixture(2);
    auto first = fixture.member("first");
    REQUIRE(first->subscribe(std::vector{fixture.topic}).ok());
    (void)next_rebalance(*first);
    const auto start = std::chrono::steady_clock::now();
    first->close();
    CHECK(std::chrono::steady_clock::now() - start < 5s);
    first->close();

    // It has left: the next one is given all without waiting for a session to end.
    auto second = fixture.member("second");
    CHECK(join(*second, {fixture.topic}).partitions.size() == 2);
    CHECK(std::chrono::steady_clock::now() - start < 6s);
}

TEST_CASE("a static member whose place another has taken closes at once: its client waits for no end") {
    kafka_fixture t;
    const std::vector<std::string> topics{t.topic};
    const auto named = [&](const char* id) {
        return t.clients->make_consumer(
            {.client_id = id, .group_id = t.config.application_id, .group_instance_id = "place"});
    };
    const auto first = named("first");
    const auto second = named("second");
    REQUIRE(first->subscribe(topics).ok());
    const auto joined = [&](kafka::consumer& member) {
        for (const auto until = std::chrono::steady_clock::now() + 60s; std::chrono::steady_clock::now() < until;)
            for (const auto& change : member.poll(100ms, 100).rebalances) {
                REQUIRE(member.acknowledge(change, {}, false).ok());
                if (change.kind == kafka::rebalance::event::assigned) return true;
            }
        return false;
    };
    REQUIRE(joined(*first));
    REQUIRE(second->subscribe(topics).ok());
    REQUIRE(joined(*second));
    bool told = false;
    for (const auto until = std::chrono::steady_clock::now() + 60s; !told && std::chrono::steady_clock::now() < until;)
        for (const auto& failure : first->poll(100ms, 100).errors) told = failure.kind() == error_class::fenced;
    REQUIRE(told);
    const captured_log log;
    first->close();
    CHECK(log.lines().empty()); // that it has not left within its time, above all
    second->close();
}

TEST_CASE("topics are created, described, listed and removed, and creating again is no error") {
    kafka_fixture fixture;
    const auto name = unique_name("made");
    const std::vector<kafka::new_topic> made{{name, 3, -1, {{"cleanup.policy", "compact"}}}};
    REQUIRE(fixture.admin->create(made, 20s).ok());
    CHECK(fixture.admin->create(made, 20s).ok());
    std::map<std::string, std::int32_t> partitions;
    REQUIRE(fixture.admin->describe(std::vector<std::string>{name, "no-such-topic"}, partitions, 20s).ok());
    CHECK(partitions == std::map<std::string, std::int32_t>{{name, 3}});
    std::vector<std::string> all;
    REQUIRE(fixture.admin->list(all, 20s).ok());
    CHECK(std::count(all.begin(), all.end(), name) == 1);
    CHECK(std::count(all.begin(), all.end(), "no-such-topic") == 0);

    const auto refused = fixture.admin->create(
        std::vector<kafka::new_topic>{{unique_name("bad"), 1, -1, {{"cleanup.policy", "x"}}}}, 20s);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.kind() == error_class::fatal);
    const auto replicas = fixture.admin->create(std::vector<kafka::new_topic>{{unique_name("bad"), 1, 5, {}}}, 20s);
    REQUIRE_FALSE(replicas.ok());
    CHECK_THAT(replicas.reason(), containing("replication.factor"));

    REQUIRE(fixture.admin->remove(std::vector{name}, 20s).ok());
    CHECK(fixture.admin->remove(std::vector{name}, 20s).ok());
}
