#include "catch.hpp"
#include "kafka/captured_log.hpp"
#include "runtime/messages.hpp"
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
#include <fstream>
#include <functional>
#include <optional>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::eventually;
using testing_support::patience;
using testing_support::says;
using testing_support::world;
using text = std::string;

namespace {

/// Writes each record into two stores, one of which has no changelog, and forwards what they held before.
class remembering final : public processor<text, text, text, text> {
public:
    void init(context_type& context) override {
        context_ = &context;
        logged_ = &context.state_store<key_value_store>("logged");
        local_ = &context.state_store<key_value_store>("local");
    }
    void process(const record_type& r) override {
        const text before = replace(*logged_, r) + ' ' + replace(*local_, r);
        context_->forward(r.key, before, r.timestamp);
    }

private:
    static text replace(key_value_store& store, const record_type& r) {
        const bytes_view key{std::string_view(r.key)};
        const auto found = store.get(key);
        text before = found ? text(found->text().substr(0, 2)) : "nothing";
        store.put(key, bytes_view(std::string_view(r.value)));
        return before;
    }

    context_type* context_ = nullptr;
    key_value_store* logged_ = nullptr;
    key_value_store* local_ = nullptr;
};

topology remembering_twice() {
    topology t;
    t.add_source<text, text>("source", "in");
    t.add_processor("remember", [] { return std::make_unique<remembering>(); }, {"source"});
    t.add_store({.name = "logged", .kind = key_value_kind{.timestamped = false}, .caching = false}, {"remember"});
    t.add_store({.name = "local", .kind = key_value_kind{.timestamped = false}, .caching = false, .logging = false},
                {"remember"});
    t.add_sink<text, text>("sink", "out", {"remember"});
    return t;
}

constexpr int row_count = 1'000;
const text filler(200, 'x');

/// A world whose application has written its rows, in order of their keys, and closed.
struct written_world : world {
    written_world() {
        auto app = run(remembering_twice(), config());
        for (int row = 0; row < row_count; ++row) produce(key(row), "v1" + filler);
        REQUIRE(eventually([&] { return committed() == row_count; }));
        app.close();
    }
    static text key(int row) { return "key" + std::to_string(1'000 + row); }
    std::filesystem::path store(const text& name) const { return config().state_dir / "app" / "0_0" / name; }
    /// What the stores hold of a row in the middle.
    text seen() {
        const std::size_t before = out().size();
        produce(key(row_count / 2), "v1" + filler);
        REQUIRE(eventually([&] { return out().size() > before; }));
        return out().back();
    }
};

void overwrite(const std::filesystem::path& file, std::uintmax_t from) {
    std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
    const text garbage(std::min<std::uintmax_t>(8'192, std::filesystem::file_size(file) - from), '\x5a');
    out.seekp(static_cast<std::streamoff>(from));
    out.write(garbage.data(), static_cast<std::streamsize>(garbage.size()));
}

enum class damage {
    bad_current,
    bad_manifest,
    no_current,
    no_table,
    bad_rows,
    short_manifest,
    short_table,
    empty_table
};

void inflict(damage what, const std::filesystem::path& store) {
    for (const auto& entry : std::filesystem::directory_iterator(store)) {
        const auto& file = entry.path();
        const bool table = file.extension() == ".sst";
        if (what == damage::bad_current && file.filename() == "CURRENT") overwrite(file, 0);
        if (what == damage::bad_manifest && file.filename().string().starts_with("MANIFEST")) overwrite(file, 0);
        if (what == damage::no_current && file.filename() == "CURRENT") std::filesystem::remove(file);
        if (what == damage::no_table && table) std::filesystem::remove(file);
        // Shows when a row in the middle is read, not before.
        if (what == damage::bad_rows && table) overwrite(file, std::filesystem::file_size(file) / 2 - 4'096);
        const auto half = [&] { std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2); };
        if (what == damage::short_manifest && file.filename().string().starts_with("MANIFEST")) half();
        if (what == damage::short_table && table) half();
        if (what == damage::empty_table && table) std::filesystem::resize_file(file, 0);
    }
}

} // namespace

TEST_CASE("a damaged store is rebuilt alone: its sibling without a changelog keeps its rows") {
    const auto what = GENERATE(damage::bad_current, damage::bad_manifest, damage::no_current, damage::no_table,
                               damage::bad_rows, damage::short_manifest, damage::short_table, damage::empty_table);
    written_world w;
    inflict(what, w.store("logged"));
    auto app = w.run(remembering_twice(), w.config());
    CHECK(w.seen() == "v1 v1");
}

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

TEST_CASE("a damaged store without a changelog ends the application, which says what to do, and nothing is removed") {
    const auto what = GENERATE(damage::bad_current, damage::bad_manifest, damage::no_current, damage::no_table,
                               damage::bad_rows, damage::short_table, damage::empty_table);
    written_world w;
    inflict(what, w.store("local"));
    auto app = w.run(remembering_twice(), w.config());
    w.produce(w.key(row_count / 2), "v1"); // processed once the store is in order again
    CHECK(app.wait_for(application_state::error, patience));
    CHECK(says(app.error(), "store local in "));
    CHECK(says(app.error(), "no changelog"));
    CHECK(says(app.error(), "put a backup in the place of " + w.store("local").string()));
    CHECK(std::filesystem::exists(w.store("local")));
    app.close();
    std::filesystem::remove_all(w.store("local"));
    auto again = w.run(remembering_twice(), w.config());
    CHECK(eventually([&] { return w.out().size() == row_count + 1; }));
    CHECK(w.out().back() == "v1 nothing");
}

TEST_CASE("a store that stands before the begin of its changelog is rebuilt alone") {
    written_world w;
    const text changelog = "app-logged-changelog";
    for (int row = 0; row < 2; ++row)
        w.cluster.produce(changelog, w.key(row_count / 2), "v1" + filler, {.timestamp = 1});
    w.cluster.delete_records({changelog, 0}, row_count + 1);
    auto app = w.run(remembering_twice(), w.config());
    CHECK(w.seen() == "v1 v1");
}

TEST_CASE("a store whose changelog was made anew is rebuilt alone") {
    written_world w;
    w.cluster.remove_topic("app-logged-changelog");
    auto app = w.run(remembering_twice(), w.config());
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
