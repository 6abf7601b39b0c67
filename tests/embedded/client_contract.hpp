#pragma once

// What every implementation of the cluster seam promises, as cases that run on any client_supplier: the embedded cluster
// runs them here, the real broker's clients in tests/integration.
//
//     TEST_CASE("...") {
//         for (const auto& one : contract::cases())
//             DYNAMIC_SECTION(one.name) { one.run(contract::environment(clients)); }
//     }

#include "src/kafka/client.hpp"

#include "catch.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace contract {

using namespace std::chrono_literals;
using namespace streams;

/// A record as a case remembers it, owned.
struct seen {
    topic_partition from;
    std::int64_t offset = 0;
    std::int64_t timestamp = 0;
    std::optional<std::string> key{};
    std::optional<std::string> value{};
    streams::headers headers{};
};

inline std::optional<std::string> text(const std::optional<bytes_view>& of) {
    return of ? std::optional<std::string>(of->text()) : std::nullopt;
}

inline std::optional<bytes_view> view(const std::optional<std::string>& of) {
    return of ? std::optional<bytes_view>(std::in_place, std::string_view(*of)) : std::nullopt;
}

/// One run of one case: clients, names nobody else uses, and patience.
class environment {
public:
    explicit environment(std::shared_ptr<kafka::client_supplier> clients, std::chrono::milliseconds patience = 30s)
        : clients_(std::move(clients)), patience_(patience) {
        static int runs = 0;
        const auto since = std::chrono::system_clock::now().time_since_epoch().count();
        prefix_ = "contract-" + std::to_string(since) + "-" + std::to_string(++runs) + "-";
    }

    [[nodiscard]] std::string name(std::string_view of) const { return prefix_ + std::string(of); }
    [[nodiscard]] std::chrono::milliseconds patience() const { return patience_; }

    [[nodiscard]] std::string make_topic(std::string_view of, std::int32_t partitions,
                                         std::map<std::string, std::string> config = {}) const {
        const auto admin = clients_->make_admin("contract-admin");
        const std::vector<kafka::new_topic> topics{
            {.name = name(of), .partitions = partitions, .config = std::move(config)}};
        const auto made = admin->create(topics, patience_);
        INFO((made.ok() ? "" : made.reason()));
        REQUIRE(made.ok());
        // A broker needs a moment until all of it knows the topic.
        const std::vector<std::string> names{name(of)};
        std::map<std::string, std::int32_t> known;
        for (const auto until = now() + patience_; now() < until && known.empty();)
            REQUIRE(admin->describe(names, known, patience_).ok());
        REQUIRE(known[name(of)] == partitions);
        return name(of);
    }
    [[nodiscard]] std::unique_ptr<kafka::admin> admin() const { return clients_->make_admin("contract-admin"); }
    [[nodiscard]] std::unique_ptr<kafka::producer> producer() const {
        return clients_->make_producer({.client_id = "contract-producer"});
    }
    [[nodiscard]] std::unique_ptr<kafka::consumer> reader() const {
        return clients_->make_consumer({.client_id = "contract-reader"});
    }
    [[nodiscard]] std::unique_ptr<kafka::consumer> member(std::string_view client, std::string_view group,
                                                          std::string_view instance = "") const {
        return clients_->make_consumer(
            {.client_id = std::string(client), .group_id = name(group), .group_instance_id = std::string(instance)});
    }

    static std::chrono::steady_clock::time_point now() { return std::chrono::steady_clock::now(); }

private:
    std::shared_ptr<kafka::client_supplier> clients_;
    std::chrono::milliseconds patience_;
    std::string prefix_;
};

struct contract_case {
    std::string name;
    std::function<void(const environment&)> run;
};

inline void write(kafka::producer& to, std::string_view topic, std::vector<std::pair<std::string, std::string>> records,
                  std::optional<std::int32_t> partition = {}) {
    const auto id = to.open(topic);
    for (const auto& [key, value] : records)
        REQUIRE(to.append({.topic = id,
                           .partition = partition,
                           .key = bytes_view(std::string_view(key)),
                           .value = bytes_view(std::string_view(value)),
                           .timestamp = 1000})
                    .ok());
    REQUIRE(to.flush(30s).ok());
    REQUIRE(to.take_failures().empty());
}

inline void keep(const kafka::poll_result& polled, std::vector<seen>& into) {
    for (const auto& batch : polled.batches)
        for (const auto& one : batch.records())
            into.push_back({batch.source(), one.offset, one.timestamp, text(one.key), text(one.value),
                            one.headers != nullptr ? *one.headers : streams::headers{}});
}

/// Polls until `count` records have come, or patience ends.
inline std::vector<seen> read(const environment& in, kafka::consumer& from, std::size_t count,
                              std::size_t max_records = 1000) {
    std::vector<seen> records;
    for (const auto until = in.now() + in.patience(); records.size() < count && in.now() < until;) {
        const auto polled = from.poll(100ms, max_records);
        std::size_t batch_records = 0;
        for (const auto& batch : polled.batches) batch_records += batch.records().size();
        CHECK(batch_records <= max_records);
        CHECK(polled.errors.empty());
        keep(polled, records);
    }
    return records;
}

inline std::vector<std::pair<topic_partition, std::int64_t>> from_start(
    const std::vector<topic_partition>& partitions) {
    std::vector<std::pair<topic_partition, std::int64_t>> positions;
    for (const auto& one : partitions) positions.emplace_back(one, 0);
    return positions;
}

/// A group member that does as it is told and remembers what it owns.
struct obedient_member {
    std::unique_ptr<kafka::consumer> self;
    std::vector<topic_partition> owned{};
    std::vector<kafka::rebalance::event> heard{};
    std::vector<seen> records{};

    void step(std::chrono::milliseconds timeout) {
        const auto polled = self->poll(timeout, 1000);
        keep(polled, records);
        for (const auto& one : polled.rebalances) {
            heard.push_back(one.what);
            const bool assigned = one.what == kafka::rebalance::event::assigned;
            owned = assigned ? one.partitions : std::vector<topic_partition>{};
            const auto positions = assigned ? from_start(one.partitions) : from_start({});
            REQUIRE(self->acknowledge(one, positions, false).ok());
        }
    }
};

/// Lets the members poll in turn until `done`.
inline bool settle(const environment& in, std::vector<obedient_member*> members, const std::function<bool()>& done) {
    for (const auto until = in.now() + in.patience(); !done() && in.now() < until;)
        for (auto* one : members) one->step(20ms);
    return done();
}

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
    const std::vector<std::pair<topic_partition, std::int64_t>> from{{{topic, 0}, 1}, {{topic, 1}, 100}, {{topic, 2}, 0}};
    REQUIRE(reader->assign(from).ok());
    std::vector<topic_partition> lost;
    std::vector<seen> records;
    const auto poll = [&] {
        const auto polled = reader->poll(100ms, 1000);
        CHECK(polled.errors.empty());
        keep(polled, records);
        lost.insert(lost.end(), polled.out_of_range.begin(), polled.out_of_range.end());
    };
    for (const auto until = in.now() + in.patience(); (lost.size() < 2 || records.size() < 3) && in.now() < until;) poll();
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

inline void topics_are_described(const environment& in) {
    const auto topic = in.make_topic("described", 3);
    const auto admin = in.admin();
    const std::vector<std::string> asked{topic, in.name("missing")};
    std::map<std::string, std::int32_t> found;
    REQUIRE(admin->describe(asked, found, in.patience()).ok());
    CHECK(found == std::map<std::string, std::int32_t>{{topic, 3}});
    const std::vector<kafka::new_topic> again{{.name = topic, .partitions = 3}};
    CHECK(admin->create(again, in.patience()).ok());
    std::vector<std::string> names;
    REQUIRE(admin->list(names, in.patience()).ok());
    CHECK(std::find(names.begin(), names.end(), topic) != names.end());
    const std::vector<std::string> gone{topic};
    REQUIRE(admin->remove(gone, in.patience()).ok());
    for (const auto until = in.now() + in.patience(); in.now() < until && !found.empty();) {
        found.clear();
        REQUIRE(admin->describe(asked, found, in.patience()).ok());
    }
    CHECK(found.empty());
}

inline void settings_in_force_are_told(const environment& in) {
    const auto own = in.make_topic("own", 1, {{"cleanup.policy", "compact"}, {"delete.retention.ms", "1234"}});
    const auto plain = in.make_topic("plain", 1, {{"retention.ms", "-1"}});
    const std::vector<std::string> asked{own, in.name("missing"), plain};
    std::map<std::string, std::map<std::string, std::string>> found;
    REQUIRE(in.admin()->describe_configs(asked, found, in.patience()).ok());
    REQUIRE(found.size() == 2);
    CHECK(found[own].at("cleanup.policy") == "compact");
    CHECK(found[own].at("delete.retention.ms") == "1234");
    CHECK(found[plain].at("cleanup.policy") == "delete");
    CHECK(found[plain].at("retention.ms") == "-1");
    CHECK(found[plain].at("delete.retention.ms") == "86400000");
    CHECK(found[plain].at("message.timestamp.type") == "CreateTime");
}

inline void commits_carry_metadata(const environment& in) {
    const auto topic = in.make_topic("committed", 2);
    obedient_member one{in.member("one", "group")};
    const std::vector<std::string> topics{topic};
    REQUIRE(one.self->subscribe(topics).ok());
    REQUIRE(settle(in, {&one}, [&] { return one.owned.size() == 2; }));
    const std::vector<topic_partition> both{{topic, 0}, {topic, 1}};
    std::vector<kafka::committed_offset> found;
    REQUIRE(one.self->committed(both, found, in.patience()).ok());
    CHECK(found.empty());
    const std::vector<kafka::committed_offset> offsets{{.partition = {topic, 1}, .offset = 7, .metadata = "AgAB"}};
    REQUIRE(one.self->commit(offsets).ok());
    REQUIRE(one.self->committed(both, found, in.patience()).ok());
    REQUIRE(found.size() == 1);
    CHECK(found[0].partition == topic_partition{topic, 1});
    CHECK(found[0].offset == 7);
    CHECK(found[0].metadata == "AgAB");
    one.self->close();
}

inline void two_members_share_by_range(const environment& in) {
    const auto left = in.make_topic("left", 3);
    const auto right = in.make_topic("right", 3);
    const std::vector<std::string> topics{left, right};
    obedient_member one{in.member("one", "group")};
    obedient_member two{in.member("two", "group")};
    REQUIRE(one.self->subscribe(topics).ok());
    REQUIRE(settle(in, {&one}, [&] { return one.owned.size() == 6; }));
    REQUIRE(two.self->subscribe(topics).ok());
    REQUIRE(settle(in, {&one, &two}, [&] { return one.owned.size() + two.owned.size() == 6 && !two.owned.empty(); }));
    CHECK(std::find(one.heard.begin(), one.heard.end(), kafka::rebalance::event::revoked) != one.heard.end());
    for (auto* member : {&one, &two}) {
        std::vector<std::int32_t> of_left;
        std::vector<std::int32_t> of_right;
        for (const auto& partition : member->owned)
            (partition.topic == left ? of_left : of_right).push_back(partition.partition);
        std::sort(of_left.begin(), of_left.end());
        std::sort(of_right.begin(), of_right.end());
        CHECK(of_left == of_right);
        CHECK((of_left == std::vector<std::int32_t>{0, 1} || of_left == std::vector<std::int32_t>{2}));
    }
    one.self->close();
    REQUIRE(settle(in, {&two}, [&] { return two.owned.size() == 6; }));
    two.self->close();
}

inline void a_member_that_subscribes_again_joins_anew(const environment& in) {
    const std::vector<std::string> topics{in.make_topic("again", 2)};
    obedient_member one{in.member("one", "group")};
    REQUIRE(one.self->subscribe(topics).ok());
    REQUIRE(settle(in, {&one}, [&] { return one.owned.size() == 2; }));
    one.heard.clear();
    REQUIRE(one.self->subscribe(topics).ok());
    using event = kafka::rebalance::event;
    REQUIRE(settle(in, {&one}, [&] { return one.heard.size() == 2; }));
    CHECK(one.heard == std::vector<event>{event::revoked, event::assigned});
    CHECK(one.owned.size() == 2);
    one.self->close();
}

inline void members_see_the_whole_assignment(const environment& in) {
    const auto topic = in.make_topic("whole", 3);
    const std::vector<std::string> topics{topic};
    obedient_member one{in.member("one", "group")};
    obedient_member two{in.member("two", "group")};
    REQUIRE(one.self->subscribe(topics).ok());
    REQUIRE(two.self->subscribe(topics).ok());
    REQUIRE(settle(in, {&one, &two}, [&] { return one.owned.size() + two.owned.size() == 3 && !two.owned.empty(); }));
    for (auto* member : {&one, &two}) {
        std::vector<topic_partition> all;
        // A group may be at another generation already, in which the members own the same.
        REQUIRE(settle(in, {&one, &two}, [&] {
            all.clear();
            return member->self->group_partitions(all, in.patience()).ok();
        }));
        std::sort(all.begin(), all.end());
        CHECK(all == std::vector<topic_partition>{{topic, 0}, {topic, 1}, {topic, 2}});
    }
    // Two leaves, and another generation begins, of which one has not heard.
    two.self->close();
    std::optional<kafka::result> answer;
    for (const auto until = in.now() + in.patience(); in.now() < until && (!answer || answer->ok());) {
        std::vector<topic_partition> all;
        answer = one.self->group_partitions(all, in.patience());
    }
    REQUIRE_FALSE(answer->ok());
    CHECK(answer->kind() == kafka::error_class::fenced);
    one.self->close();
}

inline void a_member_that_left_is_fenced(const environment& in) {
    const auto topic = in.make_topic("fenced", 1);
    const std::vector<std::string> topics{topic};
    obedient_member one{in.member("one", "group")};
    REQUIRE(one.self->subscribe(topics).ok());
    REQUIRE(settle(in, {&one}, [&] { return one.owned.size() == 1; }));
    const auto stranger = in.member("stranger", "group");
    const std::vector<kafka::committed_offset> offsets{{.partition = {topic, 0}, .offset = 1}};
    const auto refused = stranger->commit(offsets);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.kind() == kafka::error_class::fenced);
    stranger->close();
    one.self->close();
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

} // namespace detail

inline std::vector<contract_case> cases() {
    return {
        {"records come back with keys, values, nulls, timestamps and headers", detail::records_come_back},
        {"keys are placed as Java places them", detail::keys_are_placed_as_java_does},
        {"a batch stays valid after later polls, deletion and close", detail::a_batch_outlives_what_follows},
        {"partitions are paused, resumed and sought one by one", detail::seek_pause_and_resume},
        {"bounds follow appends and deletions", detail::bounds_follow_the_log},
        {"a position that the log does not have is reported once, and a seek goes on",
         detail::a_position_outside_of_the_log_is_reported},
        {"topics are created once, described, listed and removed", detail::topics_are_described},
        {"the settings in force of topics are told, its own or the cluster's", detail::settings_in_force_are_told},
        {"committed offsets keep their metadata", detail::commits_carry_metadata},
        {"two members share topics by range, and one takes over when the other leaves",
         detail::two_members_share_by_range},
        {"a member that subscribes again joins anew", detail::a_member_that_subscribes_again_joins_anew},
        {"a member sees what the whole group was assigned, until the next generation",
         detail::members_see_the_whole_assignment},
        {"a commit from outside the group is fenced", detail::a_member_that_left_is_fenced},
        {"a poll waits for its timeout and sees what comes", detail::poll_wakes_for_a_record},
    };
}

} // namespace contract
