#pragma once

#include "contract/environment.hpp"

#include <algorithm>
#include <thread>

namespace contract {

namespace detail {

inline void seek_pause_and_resume(const environment& in) {
    const auto topic = in.make_topic("paused", 2);
    const auto producer = in.producer();
    write(*producer, topic, {{"a", "1"}, {"a", "2"}, {"a", "3"}}, 0);
    write(*producer, topic, {{"b", "1"}}, 1);
    const auto reader = in.reader();
    REQUIRE(reader->assign(from_start({{topic, 0}, {topic, 1}})).ok());
    const std::vector<topic_partition> first{{topic, 0}};
    REQUIRE(reader->pause(first).ok());
    auto records = read(in, *reader, 1);
    REQUIRE(records.size() == 1);
    CHECK(records[0].from.partition == 1);
    CHECK(reader->poll(200ms, 1000).batches.empty());
    REQUIRE(reader->resume(first).ok());
    records = read(in, *reader, 3, 2);
    REQUIRE(records.size() == 3);
    CHECK(records[2].value == "3");
    REQUIRE(reader->seek({topic, 0}, 1).ok());
    records = read(in, *reader, 2);
    REQUIRE(records.size() == 2);
    CHECK(records[0].value == "2");
    reader->close();
}

inline void bounds_follow_the_log(const environment& in) {
    const auto topic = in.make_topic("bounds", 1);
    const auto reader = in.reader();
    kafka::log_bounds bounds;
    REQUIRE(reader->bounds({topic, 0}, bounds, in.patience()).ok());
    CHECK(bounds.begin == 0);
    CHECK(bounds.end == 0);
    const auto producer = in.producer();
    write(*producer, topic, {{"a", "1"}, {"a", "2"}, {"a", "3"}});
    const std::vector<std::pair<topic_partition, std::int64_t>> before{{{topic, 0}, 2}};
    REQUIRE(in.admin()->delete_records(before, in.patience()).ok());
    REQUIRE(reader->bounds({topic, 0}, bounds, in.patience()).ok());
    CHECK(bounds.begin == 2);
    CHECK(bounds.end == 3);
    REQUIRE(reader->assign(std::vector<std::pair<topic_partition, std::int64_t>>{{{topic, 0}, 2}}).ok());
    const auto records = read(in, *reader, 1);
    REQUIRE(records.size() == 1);
    CHECK(records[0].value == "3");
    reader->close();
}

inline void a_position_outside_of_the_log_is_reported(const environment& in) {
    const auto topic = in.make_topic("misplaced", 3);
    const auto producer = in.producer();
    for (std::int32_t at = 0; at < 3; ++at) write(*producer, topic, {{"a", "1"}, {"a", "2"}, {"a", "3"}}, at);
    const std::vector<std::pair<topic_partition, std::int64_t>> before{{{topic, 0}, 2}};
    REQUIRE(in.admin()->delete_records(before, in.patience()).ok());
    const auto reader = in.reader();
    const std::vector<std::pair<topic_partition, std::int64_t>> from{
        {{topic, 0}, 1}, {{topic, 1}, 100}, {{topic, 2}, 0}};
    REQUIRE(reader->assign(from).ok());
    std::vector<topic_partition> lost;
    std::vector<seen> records;
    const auto poll = [&] {
        const auto polled = reader->poll(100ms, 1000);
        CHECK(polled.errors.empty());
        keep(polled, records);
        lost.insert(lost.end(), polled.out_of_range.begin(), polled.out_of_range.end());
    };
    for (const auto until = in.now() + in.patience(); (lost.size() < 2 || records.size() < 3) && in.now() < until;)
        poll();
    for (int again = 0; again < 3; ++again) poll();
    std::sort(lost.begin(), lost.end());
    CHECK(lost == std::vector<topic_partition>{{topic, 0}, {topic, 1}});
    CHECK(records.size() == 3);
    CHECK_FALSE(reader->position({topic, 0}));
    REQUIRE(reader->seek({topic, 0}, 2).ok());
    REQUIRE(reader->seek({topic, 1}, 1).ok());
    records = read(in, *reader, 3);
    REQUIRE(records.size() == 3);
    std::sort(records.begin(), records.end(), [](const seen& a, const seen& b) { return a.from < b.from; });
    CHECK(records[0].offset == 2);
    CHECK(records[1].offset == 1);
    CHECK(records[2].offset == 2);
    reader->close();
}

inline void poll_wakes_for_a_record(const environment& in) {
    const auto topic = in.make_topic("woken", 1);
    const auto reader = in.reader();
    REQUIRE(reader->assign(from_start({{topic, 0}})).ok());
    const auto before = in.now();
    CHECK(reader->poll(100ms, 10).batches.empty());
    CHECK(in.now() - before >= 90ms);
    const auto producer = in.producer();
    write(*producer, topic, {{"a", "1"}});
    CHECK(read(in, *reader, 1).size() == 1);
    reader->close();
}

inline void a_poll_is_woken(const environment& in) {
    const auto topic = in.make_topic("quiet", 1);
    const auto reader = in.reader();
    REQUIRE(reader->assign(from_start({{topic, 0}})).ok());
    reader->wakeup(); // where nobody polls, the next one is meant
    CHECK(reader->poll(1h, 1).batches.empty());
    CHECK(reader->poll(10ms, 1).batches.empty());
    std::thread other([&] { reader->wakeup(); });
    CHECK(reader->poll(1h, 1).batches.empty());
    other.join();
    write(*in.producer(), topic, {{"a", "1"}});
    CHECK(read(in, *reader, 1).size() == 1);
    reader->close();
}

inline void the_caller_resets_a_position_that_is_deleted(const environment& in) {
    // Committed 10, and the log has 25 to 30: earliest, latest, none.
    const auto topic = in.make_topic("reset", 3, {{"retention.ms", "-1"}});
    const auto producer = in.producer();
    std::vector<std::pair<std::string, std::string>> thirty;
    for (int i = 0; i < 30; ++i) thirty.emplace_back("k", std::to_string(i));
    std::vector<std::pair<topic_partition, std::int64_t>> before;
    std::vector<std::pair<topic_partition, std::int64_t>> at_ten;
    for (std::int32_t at = 0; at < 3; ++at) {
        write(*producer, topic, thirty, at);
        before.emplace_back(topic_partition{topic, at}, 25);
        at_ten.emplace_back(topic_partition{topic, at}, 10);
    }
    REQUIRE(in.admin()->delete_records(before, in.patience()).ok());
    const auto reader = in.reader();
    REQUIRE(reader->assign(at_ten).ok());
    std::vector<topic_partition> lost;
    for (const auto until = in.now() + in.patience(); lost.size() < 3 && in.now() < until;) {
        const auto polled = reader->poll(100ms, 1000);
        CHECK(polled.errors.empty());
        CHECK(polled.batches.empty());
        lost.insert(lost.end(), polled.out_of_range.begin(), polled.out_of_range.end());
    }
    REQUIRE(lost.size() == 3);
    kafka::log_bounds bounds;
    REQUIRE(reader->bounds({topic, 0}, bounds, in.patience()).ok());
    CHECK(bounds.begin == 25);
    CHECK(bounds.end == 30);
    REQUIRE(reader->seek({topic, 0}, bounds.begin).ok());
    REQUIRE(reader->seek({topic, 1}, bounds.end).ok());
    auto found = read(in, *reader, 5);
    REQUIRE(found.size() == 5);
    CHECK(found.front().offset == 25);
    write(*producer, topic, {{"k", "new"}}, 1);
    found = read(in, *reader, 1);
    REQUIRE(found.size() == 1);
    CHECK(found[0].from == topic_partition{topic, 1});
    CHECK(found[0].offset == 30);
    CHECK_FALSE(reader->position({topic, 2}));
    reader->close();
}

inline void the_end_is_known_once_it_was_reached(const environment& in) {
    const auto topic = in.make_topic("ends", 1);
    const topic_partition part{topic, 0};
    const auto reader = in.reader();
    CHECK_FALSE(reader->known_end(part));
    CHECK_FALSE(reader->known_high_watermark(part));
    CHECK_FALSE(reader->position(part));
    REQUIRE(reader->assign(from_start({part})).ok());
    CHECK_FALSE(reader->position(part));
    CHECK(read_until(in, *reader, [&] { return reader->position(part).has_value(); }).empty());
    CHECK(reader->position(part) == 0);
    CHECK(reader->known_end(part) == 0);
    write(*in.producer(), topic, {{"a", "1"}, {"a", "2"}});
    CHECK(read(in, *reader, 2).size() == 2);
    CHECK(reader->position(part) == 2);
    CHECK(reader->known_end(part) == 2);
    CHECK(reader->known_high_watermark(part) == 2);
    REQUIRE(reader->seek(part, 1).ok());
    CHECK_FALSE(reader->position(part));
    CHECK(read(in, *reader, 1).size() == 1);
    CHECK(reader->position(part) == 2);
    reader->close();
}

inline void what_is_not_read_is_not_sought_or_paused(const environment& in) {
    const auto topic = in.make_topic("unread", 2);
    write(*in.producer(), topic, {{"a", "1"}}, 0);
    const auto reader = in.reader();
    REQUIRE(reader->assign(from_start({{topic, 0}})).ok());
    const std::vector<topic_partition> other{{topic, 1}};
    CHECK(reader->pause(other).ok());
    CHECK(reader->resume(other).ok());
    check_refused(reader->seek({topic, 1}, 0), kafka::error_class::fatal, topic);
    CHECK(read(in, *reader, 1).size() == 1);
    CHECK_FALSE(reader->position({topic, 1}));
    CHECK_FALSE(reader->known_end({topic, 1}));
    CHECK_FALSE(reader->known_high_watermark({topic, 1}));
    reader->close();
}

inline void what_does_not_exist_is_told(const environment& in) {
    const auto topic = in.make_topic("exists", 1);
    write(*in.producer(), topic, {{"a", "1"}});
    const auto missing = in.name("missing");
    kafka::log_bounds bounds;
    for (const topic_partition& unknown : {topic_partition{missing, 0}, topic_partition{topic, 7}}) {
        const auto reader = in.reader();
        check_refused(reader->bounds(unknown, bounds, 1s), kafka::error_class::retriable, unknown.topic);
        REQUIRE(reader->assign(from_start({unknown, {topic, 0}})).ok());
        CHECK(read_until(in, *reader, [&] { return reader->position({topic, 0}) == 1; }).size() == 1);
        CHECK_FALSE(reader->position(unknown));
        reader->close();
    }
    const auto member = in.member("one", "group");
    const std::vector<std::string> topics{missing};
    REQUIRE(member->subscribe(topics).ok());
    std::vector<std::string> told;
    for (const auto until = in.now() + in.patience(); told.empty() && in.now() < until;)
        told = member->poll(100ms, 10).missing_topics;
    CHECK(told == topics);
    member->close();
}

inline void a_closed_consumer_says_so(const environment& in) {
    const auto topic = in.make_topic("closed", 1);
    write(*in.producer(), topic, {{"a", "1"}});
    const auto reader = in.reader();
    REQUIRE(reader->assign(from_start({{topic, 0}})).ok());
    reader->close();
    reader->close();
    const auto polled = reader->poll(0ms, 10);
    CHECK(polled.batches.empty());
    REQUIRE(polled.errors.size() == 1);
    check_refused(polled.errors[0], kafka::error_class::fatal, "closed");
}

} // namespace detail

/// Where a consumer reads, and what it knows of the ends.
inline std::vector<contract_case> position_cases() {
    return {
        {"partitions are paused, resumed and sought one by one", detail::seek_pause_and_resume},
        {"bounds follow appends and deletions", detail::bounds_follow_the_log},
        {"a position that the log does not have is reported once, and a seek goes on",
         detail::a_position_outside_of_the_log_is_reported},
        {"a position whose records are deleted is reset by the caller, to the begin, to the end, or not at all",
         detail::the_caller_resets_a_position_that_is_deleted},
        {"position and end are known once a record or the end was reached, also of an empty log",
         detail::the_end_is_known_once_it_was_reached},
        {"a partition that is not read is not sought, and pausing it does nothing",
         detail::what_is_not_read_is_not_sought_or_paused},
        {"topics and partitions that do not exist are told by name, and hold up no others",
         detail::what_does_not_exist_is_told},
        {"a poll waits for its timeout and sees what comes", detail::poll_wakes_for_a_record},
        {"a poll that waits is woken from another thread, and the next one where none waits", detail::a_poll_is_woken},
        {"a poll after close says that the consumer is closed", detail::a_closed_consumer_says_so},
    };
}

} // namespace contract
