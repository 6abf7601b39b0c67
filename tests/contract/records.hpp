#pragma once

#include "contract/environment.hpp"

#include <algorithm>

namespace contract {

namespace detail {

inline void records_come_back(const environment& in) {
    const auto topic = in.make_topic("round-trip", 1);
    const auto producer = in.producer();
    const auto id = producer->open(topic, true);
    const streams::headers headers{
        {"trace", bytes(std::string_view("a"))}, {"none", std::nullopt}, {"trace", bytes(std::string_view(""))}};
    REQUIRE(producer
                ->append({.topic = id,
                          .key = bytes_view(std::string_view("k")),
                          .value = bytes_view(std::string_view("v")),
                          .timestamp = 42,
                          .headers = &headers})
                .ok());
    REQUIRE(producer->append({.topic = id, .key = bytes_view(std::string_view("gone")), .timestamp = 43}).ok());
    REQUIRE(producer->append({.topic = id, .value = bytes_view(std::string_view("keyless")), .timestamp = 44}).ok());
    REQUIRE(producer
                ->append({.topic = id,
                          .key = bytes_view(std::string_view("")),
                          .value = bytes_view(std::string_view("")),
                          .timestamp = 45})
                .ok());
    REQUIRE(producer->flush(in.patience()).ok());
    REQUIRE(producer->take_failures().empty());
    CHECK(producer->last_offset(id, 0) == 3);

    const auto reader = in.reader();
    REQUIRE(reader->assign(from_start({{topic, 0}})).ok());
    const auto records = read(in, *reader, 4);
    REQUIRE(records.size() == 4);
    CHECK(records[0].key == "k");
    CHECK(records[0].value == "v");
    CHECK(records[0].timestamp == 42);
    CHECK(records[0].headers == headers);
    CHECK(records[1].key == "gone");
    CHECK_FALSE(records[1].value);
    CHECK(records[1].headers.empty());
    CHECK_FALSE(records[2].key);
    CHECK(records[2].value == "keyless");
    CHECK(records[3].key == "");
    CHECK(records[3].value == "");
    for (std::size_t at = 0; at < 4; ++at) CHECK(records[at].offset == static_cast<std::int64_t>(at));
    CHECK(reader->position({topic, 0}) == 4);
    CHECK(reader->known_end({topic, 0}) == 4);
    reader->close();
    producer->close();
}

inline void keys_are_placed_as_java_does(const environment& in) {
    const auto topic = in.make_topic("placed", 10);
    const auto producer = in.producer();
    REQUIRE(producer->partitions(producer->open(topic), in.patience()) == 10);
    // murmur2 of Kafka's own test vectors: "21" -973932308, "foobar" -790332482, "abc" 479470107.
    write(*producer, topic, {{"21", "a"}, {"foobar", "b"}, {"abc", "c"}});
    const auto reader = in.reader();
    std::vector<topic_partition> all;
    for (std::int32_t at = 0; at < 10; ++at) all.push_back({topic, at});
    REQUIRE(reader->assign(from_start(all)).ok());
    std::map<std::string, std::int32_t> placed;
    for (const auto& one : read(in, *reader, 3)) placed[one.key.value()] = one.from.partition;
    const auto expected = [](std::int32_t hash) { return (hash & 0x7fffffff) % 10; };
    CHECK(placed == std::map<std::string, std::int32_t>{
                        {"21", expected(-973932308)}, {"foobar", expected(-790332482)}, {"abc", expected(479470107)}});
    reader->close();
}

inline void a_batch_outlives_what_follows(const environment& in) {
    const auto topic = in.make_topic("views", 1);
    const auto producer = in.producer();
    write(*producer, topic, {{"first", "1"}, {"second", "2"}});
    const auto reader = in.reader();
    REQUIRE(reader->assign(from_start({{topic, 0}})).ok());
    std::vector<kafka::record_batch> held;
    std::size_t count = 0;
    for (const auto until = in.now() + in.patience(); count < 2 && in.now() < until;) {
        auto polled = reader->poll(100ms, 1000);
        for (auto& batch : polled.batches) {
            count += batch.records().size();
            held.push_back(std::move(batch));
        }
    }
    write(*producer, topic, {{"third", "3"}});
    const std::vector<std::pair<topic_partition, std::int64_t>> before{{{topic, 0}, 3}};
    REQUIRE(in.admin()->delete_records(before, in.patience()).ok());
    reader->close();
    std::vector<std::string> keys;
    for (const auto& batch : held)
        for (const auto& one : batch.records()) keys.emplace_back(one.key->text());
    CHECK(keys == std::vector<std::string>{"first", "second"});
}

inline void times_are_the_record_s_or_now(const environment& in) {
    const auto given = in.make_topic("given", 1, {{"retention.ms", "-1"}});
    const auto stamped = in.make_topic("stamped", 1, {{"message.timestamp.type", "LogAppendTime"}});
    const auto wall = [] {
        const auto since = std::chrono::system_clock::now().time_since_epoch();
        return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
    };
    const auto before = wall();
    const auto producer = in.producer();
    const auto to_given = producer->open(given);
    REQUIRE(producer->append({.topic = to_given, .timestamp = 42}).ok());
    REQUIRE(producer->append({.topic = to_given}).ok());
    REQUIRE(producer->append({.topic = producer->open(stamped), .timestamp = 42}).ok());
    REQUIRE(producer->flush(in.patience()).ok());
    REQUIRE(producer->take_failures().empty());
    const auto reader = in.reader();
    REQUIRE(reader->assign(from_start({{given, 0}, {stamped, 0}})).ok());
    auto found = read(in, *reader, 3);
    REQUIRE(found.size() == 3);
    std::sort(found.begin(), found.end(),
              [](const seen& a, const seen& b) { return std::pair(a.from, a.offset) < std::pair(b.from, b.offset); });
    CHECK(found[0].timestamp == 42);
    for (const auto at : {1U, 2U}) {
        CHECK(found[at].timestamp >= before);
        CHECK(found[at].timestamp <= wall());
    }
    reader->close();
}

inline void a_record_that_is_refused_is_a_failure(const environment& in) {
    const auto narrow = in.make_topic("narrow", 1, {{"max.message.bytes", "1000"}, {"retention.ms", "-1"}});
    const auto compacted = in.make_topic("compacted", 1, {{"cleanup.policy", "compact"}});
    const auto producer = in.producer();
    const auto to_narrow = producer->open(narrow, true);
    const std::string large(5000, 'x');
    const bytes_view small(std::string_view("small"));
    const headers with{{"trace", bytes("a")}, {"empty", std::nullopt}};
    REQUIRE(producer
                ->append({.topic = to_narrow,
                          .key = small,
                          .value = bytes_view(std::string_view(large)),
                          .timestamp = 42,
                          .headers = &with,
                          .tag = 7})
                .ok());
    REQUIRE(producer->flush(in.patience()).ok());
    REQUIRE(producer->append({.topic = producer->open(compacted), .value = small, .timestamp = 43, .tag = 8}).ok());
    REQUIRE(producer->flush(in.patience()).ok());
    REQUIRE(producer->append({.topic = to_narrow, .value = small, .timestamp = 44, .tag = 9}).ok());
    REQUIRE(producer->flush(in.patience()).ok());
    const auto failures = producer->take_failures();
    REQUIRE(failures.size() == 2);
    CHECK(failures[0].partition == topic_partition{narrow, 0});
    CHECK(failures[0].tag == 7);
    CHECK(failures[0].timestamp == 42);
    check_refused(failures[0].reason, kafka::error_class::fatal, "max.message.bytes");
    CHECK(failures[0].key == bytes(small));
    CHECK(failures[0].value == bytes(std::string_view(large)));
    CHECK(failures[0].headers == with);
    CHECK(failures[0].of_record);
    CHECK_FALSE(failures[1].key);
    CHECK(failures[1].headers.empty());
    CHECK(failures[1].partition == topic_partition{compacted, 0});
    CHECK(failures[1].tag == 8);
    check_refused(failures[1].reason, kafka::error_class::fatal);
    CHECK(producer->take_failures().empty());
    CHECK(producer->last_offset(to_narrow, 0) == 0);
    CHECK_FALSE(producer->last_offset(producer->open(compacted), 0));
}

inline void a_partition_that_the_topic_lacks_is_a_failure(const environment& in) {
    const auto topic = in.make_topic("two", 2, {{"retention.ms", "-1"}});
    const auto producer = in.producer();
    const auto to = producer->open(topic);
    REQUIRE(producer->partitions(to, in.patience()) == 2);
    for (const std::int32_t partition : {-1, -2, 2}) {
        CAPTURE(partition);
        REQUIRE(producer
                    ->append({.topic = to,
                              .partition = partition,
                              .key = bytes_view(std::string_view("k")),
                              .timestamp = 42,
                              .tag = 7})
                    .ok());
        REQUIRE(producer->flush(in.patience()).ok());
        const auto failures = producer->take_failures();
        REQUIRE(failures.size() == 1);
        CHECK(failures[0].partition == topic_partition{topic, partition});
        CHECK(failures[0].tag == 7);
        CHECK(failures[0].timestamp == 42);
        check_refused(failures[0].reason, kafka::error_class::fatal,
                      concat("topic ", topic, " has no partition ", partition));
    }
    kafka::log_bounds bounds;
    const auto reader = in.reader();
    for (const std::int32_t partition : {0, 1}) {
        REQUIRE(reader->bounds({topic, partition}, bounds, in.patience()).ok());
        CHECK(bounds.end == 0);
    }
}

inline void an_unknown_topic_has_no_partitions(const environment& in) {
    const auto topic = in.make_topic("known", 3);
    const auto producer = in.producer();
    CHECK(producer->partitions(producer->open(topic), in.patience()) == 3);
    CHECK(producer->partitions(producer->open(in.name("unknown")), 1s) == 0);
}

} // namespace detail

/// What becomes of a record on its way from a producer to a consumer.
inline std::vector<contract_case> record_cases() {
    return {
        {"records come back with keys, values, nulls, timestamps and headers", detail::records_come_back},
        {"a record has the time it was given, else now, and that of its arrival where the topic says so",
         detail::times_are_the_record_s_or_now},
        {"keys are placed as Java places them", detail::keys_are_placed_as_java_does},
        {"a batch stays valid after later polls, deletion and close", detail::a_batch_outlives_what_follows},
        {"a record that the topic refuses comes back as a failure, and the next one is written",
         detail::a_record_that_is_refused_is_a_failure},
        {"a record for a partition that the topic does not have is a failure, and nothing is written",
         detail::a_partition_that_the_topic_lacks_is_a_failure},
        {"a topic that does not exist has no partitions", detail::an_unknown_topic_has_no_partitions},
    };
}

} // namespace contract
