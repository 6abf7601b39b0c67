#include "catch.hpp"
#include "kafka/captured_log.hpp"
#include "runtime/messages.hpp"
#include "runtime/remembering.hpp"
#include "runtime/topologies.hpp"
#include "runtime/world.hpp"
#include "state/disk/corrupt_state_error.hpp"
#include "state/disk/file_size_limit.hpp"

#include <streams/state/key_value_store.hpp>
#include <streams/state/window_store.hpp>
#include <streams/topology/processor_api.hpp>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <functional>
#include <optional>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::eventually;
using testing_support::patience;
using testing_support::remembering;
using testing_support::says;
using testing_support::world;
using testing_support::written_world;
using text = std::string;

TEST_CASE(
    "a store that is found damaged while its task runs is rebuilt alone: what its sibling holds in memory stays") {
    topology t;
    std::atomic<bool> damaged{false};
    t.add_source<text, text>("source", "in");
    t.add_processor("find",
                    [&] {
                        return std::make_unique<testing_support::tapping>([&](const auto&, auto&) {
                            if (damaged.exchange(false)) throw corrupt_state_error("logged", "store logged is damaged");
                        });
                    },
                    {"source"});
    t.add_processor("remember", [] { return std::make_unique<remembering>(); }, {"find"});
    const bool persistent = GENERATE(false, true);
    const key_value_kind plain{.timestamped = false};
    t.add_store({.name = "logged", .kind = plain, .persistent = persistent, .caching = false}, {"remember"});
    t.add_store({.name = "local", .kind = plain, .persistent = false, .caching = false, .logging = false},
                {"remember"});
    t.add_sink<text, text>("sink", "out", {"remember"});
    world w;
    kafka_streams app(t, w.config(), w.cluster.clients());
    std::atomic<std::int64_t> restored{0};
    app.set_restore_listener({.on_restore_end = [&](const restore_progress& now) { restored += now.rows; }});
    app.start();
    w.produce("k", "v1");
    REQUIRE(eventually([&] { return w.committed() == 1; }));
    damaged = true;
    w.produce("k", "v2");
    REQUIRE(eventually([&] { return w.committed() == 2; }));
    CHECK(w.out() == std::vector<text>{"nothing nothing", "v1 v1"});
    CHECK(restored == 1);
    CHECK_FALSE(damaged);
}

TEST_CASE("a damaged store is made anew when the disk lets it be, and what its sibling holds in memory stays") {
    std::atomic<bool> damaged{false};
    std::optional<testing_support::file_size_limit> full;
    topology t;
    t.add_source<text, text>("source", "in");
    t.add_processor("find",
                    [&] {
                        return std::make_unique<testing_support::tapping>([&](const auto&, auto&) {
                            if (!damaged.exchange(false)) return;
                            full.emplace(0);
                            throw corrupt_state_error("logged", "store logged is damaged");
                        });
                    },
                    {"source"});
    t.add_processor("remember", [] { return std::make_unique<remembering>(); }, {"find"});
    const key_value_kind plain{.timestamped = false};
    t.add_store({.name = "logged", .kind = plain, .caching = false}, {"remember"});
    t.add_store({.name = "local", .kind = plain, .persistent = false, .caching = false, .logging = false},
                {"remember"});
    t.add_sink<text, text>("sink", "out", {"remember"});
    world w;
    const tests::captured_log log;
    auto app = w.run(t, w.config());
    w.produce("k", "v1");
    REQUIRE(eventually([&] { return w.committed() == 1; }));
    damaged = true;
    w.produce("k", "v2");
    REQUIRE(eventually([&] {
        return std::ranges::any_of(
            log.lines(), [](const text& line) { return says(line, "store logged in ") && says(line, "goes back"); });
    }));
    full.reset();
    REQUIRE(eventually([&] { return w.committed() == 2; }));
    CHECK(w.out() == std::vector<text>{"nothing nothing", "v1 v1"});
}

TEST_CASE("a store that another program has written ends the application at once, which says so") {
    world w;
    auto config = w.config();
    std::filesystem::create_directories(config.state_dir / "app" / "0_0" / "counts" / "counts.1699999800000");
    auto app = w.run(testing_support::count_topology(true), config);
    CHECK(app.wait_for(application_state::error, patience)); // not after task.timeout.ms
    CHECK(says(app.error(), "was written by Kafka Streams in Java"));
}

TEST_CASE("a store that stands before the begin of its changelog is rebuilt alone") {
    written_world w;
    const text changelog = "app-logged-changelog";
    for (int row = 0; row < 2; ++row)
        w.cluster.produce(changelog, w.key(w.rows / 2), "v1" + w.filler, {.timestamp = 1});
    w.cluster.delete_records({changelog, 0}, w.rows + 1);
    auto app = w.run(testing_support::remembering_twice(), w.config());
    CHECK(w.seen() == "v1 v1");
}

TEST_CASE("a store whose changelog was made anew is rebuilt alone") {
    written_world w;
    w.cluster.remove_topic("app-logged-changelog");
    auto app = w.run(testing_support::remembering_twice(), w.config());
    CHECK(w.seen() == "nothing v1");
}

namespace {

/// Forwards what `call` says about each record, given the stores `kept`, and begins by `begin`.
class told final : public processor<text, text, text, text> {
public:
    using call = std::function<text(const record_type&, key_value_store&)>;
    told(std::function<void(task_id)> begin, call process) : begin_(std::move(begin)), process_(std::move(process)) {}
    void init(context_type& context) override {
        context_ = &context;
        kept_ = &context.state_store<key_value_store>("kept");
        if (begin_) begin_(context.task());
    }
    void process(const record_type& r) override { context_->forward(r.key, process_(r, *kept_), r.timestamp); }

private:
    std::function<void(task_id)> begin_;
    call process_;
    context_type* context_ = nullptr;
    key_value_store* kept_ = nullptr;
};

topology told_topology(const std::function<void(task_id)>& begin, const told::call& process, store_spec kept) {
    topology t;
    t.add_source<text, text>("source", "in");
    t.add_processor("told", [=] { return std::make_unique<told>(begin, process); }, {"source"});
    kept.kind = key_value_kind{.timestamped = false};
    kept.caching = false;
    t.add_store(kept, {"told"});
    t.add_sink<text, text>("sink", "out", {"told"});
    return t;
}

} // namespace

TEST_CASE("a task that was restored beside a damaged one is started") {
    world w(2);
    std::atomic<bool> damaged{true};
    const auto find_damage = [&](task_id task) {
        if (task.partition == 0 && damaged.exchange(false)) throw corrupt_state_error("kept", "store kept is damaged");
    };
    auto app = w.run(told_topology(find_damage, [](const auto&, auto&) { return text("seen"); }, {.name = "kept"}),
                     w.config());
    CHECK(app.wait_for(application_state::running, patience));
    for (const int p : {0, 1}) w.cluster.produce("in", text("k"), text("v"), {.timestamp = 1, .partition = p});
    CHECK(eventually([&] { return w.out().size() == 2; }));
}

TEST_CASE("a store without a changelog keeps its rows where the disk refuses a write") {
    world w;
    std::atomic<bool> full{false};
    const auto remember = [&](const told::record_type& r, key_value_store& kept) {
        const bytes_view key{std::string_view(r.key)};
        const auto before = kept.get(key);
        text answer = before ? text(before->text()) : "nothing";
        kept.put(key, bytes_view(std::string_view(r.value)));
        if (full.exchange(false)) throw state_error("the disk is full");
        return answer;
    };
    const bool persistent = GENERATE(false, true);
    auto app =
        w.run(told_topology({}, remember, {.name = "kept", .persistent = persistent, .logging = false}), w.config());
    w.produce("k", "v1");
    REQUIRE(eventually([&] { return w.committed() == 1; }));
    full = true;
    w.produce("k", "v2");
    REQUIRE(eventually([&] { return w.committed() == 2; }));
    CHECK(w.out() == std::vector<text>{"nothing", "v1"});
    CHECK_FALSE(full);
}

TEST_CASE("a changelog that something else writes to ends the application, which names the record") {
    class ignoring final : public processor<text, text, text, text> {
        void process(const record_type&) override {}
    };
    topology t;
    t.add_source<text, text>("source", "in");
    t.add_processor("ignore", [] { return std::make_unique<ignoring>(); }, {"source"});
    t.add_store({.name = "windows", .kind = window_kind{.size = 1min, .retention = 1h}, .caching = false}, {"ignore"});
    world w;
    w.cluster.create_topic("app-windows-changelog", 1);
    w.cluster.produce("app-windows-changelog", text("short"), text("x"), {.timestamp = 1});
    auto app = w.run(t, w.config());
    CHECK(app.wait_for(application_state::error, patience));
    CHECK(says(app.error(), "app-windows-changelog-0"));
    CHECK(says(app.error(), "the record at offset 0 of its changelog has a key of 5 bytes"));
}
