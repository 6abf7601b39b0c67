#include "catch.hpp"
#include "runtime/input_records.hpp"

#include "src/runtime/record_queue.hpp"

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
    void undecodable_head(const record_queue&, const record_view& raw, const undecodable&) override {
        undecodables.push_back(raw.offset);
    }
    void invalid_timestamp(const record_queue&, const record_view& raw) override { invalid.push_back(raw.offset); }
    void untimed_head(const record_queue&, const record_view& raw, const std::exception& cause) override {
        throw streams_error(concat("offset ", raw.offset, ": ", cause.what()));
    }
    std::vector<std::int64_t> undecodables;
    std::vector<std::int64_t> invalid;
};

struct queue_under_test {
    plain_source source;
    counting_rejects rejected;
    record_queue queue{{"in", 0}, source, rejected};
    std::weak_ptr<const void> last_memory;

    void add(std::vector<testing_support::input_record> records) {
        queue.add(batch_of({"in", 0}, std::move(records)));
    }
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

TEST_CASE("records with a negative timestamp or that do not decode are skipped, and their offsets pass") {
    queue_under_test t;
    t.add({{0, -1}, {1, 10}, {2, plain_source::broken}, {3, -5}});
    CHECK(t.rejected.invalid == std::vector<std::int64_t>{0});
    CHECK(t.take() == 1);
    CHECK(t.queue.empty());
    CHECK(t.rejected.undecodables == std::vector<std::int64_t>{2});
    CHECK(t.queue.next_offset() == 4);
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
    t.queue.add({{"in", 0}, {record_view{.offset = 0, .timestamp = 1}, record_view{.offset = 1, .timestamp = 2}}, std::move(memory)});
    t.take();
    CHECK_FALSE(alive.expired());
    static_cast<void>(t.queue.take());
    CHECK_FALSE(alive.expired());
    t.queue.release();
    CHECK(alive.expired());
}
