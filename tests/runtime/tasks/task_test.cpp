#include "catch.hpp"
#include "runtime/input_records.hpp"
#include "runtime/messages.hpp"
#include "runtime/temporary_folder.hpp"
#include "runtime/topologies.hpp"
#include "runtime/unlogged_counts.hpp"
#include "topology/fake_task.hpp"

#include "src/runtime/tasks/task.hpp"
#include "state/test_memory.hpp"

#include <streams/core/manual_clock.hpp>
#include <streams/dsl/streams_builder.hpp>

#include <atomic>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::batch_of;
using testing_support::copy_topology;
using testing_support::count_topology;
using testing_support::message_of;
using testing_support::says;
using testing_support::unlogged_counts;

namespace {

/// Reads integers, so that a test can feed it bytes that do not decode.
topology integer_topology() {
    topology t;
    t.add_source<std::string, std::int64_t>("source", "in");
    t.add_sink<std::string, std::int64_t>("sink", "out", {"source"});
    return t;
}

struct remembered_changelog final : changelog_sink {
    explicit remembered_changelog(std::vector<std::string>& to) : keys(to) {}
    void append(bytes_view key, std::optional<bytes_view>, std::int64_t, const headers*) override {
        keys.emplace_back(key.text());
    }
    std::vector<std::string>& keys;
};

/// A task 0_0 over partition 0 of `in`, all sub-topologies in it.
struct task_under_test {
    struct placement {
        std::filesystem::path directory{}; ///< empty: stores in memory
        std::size_t memory_bytes = 0;      ///< of hot tiers; 0: as in an application
        input_progress* progress = nullptr;
    };
    explicit task_under_test(topology of, streams_config with = {})
        : task_under_test(std::move(of), with, placement()) {}
    task_under_test(topology of, streams_config with, const placement& stores)
        : what(std::move(of)), config(std::move(with)), memory(stores.memory_bytes) {
        config.application_id = "app";
        opened = std::make_unique<task_stores>(task_id{0, 0}, what, what.sub_topologies(), "app",
                                               store_opening{.time = time,
                                                             .memory = memory.stores,
                                                             .directory = stores.directory,
                                                             .in_memory = stores.directory.empty(),
                                                             .changelog_of = [this](const store_spec&) {
                                                                 return std::make_unique<remembered_changelog>(logged);
                                                             }});
        make(stores.progress);
    }
    /// Makes the nodes, on the stores as they are.
    void make(input_progress* progress = nullptr) {
        task.reset();
        task =
            std::make_unique<stream_task>(*opened, what, what.sub_topologies(), std::vector<topic_partition>{{"in", 0}},
                                          task_environment{.config = config,
                                                           .time = time,
                                                           .collector = collector,
                                                           .drops = drops,
                                                           .progress = progress,
                                                           .interrupted = &interrupted});
    }
    void start(std::vector<kafka::committed_offset> committed = {}) {
        for (task_store& each : opened->all()) each.store->restored(std::nullopt);
        task->initialize(committed);
    }
    void prepare_commit() {
        task->flush_stores();
        task->tell_last_changelogs();
    }
    std::optional<std::int64_t> covered(isolation_level seen) const {
        return task->covered("counts", seen).offset({"in", 0});
    }
    void add(std::vector<testing_support::input_record> records) {
        task->add(0, batch_of({"in", 0}, std::move(records)));
    }
    std::vector<std::string> sent() const {
        std::vector<std::string> values;
        for (const auto& each : collector.sent) values.push_back(each.value.value_or("null"));
        return values;
    }

    topology what;
    streams_config config;
    state_test::test_memory memory;
    manual_clock time{5000};
    testing_support::fake_collector collector;
    drop_counters drops;
    std::vector<std::string> logged;
    std::atomic<bool> interrupted{false};
    std::unique_ptr<task_stores> opened;
    std::unique_ptr<stream_task> task;
};

} // namespace

TEST_CASE("a task takes a record from its source to its sink, one at a time") {
    task_under_test t(copy_topology());
    t.start();
    CHECK_FALSE(t.task->process());
    t.add({{0, 10, "a", "x"}, {1, 20, "b", "y"}});
    CHECK(t.task->processable());
    CHECK(t.task->process());
    CHECK(t.sent() == std::vector<std::string>{"x"});
    CHECK(t.task->process(10) == 1);
    CHECK(t.sent() == std::vector<std::string>{"x", "y"});
    CHECK(t.collector.sent[1].timestamp == 20);
    CHECK(t.task->stream_time() == 20);
}

TEST_CASE("a task whose thread is interrupted stops after a record, and not before one") {
    task_under_test t(copy_topology());
    t.start();
    t.add({{0, 10, "a", "x"}, {1, 20, "b", "y"}});
    t.interrupted = true;
    CHECK(t.task->process(10) == 1);
    CHECK(t.task->process(10) == 1);
    CHECK(t.task->process(10) == 0);
}

TEST_CASE("a query is told that stores cover what was committed, before the first record too") {
    task_under_test t(count_topology(false));
    t.start({{{"in", 0}, 5, {}}});
    for (const auto seen : {isolation_level::read_committed, isolation_level::read_uncommitted})
        CHECK(t.covered(seen) == 4);
    t.add({{7, 10, "a", "x"}});
    t.task->process();
    CHECK(t.covered(isolation_level::read_committed) == 4);
    CHECK(t.covered(isolation_level::read_uncommitted) == 7);
}

TEST_CASE(
    "a query is told that a store without a changelog covers what it has taken in since it was opened, and no more") {
    task_under_test t(unlogged_counts(false));
    t.start({{{"in", 0}, 5, {}}});
    for (const auto seen : {isolation_level::read_committed, isolation_level::read_uncommitted})
        CHECK(t.covered(seen) == std::nullopt);
    t.add({{7, 10, "a", "x"}});
    t.task->process();
    CHECK(t.covered(isolation_level::read_committed) == std::nullopt);
    CHECK(t.covered(isolation_level::read_uncommitted) == 7);
    t.prepare_commit();
    (void)t.task->committable();
    t.task->committed([](const task_store&) { return std::nullopt; });
    CHECK(t.covered(isolation_level::read_committed) == 7);
    t.make(); // taken back to its last commit
    t.start({{{"in", 0}, 8, {}}});
    for (const auto seen : {isolation_level::read_committed, isolation_level::read_uncommitted})
        CHECK(t.covered(seen) == 7);
}

TEST_CASE("a node sees where its record came from, with headers of its own") {
    record_metadata seen;
    task_under_test t(copy_topology([&](const auto& r, auto& context) {
        seen = *context.record_metadata();
        r.headers.add("mark", bytes(std::string_view("1")));
    }));
    t.start();
    t.add({{7, 10}, {8, 11}});
    t.task->process(2);
    CHECK(seen.topic == "in");
    CHECK(seen.partition == 0);
    CHECK(seen.offset == 8);
    CHECK(t.collector.sent[1].headers.size() == 1); // nothing of the record before
}

TEST_CASE("a record that does not decode stops the task, naming place, cause and remedy") {
    task_under_test t(integer_topology());
    t.start();
    t.add({{41, 10, "k", "short"}});
    const auto message = message_of([&] { t.task->process(); });
    for (const char* part :
         {"topic in", "partition 0", "offset 41", "source source", "deserialization.exception.handler"})
        CHECK(says(message, part));
}

TEST_CASE("a handler may drop records that do not decode, which count for no time") {
    streams_config config;
    config.on_deserialization_error = resume_on_error{};
    task_under_test t(integer_topology(), config);
    t.start();
    t.add({{0, 10, "k", std::string(8, '\0')}, {1, 99, "k", "short"}, {2, 20, "k", std::string(8, '\0')}});
    CHECK(t.task->process(10) == 3);
    CHECK(t.collector.sent.size() == 2);
    CHECK(t.drops[drop_reason::deserialization] == 1);
    CHECK(t.task->stream_time() == 20);
    CHECK(t.task->committable().at(0).offset == 3);
}

TEST_CASE("a record with an invalid timestamp stops the task, naming place, time and remedy") {
    task_under_test t(copy_topology());
    t.start();
    const auto message = message_of([&] { t.add({{41, -1}}); });
    for (const char* part : {"topic in", "partition 0", "offset 41", "source source", "invalid timestamp -1",
                             "default.timestamp.extractor", "log_and_skip_on_invalid_timestamp"})
        CHECK(says(message, part));
}

TEST_CASE("the configured extractor gives the sources without one of their own their time") {
    const auto times = [](timestamp_extractor choice, std::vector<testing_support::input_record> records) {
        streams_config config;
        config.default_timestamp_extractor = choice;
        task_under_test t(copy_topology(), config);
        t.start();
        t.add(std::move(records));
        t.task->process(10);
        std::vector<std::int64_t> found;
        for (const auto& sent : t.collector.sent) found.push_back(sent.timestamp);
        return std::pair(found, t.drops[drop_reason::invalid_timestamp]);
    };
    using enum timestamp_extractor;
    using expected = std::pair<std::vector<std::int64_t>, std::uint64_t>;
    CHECK(times(log_and_skip_on_invalid_timestamp, {{0, 10}, {1, -1}, {2, 20}}) == expected{{10, 20}, 1});
    CHECK(times(use_partition_time_on_invalid_timestamp, {{0, 10}, {1, -1}, {2, 20}}) == expected{{10, 10, 20}, 0});
    CHECK_THROWS_WITH(times(use_partition_time_on_invalid_timestamp, {{0, -1}}), containing("none before it"));
    CHECK(times(wallclock_timestamp, {{0, -1}, {1, 5}}).second == 0);
    CHECK(times(wallclock_timestamp, {{0, -1}, {1, 5}}).first.size() == 2);
}

TEST_CASE("processing code that throws stops the task, or drops the record, as its handler says") {
    const auto tap = [](const auto& r, auto&) {
        if (r.value == "bad") throw std::runtime_error("no such account");
    };
    task_under_test strict(copy_topology(tap));
    strict.start();
    strict.add({{3, 10, "k", "bad"}});
    const auto message = message_of([&] { strict.task->process(); });
    for (const char* part : {"topic in", "offset 3", "no such account", "processing.exception.handler"})
        CHECK(says(message, part));

    streams_config config;
    config.on_processing_error = resume_on_error{};
    task_under_test lenient(copy_topology(tap), config);
    lenient.start();
    lenient.add({{3, 10, "k", "bad"}, {4, 11, "k", "good"}});
    lenient.task->process(2);
    CHECK(lenient.sent() == std::vector<std::string>{"good"});
    CHECK(lenient.drops[drop_reason::processing] == 1);
}

TEST_CASE("what is committed is the offset to go on from and the partition time, and only what changed") {
    task_under_test t(copy_topology());
    t.start();
    CHECK_FALSE(t.task->commit_needed());
    CHECK(t.task->committable().empty());
    t.add({{5, 300}, {6, 200}, {7, 400}});
    t.task->process(2);
    CHECK(t.task->commit_needed());
    t.prepare_commit();
    const auto offsets = t.task->committable();
    REQUIRE(offsets.size() == 1);
    CHECK(offsets[0].offset == 7);
    CHECK(decode_commit_metadata(offsets[0].metadata).partition_time == 300);
    t.task->committed([](const task_store&) { return std::nullopt; });
    CHECK_FALSE(t.task->commit_needed());
    CHECK(t.task->committable().empty());
}

TEST_CASE("a task knows whether the group's offsets are still those that it has committed") {
    task_under_test t(copy_topology());
    t.start();
    CHECK(t.task->stands_at({}));
    t.add({{5, 300}, {6, 200}});
    t.task->process(1);
    t.prepare_commit();
    const auto offsets = t.task->committable();
    t.task->committed([](const task_store&) { return std::nullopt; });
    CHECK(t.task->stands_at(offsets));
    CHECK_FALSE(t.task->stands_at({}));
    auto moved = offsets;
    moved[0].offset = 7;
    CHECK_FALSE(t.task->stands_at(moved));
    moved = offsets;
    moved[0].metadata = encode(commit_metadata{301, {}});
    CHECK_FALSE(t.task->stands_at(moved));
}

TEST_CASE("control records that were committed stay so, also where the position is not known later") {
    struct known_position final : input_progress {
        std::optional<std::int64_t> lag(const topic_partition&) override { return 0; }
        std::optional<std::int64_t> position(const topic_partition&) override { return at; }
        std::optional<std::int64_t> at = 12;
    } progress;
    task_under_test t(copy_topology(), {}, {.progress = &progress});
    t.start();
    t.add({{10, 1}});
    t.task->process();
    const auto commit = [&]() -> std::optional<std::int64_t> {
        t.prepare_commit();
        const auto offsets = t.task->committable();
        t.task->committed([](const task_store&) { return std::nullopt; });
        return offsets.empty() ? std::nullopt : std::optional(offsets[0].offset);
    };
    CHECK(commit() == 12);
    CHECK(t.task->reads_on_at(0) == 12);
    progress.at.reset();
    CHECK(commit() == std::nullopt);
    // The topic was made anew, and is read from its beginning.
    t.add({{3, 2}});
    t.task->process();
    CHECK(t.task->reads_on_at(0) == 4);
    CHECK(commit() == 4);
}

TEST_CASE("a store found damaged while a node is initialised is the task's damage") {
    struct finds_damage final : processor<std::string, std::string> {
        void init(context_type&) override { throw corrupt_state_error("s", "store s is damaged"); }
        void process(const record_type&) override {}
    };
    topology what;
    what.add_source<std::string, std::string>("source", "in");
    what.add_processor("p", [] { return std::make_unique<finds_damage>(); }, {"source"});
    task_under_test t(std::move(what));
    CHECK_THROWS_AS(t.start(), corrupt_task_error);
}

TEST_CASE("a task goes on with the time and the processor metadata that were committed") {
    task_under_test t(copy_topology());
    t.start({{{"in", 0}, 12, encode(commit_metadata{900, {{"store", 7}}})}});
    CHECK(t.task->stream_time() == 900);
    CHECK(t.task->committable().empty());
    t.add({{12, 10}});
    t.task->process();
    CHECK(decode_commit_metadata(t.task->committable().at(0).metadata) == commit_metadata{900, {{"store", 7}}});
}

TEST_CASE("stream time fires a punctuation with the first record, wall clock after one interval") {
    std::vector<std::string> calls;
    class punctuated final : public processor<std::string, std::string, std::string, std::string> {
    public:
        explicit punctuated(std::vector<std::string>& to) : calls_(to) {}
        void init(context_type& context) override {
            context.schedule(10ms, punctuation_type::stream_time, [&, c = &context](std::int64_t now) {
                calls_.push_back("stream " + std::to_string(now));
                CHECK_FALSE(c->record_metadata());
            });
            context.schedule(100ms, punctuation_type::wall_clock_time,
                             [&](std::int64_t now) { calls_.push_back("wall " + std::to_string(now)); });
        }
        void process(const record_type&) override {}

    private:
        std::vector<std::string>& calls_;
    };
    topology what;
    what.add_source<std::string, std::string>("source", "in");
    what.add_processor("p", [&calls] { return std::make_unique<punctuated>(calls); }, {"source"});
    task_under_test t(std::move(what));
    t.start();
    CHECK_FALSE(t.task->punctuate_stream_time());
    t.add({{0, 25}});
    t.task->process();
    CHECK(t.task->punctuate_stream_time());
    CHECK_FALSE(t.task->punctuate_stream_time());
    CHECK_FALSE(t.task->punctuate_wall_clock());
    t.time.advance(250ms);
    CHECK(t.task->punctuate_wall_clock());
    CHECK(calls == std::vector<std::string>{"stream 25", "wall 5250"});
}

TEST_CASE("a store logs its newest values when the task commits") {
    task_under_test t(count_topology(true));
    t.start();
    t.add({{0, 10, "a"}, {1, 11, "a"}, {2, 12, "b"}});
    t.task->process(3);
    CHECK(t.sent() == std::vector<std::string>{"1", "2", "1"});
    t.prepare_commit();
    CHECK(t.logged.size() == 2);
    CHECK(t.opened->find("counts") != nullptr);
    CHECK(t.opened->find("other") == nullptr);
}

TEST_CASE("nodes are made anew on the stores as they are") {
    task_under_test t(count_topology(true));
    t.start();
    t.add({{0, 10, "a"}, {1, 11, "a"}});
    t.task->process(2);
    t.prepare_commit();
    t.task->committed([](const task_store&) { return std::nullopt; });
    t.make();
    t.task->initialize({});
    t.add({{2, 12, "a"}});
    t.task->process();
    CHECK(t.sent() == std::vector<std::string>{"1", "2", "3"});
}

TEST_CASE("the stores of a task keep to its share of memory once their entries are on disk") {
    const auto held = [](std::size_t share) {
        const testing_support::temporary_folder folder;
        task_under_test t(count_topology(true), {}, {.directory = folder.path(), .memory_bytes = share});
        t.start();
        const auto count_and_commit = [&t](std::int64_t first, std::int64_t last) {
            std::vector<testing_support::input_record> records;
            for (; first < last; ++first)
                records.push_back({first, 10, concat("a key that is not short ", first), "x"});
            t.add(std::move(records));
            while (t.task->process()) {}
            t.prepare_commit();
            t.task->committed([&](const task_store&) { return std::optional(last); });
            t.time.advance(2s); // so that the next commit writes to disk
        };
        for (std::int64_t first = 0; first < 80'000; first += 2'000) count_and_commit(first, first + 2'000);
        return t.opened->all()[0].store->memory_bytes();
    };
    CHECK(held(1 << 20) + (4 << 20) < held(0));
}

TEST_CASE("a node has no access to a store that is not connected to it") {
    class grabbing final : public processor<std::string, std::string> {
    public:
        void init(context_type& context) override { static_cast<void>(context.state_store<key_value_store>("counts")); }
        void process(const record_type&) override {}
    };
    topology what = count_topology(false);
    what.add_processor("grab", [] { return std::make_unique<grabbing>(); }, {"count"});
    task_under_test t(std::move(what));
    CHECK(says(message_of([&] { t.start(); }), "grab has no access to store counts"));
}

TEST_CASE("a task is closed without its nodes where they were never initialised") {
    int closed = 0;
    class closing final : public processor<std::string, std::string> {
    public:
        explicit closing(int& count) : count_(count) {}
        void process(const record_type&) override {}
        void close() override { ++count_; }

    private:
        int& count_;
    };
    topology what;
    what.add_source<std::string, std::string>("source", "in");
    what.add_processor("p", [&closed] { return std::make_unique<closing>(closed); }, {"source"});
    {
        task_under_test t(what);
        t.task->close();
        CHECK(closed == 0);
    }
    task_under_test t(what);
    t.start();
    t.task->close();
    t.task->close();
    CHECK(closed == 1);
}

TEST_CASE("up to where windows have left is committed beside the offsets, and known to the task that follows") {
    const auto counts_on_close = [] {
        streams_builder builder;
        builder.stream<std::string, std::string>("in")
            .group_by_key()
            .windowed_by(tumbling{10ms})
            .emit_on_close()
            .count(materialized{.name = "counts"})
            .to_stream()
            .to("out");
        return builder.build();
    };
    const streams_config eager{.window_emit_interval = 0ms};
    task_under_test before(counts_on_close(), eager);
    before.start();
    before.add({{0, 5, "a", "x"}, {1, 12, "a", "x"}});
    before.task->process(2);
    CHECK(before.sent().size() == 1);
    before.prepare_commit();
    const auto committed = before.task->committable();
    REQUIRE(committed.size() == 1);
    CHECK(decode_commit_metadata(committed[0].metadata).processor_metadata ==
          std::map<std::string, std::int64_t>{{"counts", 12}});

    task_under_test after(counts_on_close(), eager);
    after.start(committed);
    after.add({{2, 3, "a", "x"}, {3, 13, "a", "x"}, {4, 20, "a", "x"}});
    after.task->process(3);
    CHECK(after.sent().size() == 1); // of 10 to 20: the first window has left before
}

TEST_CASE("windows that close when idle do not count the time in which their task was suspended") {
    streams_builder builder;
    builder.stream<std::string, std::string>("in")
        .group_by_key()
        .windowed_by(tumbling{10s})
        .emit_on_close(close_when_idle{1s})
        .count()
        .to_stream()
        .map([](const windowed<std::string>& key, const std::int64_t& count) {
            return std::pair{key.key, std::to_string(count)};
        })
        .to("out");
    task_under_test t(builder.build());
    t.start();
    t.add({{0, 1000, "k", "first"}});
    REQUIRE(t.task->process());
    t.time.advance(2s);
    t.task->go_on();
    t.task->punctuate_wall_clock();
    CHECK(t.sent().empty());
    t.add({{1, 2000, "k", "in time"}});
    REQUIRE(t.task->process());
    t.time.advance(1s);
    t.task->punctuate_wall_clock();
    CHECK(t.sent() == std::vector<std::string>{"2"});
}
