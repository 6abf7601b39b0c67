#include "topology/fake_task.hpp"

#include <streams/serde/standard.hpp>
#include <streams/state/key_value_store.hpp>
#include <streams/state/window_store.hpp>
#include <streams/topology/processor_api.hpp>

#include "catch.hpp"

using namespace streams;
using testing_support::fake_task;
using testing_support::kept_records;

namespace {

class doubling final : public processor<std::string, int, std::string, int> {
public:
    void init(context_type& context) override {
        context_ = &context;
        context.schedule(std::chrono::milliseconds(50), punctuation_type::stream_time,
                         [this](std::int64_t now) { context_->forward("punctuated", 0, now); });
    }
    void process(const record_type& r) override {
        const int twice = 2 * r.value;
        if (r.key == "to-one")
            context_->forward(r.with_value(twice), "kept");
        else if (r.key == "to-nobody")
            context_->forward(r.with_value(twice), "no-such-node");
        else if (r.key == "later")
            context_->forward(r.with_value(twice).with_timestamp(r.timestamp + 1000));
        else
            context_->forward(r.with_value(twice));
        seen_timestamp = r.timestamp;
    }
    std::int64_t seen_timestamp = -1;

private:
    context_type* context_ = nullptr;
};

struct nothing_out final : processor<std::string, int> {
    void process(const record_type&) override {}
};

struct running {
    explicit running(std::unique_ptr<doubling> body) : node(std::move(body)) {
        node.set_name("doubling");
        node.connect(kept);
        task.at_hand().headers = &headers;
        node.init(task);
    }
    void process(std::string key, int value, std::int64_t timestamp) { node.process({key, value, timestamp, headers}); }

    fake_task task;
    streams::headers headers;
    kept_records<std::string, int> kept{task};
    processor_node<std::string, int, std::string, int> node;
};

/// A store of one name that does nothing.
struct some_store final : key_value_store {
    [[nodiscard]] std::string_view name() const noexcept override { return "some"; }
    [[nodiscard]] bool persistent() const noexcept override { return false; }
    [[nodiscard]] bool forward_on_flush(flush_listener&, bool) override { return false; }
    [[nodiscard]] std::optional<bytes_view> get(bytes_view) override { return std::nullopt; }
    void put(bytes_view, std::optional<bytes_view>) override {}
    [[nodiscard]] store_range<store_entry> range(std::optional<bytes_view>, std::optional<bytes_view>,
                                                 iteration_order) override {
        return store_range<store_entry>(nullptr);
    }
    [[nodiscard]] store_range<store_entry> prefix_scan(bytes_view) override {
        return store_range<store_entry>(nullptr);
    }
    [[nodiscard]] std::uint64_t approximate_num_entries() override { return 0; }
};

} // namespace

TEST_CASE("a processor forwards to all its children, or to one by name") {
    running r(std::make_unique<doubling>());
    r.process("k", 4, 10);
    r.process("to-one", 5, 11);
    REQUIRE(r.kept.all.size() == 2);
    CHECK(r.kept.all[0].value == 8);
    CHECK(r.kept.all[0].timestamp == 10);
    CHECK(r.kept.all[1].value == 10);
}

TEST_CASE("forwarding to a node that is no child is an error") {
    running r(std::make_unique<doubling>());
    CHECK_THROWS_WITH(r.process("to-nobody", 5, 11), "node doubling forwards to no-such-node, which is not its child; "
                                                     "name it as a parent where that node is added");
}

TEST_CASE("forwarding a record with a negative timestamp is an error") {
    running r(std::make_unique<doubling>());
    CHECK_THROWS_WITH(r.process("later", 5, -1001), "node doubling forwards a record with the negative timestamp -1; "
                                                    "forward records with a time of 0 ms since the epoch or later");
}

TEST_CASE("what a processor forwards is the record at hand for its children, and its own is again afterwards") {
    running r(std::make_unique<doubling>());
    r.process("later", 1, 10);
    REQUIRE(r.kept.all.size() == 1);
    CHECK(r.kept.all[0].timestamp == 1010);
    CHECK(r.kept.all[0].context_timestamp == 1010);
    CHECK(r.task.current().timestamp == 10);
}

TEST_CASE("a punctuation forwards at its own time") {
    running r(std::make_unique<doubling>());
    CHECK(r.task.interval == std::chrono::milliseconds(50));
    r.task.punctuate(123);
    REQUIRE(r.kept.all.size() == 1);
    CHECK(r.kept.all[0].key == "punctuated");
    CHECK(r.kept.all[0].timestamp == 123);
}

TEST_CASE("a context tells the task, its clocks and the record's origin") {
    fake_task task;
    outputs<std::string, int> none;
    const processor_context<std::string, int> context(task, "node", none);
    CHECK(context.task() == task_id{2, 3});
    CHECK(context.application_id() == "app");
    CHECK(context.current_stream_time_ms() == 77);
    CHECK(context.current_system_time_ms() == 88);
    context.commit();
    CHECK(task.commit_requested);

    CHECK_FALSE(context.record_metadata().has_value());
    task.at_hand().metadata = {"in", 1, 5};
    REQUIRE(context.record_metadata().has_value());
    CHECK(context.record_metadata()->topic == "in");
    CHECK(context.record_metadata()->offset == 5);
}

TEST_CASE("a context gives stores of the kind that is asked for, and refuses another") {
    fake_task task;
    some_store store;
    task.stores["some"] = &store;
    const processor_context<void, void> context(task, "node");
    CHECK(&context.state_store<key_value_store>("some") == &store);
    CHECK_THROWS_WITH(
        context.state_store<window_store>("some"),
        "store some is of another kind than node node asks for; ask for the kind that the topology declares");
}

TEST_CASE("a processor without output types takes no children") {
    processor_node<std::string, int, void, void> node(std::make_unique<nothing_out>());
    node.set_name("last");
    fake_task task;
    kept_records<std::string, int> child(task);
    CHECK_THROWS_WITH(
        node.connect(child),
        "node kept cannot follow processor last, which forwards nothing; give the processor output types");
}

TEST_CASE("the Processor API adds typed nodes that each task makes for itself") {
    topology t;
    t.add_source<std::string, int>(offset_reset::latest, "source", "a", "b")
        .add_store({.name = "counts"})
        .add_processor("doubling", [] { return std::make_unique<doubling>(); }, {"source"}, {"counts"})
        .add_sink<std::string, int>("sink", "out", {"doubling"})
        .add_sink<std::string, int>("chosen", [](const record<std::string, int>& r) { return r.key; }, {"doubling"});
    CHECK(t.find_node("source")->topics == std::vector<std::string>{"a", "b"});
    CHECK(t.find_node("source")->reset == offset_reset::latest);
    CHECK(t.find_node("doubling")->stores == std::vector<std::string>{"counts"});
    CHECK(t.find_node("chosen")->topic_extractor);

    const auto& make = t.find_node("doubling")->make;
    CHECK(make().get() != make().get());
    auto source = t.find_node("source")->make();
    auto body = make();
    auto sink = t.find_node("sink")->make();
    CHECK_NOTHROW(source->connect(*body));
    CHECK_NOTHROW(body->connect(*sink));
    CHECK_NOTHROW(body->connect(*t.find_node("chosen")->make()));
}

TEST_CASE("a supplier may be move-only") {
    topology t;
    t.add_source<std::string, int>("source", "a");
    t.add_processor("p", [kept = std::make_unique<int>(1)] { return std::make_unique<nothing_out>(); }, {"source"});
    CHECK(t.find_node("p")->make() != nullptr);
}
