// What global stores have on disk, and go on from.

#include "catch.hpp"
#include "kafka/captured_log.hpp"
#include "runtime/messages.hpp"
#include "runtime/world.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/state/stores.hpp>
#include <streams/topology/processor_api.hpp>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::eventually;
using testing_support::patience;
using testing_support::says;
using testing_support::world;
using text = std::string;

namespace {

/// Joins `in` with the global table of topic `rows`.
topology joining(const text& topic = "rows") {
    streams_builder builder;
    auto rows = builder.global_table<text, text>(topic, materialized{.name = "rows"});
    builder.stream<text, text>("in")
        .left_join(
            rows, [](const text& value) { return value; },
            [](const text& value, const text* row) { return value + "=" + (row ? *row : "?"); })
        .to("out");
    return builder.build();
}

/// A topic of two partitions, read into a global table by one instance after the other on the same disk.
struct restarted_world : world {
    restarted_world() { cluster.create_topic("rows", 2); }

    void write(const text& key, std::optional<text> value, std::int32_t partition = 0) {
        cluster.produce("rows", key, value, {.timestamp = 1, .partition = partition});
    }
    /// Runs an instance until it has joined the rows of these keys; what it found.
    std::vector<text> join(const std::vector<text>& keys, const topology& what = joining()) {
        const std::size_t before = out().size();
        kafka_streams app(what, config(), cluster.clients());
        app.set_restore_listener(
            {.on_restore_start =
                 [this](const restore_progress& now) {
                     const std::lock_guard lock(mutex_);
                     begins_.push_back(now.begin);
                 },
             .on_batch_restored = [this](const restore_progress&, std::int64_t rows) { restored_ += rows; }});
        restored_ = 0;
        begins_.clear();
        app.start();
        for (const text& key : keys) produce("k", key);
        CHECK(eventually([&] { return out().size() == before + keys.size() || !app.error().empty(); }));
        CHECK(app.error().empty());
        app.close();
        auto all = out();
        all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(before));
        return all;
    }
    std::filesystem::path store() const { return config().state_dir / "app" / "global" / "rows"; }
    std::int64_t restored() const { return restored_; }
    std::vector<std::int64_t> begins() {
        const std::lock_guard lock(mutex_);
        return begins_;
    }

private:
    std::mutex mutex_;
    std::vector<std::int64_t> begins_; ///< of the partitions
    std::atomic<std::int64_t> restored_{0};
};

} // namespace

TEST_CASE("a global table goes on from its disk: a start restores what is new, of each partition") {
    restarted_world w;
    for (int row = 0; row < 10; ++row) w.write("a" + std::to_string(row), "old", 0);
    for (int row = 0; row < 5; ++row) w.write("b" + std::to_string(row), "old", 1);
    CHECK(w.join({"a3", "b3"}) == std::vector<text>{"a3=old", "b3=old"});
    CHECK(w.restored() == 15);
    CHECK(w.join({"a3", "b3"}) == std::vector<text>{"a3=old", "b3=old"});
    CHECK(w.restored() == 0);
    CHECK(w.begins() == std::vector<std::int64_t>{10, 5});
    w.write("b3", "new", 1);
    w.write("a4", std::nullopt, 0);
    w.write("a5", "new", 0);
    CHECK(w.join({"a3", "a4", "a5", "b3"}) == std::vector<text>{"a3=old", "a4=?", "a5=new", "b3=new"});
    CHECK(w.restored() == 3);
    CHECK(w.begins() == std::vector<std::int64_t>{10, 5});
}

TEST_CASE("what a global table took while its application ran is on the disk when that is closed") {
    restarted_world w;
    {
        kafka_streams app = w.run(joining(), w.config());
        REQUIRE(app.wait_for(application_state::running, patience));
        w.write("a", "1");
        CHECK(eventually([&] {
            w.produce("k", "a");
            const auto all = w.out();
            return !all.empty() && all.back() == "a=1";
        }));
        app.close();
    }
    CHECK(w.join({"a"}) == std::vector<text>{"a=1"});
    CHECK(w.restored() == 0);
}

TEST_CASE("a global table whose topic has lost what comes next, or was made anew, is filled anew") {
    restarted_world w;
    w.write("a", "1");
    w.write("b", "1");
    CHECK(w.join({"a"}) == std::vector<text>{"a=1"});
    const tests::captured_log log;
    const bool made_anew = GENERATE(true, false);
    if (made_anew) {
        w.cluster.remove_topic("rows");
        w.cluster.create_topic("rows", 2);
        w.write("b", "2");
    } else {
        w.write("a", std::nullopt);
        w.write("b", "2");
        w.write("b", "3");
        w.cluster.delete_records({"rows", 0}, 4);
        w.write("b", "2");
    }
    CHECK(w.join({"a", "b"}) == std::vector<text>{"a=?", "b=2"});
    CHECK(std::ranges::any_of(
        log.lines(), [](const auto& line) { return says(line, "global store rows is filled anew from topic rows"); }));
}

TEST_CASE("a global table whose topic was made anew with fewer partitions has nothing of those that are gone") {
    restarted_world w;
    w.write("b", "1", 1);
    CHECK(w.join({"b"}) == std::vector<text>{"b=1"});
    w.cluster.remove_topic("rows");
    w.cluster.create_topic("rows", 1);
    w.write("a", "1");
    CHECK(w.join({"a", "b"}) == std::vector<text>{"a=1", "b=?"});
}

TEST_CASE("a global table that is given another topic has nothing of the former one") {
    restarted_world w;
    w.cluster.create_topic("other", 2);
    w.write("a", "1");
    CHECK(w.join({"a"}) == std::vector<text>{"a=1"});
    w.cluster.produce("other", text("b"), text("1"), {.partition = 0});
    CHECK(w.join({"a", "b"}, joining("other")) == std::vector<text>{"a=?", "b=1"});
}

TEST_CASE(
    "a global store that is found damaged is filled anew, and one that is not in the topology any more is removed") {
    restarted_world w;
    w.write("a", "1");
    CHECK(w.join({"a"}) == std::vector<text>{"a=1"});
    std::ofstream(w.store() / "CURRENT") << "nonsense";
    std::filesystem::create_directories(w.store().parent_path() / "former");
    CHECK(w.join({"a"}) == std::vector<text>{"a=1"});
    CHECK(w.restored() == 1);
    CHECK_FALSE(std::filesystem::exists(w.store().parent_path() / "former"));
}

TEST_CASE("a global table that has missed deletions that its topic has forgotten is filled anew") {
    restarted_world w;
    w.cluster.remove_topic("rows");
    w.cluster.create_topic("rows", 2, {{"cleanup.policy", "compact"}, {"delete.retention.ms", "0"}});
    w.write("a", "1");
    w.write("b", "1");
    CHECK(w.join({"a"}) == std::vector<text>{"a=1"});
    w.write("a", std::nullopt);
    w.write("b", "2");
    w.write("c", "1");
    CHECK(eventually([&] {
        w.cluster.compact("rows");
        const auto all = w.cluster.read_bytes("rows");
        return std::ranges::all_of(all, [](const auto& each) { return each.value.has_value(); });
    }));
    CHECK(w.join({"a", "b"}) == std::vector<text>{"a=?", "b=2"});
}

TEST_CASE("a global store that a processor fills is given no record a second time by the next start") {
    struct keeping : processor<text, text> {
        explicit keeping(std::atomic<int>& records) : records_(records) {}
        void init(context_type& context) override { store_ = &context.state_store<key_value_store>("kept"); }
        void process(const record_type& r) override {
            ++records_;
            store_->put(bytes_view(std::string_view(r.key)), bytes_view(std::string_view(r.value)));
        }
        std::atomic<int>& records_;
        key_value_store* store_ = nullptr;
    };
    restarted_world w;
    std::atomic<int> records{0};
    streams_builder builder;
    builder.add_global_store<text, text>(stores::key_value("kept", {.logging = false}), "rows",
                                         [&] { return std::make_unique<keeping>(records); });
    const auto built = builder.build();
    for (int row = 0; row < 3; ++row) w.write("a", "1", row % 2);
    for (int start = 0; start < 2; ++start) {
        kafka_streams app = w.run(built, w.config());
        CHECK(app.wait_for(application_state::running, patience));
        CHECK(records == 3);
    }
}
