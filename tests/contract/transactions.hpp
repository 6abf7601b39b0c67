#pragma once

#include "contract/environment.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace contract {

namespace detail {

/// Writes one record as part of the transaction that is open, and sees to it that the broker has it.
inline void add(const environment& in, kafka::producer& to, std::string_view topic, std::string_view value) {
    REQUIRE(to.append({.topic = to.open(topic), .value = bytes_view(value), .timestamp = 1000}).ok());
    REQUIRE(to.flush(in.patience()).ok());
}

inline std::vector<std::string> values(const std::vector<seen>& records) {
    std::vector<std::string> found;
    for (const auto& one : records) found.push_back(one.value.value_or("null"));
    return found;
}

inline void committed_records_are_read_and_aborted_ones_skipped(const environment& in) {
    const auto topic = in.make_topic("outcomes", 1, {{"retention.ms", "-1"}});
    const topic_partition part{topic, 0};
    const auto producer = in.transactional_producer("outcomes");
    require_done(producer->init_transactions(in.patience()));
    require_done(producer->begin_transaction());
    add(in, *producer, topic, "kept");
    require_done(producer->commit_transaction(in.patience()));
    require_done(producer->begin_transaction());
    add(in, *producer, topic, "dropped");
    require_done(producer->abort_transaction(in.patience()));
    CHECK(producer->take_failures().empty());
    require_done(producer->begin_transaction());
    add(in, *producer, topic, "kept too");
    require_done(producer->commit_transaction(in.patience()));

    // Offsets: kept 0, marker 1, dropped 2, marker 3, kept too 4, marker 5.
    const auto committed = in.reader(true);
    REQUIRE(committed->assign(from_start({part})).ok());
    const auto seen_committed = read_until(in, *committed, [&] { return committed->position(part) == 6; });
    CHECK(values(seen_committed) == std::vector<std::string>{"kept", "kept too"});
    CHECK(committed->known_end(part) == 6);
    const auto uncommitted = in.reader();
    REQUIRE(uncommitted->assign(from_start({part})).ok());
    const auto seen_all = read_until(in, *uncommitted, [&] { return uncommitted->position(part) == 6; });
    CHECK(values(seen_all) == std::vector<std::string>{"kept", "dropped", "kept too"});
    CHECK(uncommitted->known_end(part) == 6);
    committed->close();
    uncommitted->close();
}

inline void a_tail_that_was_aborted_is_passed(const environment& in) {
    const auto topic = in.make_topic("tail", 1, {{"retention.ms", "-1"}});
    const topic_partition part{topic, 0};
    const auto producer = in.transactional_producer("tail");
    require_done(producer->init_transactions(in.patience()));
    for (int i = 0; i < 2; ++i) {
        require_done(producer->begin_transaction());
        add(in, *producer, topic, "dropped");
        require_done(producer->abort_transaction(in.patience()));
    }
    const auto reader = in.reader(true);
    kafka::log_bounds bounds;
    REQUIRE(reader->bounds(part, bounds, in.patience()).ok());
    CHECK(bounds.begin == 0);
    CHECK(bounds.end == 4);
    REQUIRE(reader->assign(from_start({part})).ok());
    CHECK(read_until(in, *reader, [&] { return reader->position(part) == 4; }).empty());
    CHECK(reader->known_end(part) == 4);
    reader->close();
}

inline void an_open_transaction_ends_what_is_stable(const environment& in) {
    const auto topic = in.make_topic("stable", 1, {{"retention.ms", "-1"}});
    const topic_partition part{topic, 0};
    const auto producer = in.transactional_producer("stable");
    require_done(producer->init_transactions(in.patience()));
    require_done(producer->begin_transaction());
    add(in, *producer, topic, "committed");
    require_done(producer->commit_transaction(in.patience()));
    require_done(producer->begin_transaction());
    add(in, *producer, topic, "open");

    const auto committed = in.reader(true);
    const auto uncommitted = in.reader();
    REQUIRE(committed->assign(from_start({part})).ok());
    REQUIRE(uncommitted->assign(from_start({part})).ok());
    CHECK(values(read_until(in, *committed, [&] { return committed->position(part) == 2; })) ==
          std::vector<std::string>{"committed"});
    CHECK(committed->known_end(part) == 2);
    CHECK(values(read_until(in, *uncommitted, [&] { return uncommitted->position(part) == 3; })) ==
          std::vector<std::string>{"committed", "open"});
    add(in, *producer, topic, "still open");
    CHECK(values(read_until(in, *uncommitted, [&] { return uncommitted->position(part) == 4; })) ==
          std::vector<std::string>{"still open"});
    CHECK(uncommitted->known_high_watermark(part) == 4);
    CHECK(read_until(in, *committed, [&] { return committed->known_high_watermark(part) == 4; }).empty());
    CHECK(committed->known_end(part) == 2);
    CHECK(committed->position(part) == 2);
    kafka::log_bounds bounds;
    REQUIRE(committed->bounds(part, bounds, in.patience()).ok());
    CHECK(bounds.end == 2);
    REQUIRE(uncommitted->bounds(part, bounds, in.patience()).ok());
    CHECK(bounds.end == 4);
    REQUIRE(in.admin()->bounds(part, bounds, in.patience()).ok());
    CHECK(bounds.begin == 0);
    CHECK(bounds.end == 4);
    require_done(producer->commit_transaction(in.patience()));
    CHECK(values(read_until(in, *committed, [&] { return committed->position(part) == 5; })) ==
          std::vector<std::string>{"open", "still open"});
    CHECK(committed->known_end(part) == 5);
    CHECK(committed->known_high_watermark(part) == 5);
    committed->close();
    uncommitted->close();
}

inline void offsets_are_committed_with_their_transaction(const environment& in) {
    const auto topic = in.make_topic("with-offsets", 1);
    const std::vector<std::string> topics{topic};
    const std::vector<topic_partition> parts{{topic, 0}};
    obedient_member plain{in.member("plain", "group")};
    REQUIRE(plain.self->subscribe(topics).ok());
    REQUIRE(settle(in, {&plain}, [&] { return plain.owned.size() == 1; }));
    const auto stable = in.member("stable", "group", "", true); // asks only
    const auto offset_of = [&](kafka::consumer& asked) {
        std::vector<kafka::committed_offset> found;
        REQUIRE(asked.committed(parts, found, in.patience()).ok());
        return found.empty() ? std::pair(std::int64_t{-1}, std::string())
                             : std::pair(found[0].offset, found[0].metadata);
    };
    const auto producer = in.transactional_producer("with-offsets");
    require_done(producer->init_transactions(in.patience()));
    for (const bool commit : {false, true}) {
        require_done(producer->begin_transaction());
        const std::vector<kafka::committed_offset> offsets{{.partition = parts[0], .offset = 7, .metadata = "m"}};
        require_done(producer->send_offsets(offsets, plain.self->group(), in.patience()));
        CHECK(offset_of(*plain.self).first == -1);
        std::vector<kafka::committed_offset> unstable;
        check_refused(stable->committed(parts, unstable, 500ms), kafka::error_class::retriable);
        CHECK(unstable.empty());
        const auto ended =
            commit ? producer->commit_transaction(in.patience()) : producer->abort_transaction(in.patience());
        require_done(ended);
        if (!commit) CHECK(offset_of(*stable).first == -1);
    }
    CHECK(offset_of(*stable) == std::pair(std::int64_t{7}, std::string("m")));
    CHECK(offset_of(*plain.self) == std::pair(std::int64_t{7}, std::string("m")));
    plain.self->close();
    stable->close();
}

inline void the_next_producer_of_an_id_fences_the_former(const environment& in) {
    const auto topic = in.make_topic("zombie", 1, {{"retention.ms", "-1"}});
    const topic_partition part{topic, 0};
    const auto zombie = in.transactional_producer("zombie");
    require_done(zombie->init_transactions(in.patience()));
    require_done(zombie->begin_transaction());
    add(in, *zombie, topic, "old");
    const auto next = in.transactional_producer("zombie");
    require_done(next->init_transactions(in.patience()));
    check_refused(zombie->commit_transaction(in.patience()), kafka::error_class::fenced);
    check_refused(zombie->begin_transaction(), kafka::error_class::fenced);
    require_done(next->begin_transaction());
    add(in, *next, topic, "new");
    require_done(next->commit_transaction(in.patience()));
    const auto reader = in.reader(true);
    REQUIRE(reader->assign(from_start({part})).ok());
    CHECK(values(read_until(in, *reader, [&] { return reader->position(part) == 4; })) ==
          std::vector<std::string>{"new"});
    reader->close();
}

inline void a_member_of_a_former_generation_aborts_the_transaction(const environment& in) {
    const auto topic = in.make_topic("stale", 1);
    const std::vector<std::string> topics{topic};
    obedient_member former{in.member("one", "group")};
    REQUIRE(former.self->subscribe(topics).ok());
    REQUIRE(settle(in, {&former}, [&] { return former.owned.size() == 1; }));
    const auto stale = former.self->group();
    former.self->close();
    CHECK_FALSE(in.member("nobody", "group")->group().handle);
    obedient_member next{in.member("next", "group")};
    REQUIRE(next.self->subscribe(topics).ok());
    REQUIRE(settle(in, {&next}, [&] { return next.owned.size() == 1; }));
    const auto producer = in.transactional_producer("stale");
    const std::vector<kafka::committed_offset> offsets{{.partition = {topic, 0}, .offset = 7}};
    require_done(producer->init_transactions(in.patience()));
    require_done(producer->begin_transaction());
    check_refused(producer->send_offsets(offsets, stale, in.patience()), kafka::error_class::abortable);
    check_refused(producer->commit_transaction(in.patience()), kafka::error_class::abortable);
    require_done(producer->abort_transaction(in.patience()));
    require_done(producer->begin_transaction());
    require_done(producer->send_offsets(offsets, next.self->group(), in.patience()));
    require_done(producer->commit_transaction(in.patience()));
    next.self->close();
}

inline void a_record_that_fails_aborts_the_transaction(const environment& in) {
    const auto topic = in.make_topic("failing", 1, {{"cleanup.policy", "compact"}});
    const auto producer = in.transactional_producer("failing");
    const auto to = producer->open(topic);
    require_done(producer->init_transactions(in.patience()));
    require_done(producer->begin_transaction());
    REQUIRE(producer->append({.topic = to, .value = bytes_view(std::string_view("no key")), .timestamp = 42}).ok());
    REQUIRE(producer->flush(in.patience()).ok());
    check_refused(producer->commit_transaction(in.patience()), kafka::error_class::abortable);
    CHECK(producer->take_failures().size() == 1);
    require_done(producer->abort_transaction(in.patience()));
    // librdkafka goes on counting behind the record that was refused, so that the broker refuses the next one too, once.
    std::optional<kafka::result> ended;
    for (int attempt = 0; attempt < 3 && (!ended || !ended->ok()); ++attempt) {
        require_done(producer->begin_transaction());
        REQUIRE(producer->append({.topic = to, .key = bytes_view(std::string_view("k")), .timestamp = 42}).ok());
        ended = producer->commit_transaction(in.patience());
        static_cast<void>(producer->take_failures());
        if (*ended) continue;
        check_refused(*ended, kafka::error_class::abortable);
        require_done(producer->abort_transaction(in.patience()));
    }
    require_done(*ended);
}

inline void transactions_are_called_in_order(const environment& in) {
    const auto topic = in.make_topic("order", 1);
    const auto plain = in.producer();
    check_refused(plain->init_transactions(1s), kafka::error_class::fatal, "transactional.id");
    check_refused(plain->begin_transaction(), kafka::error_class::fatal, "transactional.id");
    check_refused(plain->send_offsets({}, {}, 1s), kafka::error_class::fatal, "transactional.id");
    check_refused(plain->commit_transaction(1s), kafka::error_class::fatal, "transactional.id");
    check_refused(plain->abort_transaction(1s), kafka::error_class::fatal, "transactional.id");
    const auto producer = in.transactional_producer("order");
    check_refused(producer->begin_transaction(), kafka::error_class::fatal);
    require_done(producer->init_transactions(in.patience()));
    check_refused(producer->commit_transaction(1s), kafka::error_class::fatal);
    CHECK_FALSE(producer->append({.topic = producer->open(topic), .timestamp = 42}).ok());
    require_done(producer->begin_transaction());
    check_refused(producer->begin_transaction(), kafka::error_class::fatal);
    require_done(producer->commit_transaction(in.patience()));
}

} // namespace detail

/// Transactions, what fences, and what readers see of them.
inline std::vector<contract_case> transaction_cases() {
    return {
        {"a read_committed reader sees committed transactions, skips aborted ones and reaches the end behind them",
         detail::committed_records_are_read_and_aborted_ones_skipped},
        {"a log that ends in aborted records and markers is read to its end",
         detail::a_tail_that_was_aborted_is_passed},
        {"a read_committed reader stops, and knows the end, at the first transaction that is open, and an admin tells "
         "the end behind it",
         detail::an_open_transaction_ends_what_is_stable},
        {"offsets are committed with their transaction, and until then not told to who asks for stable ones",
         detail::offsets_are_committed_with_their_transaction},
        {"the next producer of a transactional id fences the former, and aborts what it left",
         detail::the_next_producer_of_an_id_fences_the_former},
        {"offsets of a member whose generation is over have the transaction aborted",
         detail::a_member_of_a_former_generation_aborts_the_transaction},
        {"a record that cannot be written has its transaction aborted, and one that follows is committed",
         detail::a_record_that_fails_aborts_the_transaction},
        {"a call that does not fit the state of the transaction is fatal", detail::transactions_are_called_in_order},
    };
}

} // namespace contract
