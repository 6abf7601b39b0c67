#include "catch.hpp"
#include "runtime/input_records.hpp"

#include "src/runtime/queues/record_queue.hpp"

using namespace streams;
using testing_support::batch_of;

namespace {

/// Takes a negative timestamp as it is; throws for those that stand for records that do not decode, or have no time.
class plain_source final : public source_node {
public:
    static constexpr std::int64_t broken = 666;
    static constexpr std::int64_t untimed = 667;
    void connect(node&) override {}
    void process(const record_view&, std::int64_t, headers&) override {}
    std::int64_t timestamp_of(const record_view& raw, std::int64_t partition_time) override {
        asked_with.push_back(partition_time);
        if (raw.timestamp == broken) throw undecodable("broken");
        if (raw.timestamp == untimed) throw std::runtime_error("no time");
        return raw.timestamp;
    }
    std::vector<std::int64_t> asked_with;
};

struct counting_rejects final : rejected_records {
    void invalid_timestamp(const record_queue&, const record_view& raw) override { invalid.push_back(raw.offset); }
    void untimed_head(const record_queue&, const record_view& raw, const std::exception& cause) override {
        throw streams_error(concat("offset ", raw.offset, ": ", cause.what()));
    }
    std::vector<std::int64_t> invalid;
};

struct queue_under_test {
    plain_source source;
    counting_rejects rejected;
    record_queue queue{{"in", 0}, source, rejected};
    std::weak_ptr<const void> last_memory;

    void add(std::vector<testing_support::input_record> records) { queue.add(batch_of({"in", 0}, std::move(records))); }
    std::int64_t take() {
        const auto offset = queue.take().offset;
        queue.release();
        return offset;
    }
};

} // namespace

TEST_CASE("a queue hands out records in offset order, over batches") {
    queue_under_test t;
    CHECK(t.queue.empty());
    CHECK_FALSE(t.queue.next_offset());
    t.add({{5, 100}, {6, 50}});
    t.add({{7, 200}});
    CHECK(t.queue.size() == 3);
    CHECK(t.queue.next_offset() == 5);
    CHECK(t.take() == 5);
    CHECK(t.queue.head_timestamp() == 50);
    CHECK(t.take() == 6);
    CHECK(t.take() == 7);
    CHECK(t.queue.empty());
    CHECK(t.queue.next_offset() == 8);
}

TEST_CASE("the partition time is the largest timestamp taken, and what the extractor of the next head sees") {
    queue_under_test t;
    t.add({{0, 100}, {1, 50}, {2, 70}});
    t.take();
    t.take();
    CHECK(t.queue.partition_time() == 100);
    CHECK(t.source.asked_with == std::vector<std::int64_t>{-1, 100, 100});
}

TEST_CASE("records with a negative timestamp are skipped, and their offsets pass") {
    queue_under_test t;
    t.add({{0, -1}, {1, 10}, {2, -5}});
    CHECK(t.rejected.invalid == std::vector<std::int64_t>{0});
    CHECK(t.take() == 1);
    CHECK(t.queue.empty());
    CHECK(t.rejected.invalid == std::vector<std::int64_t>{0, 2});
    CHECK(t.queue.next_offset() == 3);
}

TEST_CASE("a record without a time, because it does not decode, has its turn at the partition time") {
    queue_under_test t;
    t.add({{0, 10}, {1, plain_source::broken}, {2, 20}});
    CHECK(t.take() == 0);
    CHECK(t.queue.head_timestamp() == 10);
    CHECK(t.queue.next_offset() == 1);
    CHECK(t.take() == 1);
    CHECK(t.queue.partition_time() == 10);
    CHECK(t.take() == 2);
}

TEST_CASE("a record whose timestamp extractor throws stays at the head") {
    queue_under_test t;
    CHECK_THROWS_WITH(t.add({{5, plain_source::untimed}, {6, 50}}), "offset 5: no time");
    CHECK(t.queue.empty());
    CHECK_FALSE(t.queue.next_offset());
}

TEST_CASE("a batch lives until its last record was released") {
    queue_under_test t;
    auto memory = std::make_shared<int>(1);
    std::weak_ptr<int> alive = memory;
    t.queue.add({{"in", 0},
                 {record_view{.offset = 0, .timestamp = 1}, record_view{.offset = 1, .timestamp = 2}},
                 std::move(memory)});
    t.take();
    CHECK_FALSE(alive.expired());
    static_cast<void>(t.queue.take());
    CHECK_FALSE(alive.expired());
    t.queue.release();
    CHECK(alive.expired());
}

TEST_CASE("records that wait for a second turn leave the memory of the client, and are the same") {
    queue_under_test t;
    auto first = batch_of({"in", 0}, {{0, 1, "a", "first"}, {1, 2, "b", "second"}, {2, 3, "", ""}});
    auto client_memory = std::make_shared<std::vector<record_view>>(first.records().begin(), first.records().end());
    const headers with{{"h", bytes(bytes_view("v"))}};
    client_memory->at(1).headers = &with;
    client_memory->at(2).value = std::nullopt;
    const std::weak_ptr<const void> of_client = client_memory;
    t.queue.add({{"in", 0}, *client_memory, std::exchange(client_memory, nullptr)});
    CHECK(t.take() == 0);

    t.queue.keep_waiting();
    CHECK_FALSE(of_client.expired());
    t.queue.keep_waiting();
    CHECK(of_client.expired());
    CHECK(t.queue.size() == 2);
    CHECK(t.queue.head_timestamp() == 2);
    CHECK(t.queue.next_offset() == 1);
    const auto& second = t.queue.take();
    CHECK(second.key->text() == "b");
    CHECK(second.value->text() == "second");
    REQUIRE(second.headers != nullptr);
    CHECK(*second.headers == with);
    const auto& third = t.queue.take();
    CHECK(third.key->text() == "");
    CHECK_FALSE(third.value);
    CHECK(third.headers == nullptr);
    t.queue.release();
    CHECK(t.queue.empty());
}

TEST_CASE("the bytes of what waits are counted with what a record costs besides its content, until it is done") {
    queue_under_test t;
    CHECK(t.queue.waiting_bytes() == 0);
    t.add({{0, 1, "k", std::string(1000, 'v')}, {1, 1, "k", "v"}});
    CHECK(t.queue.waiting_bytes() == 0);
    t.queue.keep_waiting();
    const auto one_batch = t.queue.waiting_bytes();
    CHECK(one_batch >= 1003 + 2 * sizeof(record_view));
    t.add({{2, 1, "k", "v"}});
    t.queue.keep_waiting();
    CHECK(t.queue.waiting_bytes() > one_batch);
    for (int i = 0; i < 3; ++i) CHECK(t.take() == i);
    CHECK(t.queue.waiting_bytes() == 0);
    t.queue.keep_waiting();
    CHECK(t.queue.waiting_bytes() == 0);
}

TEST_CASE("a queue that is read between its turns loses no record, however its batches are cut") {
    queue_under_test t;
    std::int64_t added = 0;
    std::int64_t taken = 0;
    for (int turn = 0; turn < 200; ++turn) {
        std::vector<testing_support::input_record> records;
        for (int i = 0; i < turn % 5; ++i, ++added) records.push_back({added, 1, std::to_string(added), "v"});
        if (!records.empty()) t.add(std::move(records));
        for (int i = 0; i < turn * 7 % 4 && !t.queue.empty(); ++i) {
            const auto& record = t.queue.take();
            CHECK(record.offset == taken);
            CHECK(record.key->text() == std::to_string(taken++));
        }
        t.queue.release();
        t.queue.keep_waiting();
        CHECK(t.queue.size() == static_cast<std::size_t>(added - taken));
    }
}
