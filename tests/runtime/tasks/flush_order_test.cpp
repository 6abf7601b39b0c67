#include "catch.hpp"
#include "runtime/input_records.hpp"
#include "runtime/messages.hpp"
#include "runtime/world.hpp"
#include "topology/fake_task.hpp"

#include "src/runtime/tasks/task.hpp"
#include "state/test_memory.hpp"

#include <streams/core/manual_clock.hpp>
#include <streams/dsl/streams_builder.hpp>
#include <streams/state/stores.hpp>
#include <streams/state/typed_key_value_store.hpp>
#include <streams/topology/processor_api.hpp>

#include <rapidcheck.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::eventually;
using testing_support::message_of;
using testing_support::says;
using testing_support::world;

namespace {

using text = std::string;
using content = std::map<text, text>;

content content_of(key_value_store& store) {
    content all;
    for (const store_entry& each : store.all()) all.emplace(each.key.text(), each.value.text());
    return all;
}

/// The changelog of a store.
struct kept_changelog {
    struct entry {
        text key;
        std::optional<text> value;
    };
    std::vector<entry> entries;

    [[nodiscard]] std::vector<record_view> records() const {
        std::vector<record_view> all;
        for (const entry& each : entries)
            all.push_back({static_cast<std::int64_t>(all.size()), 1, bytes_view(each.key),
                           each.value ? std::optional(bytes_view(*each.value)) : std::nullopt});
        return all;
    }
};

class keeping_sink final : public changelog_sink {
public:
    explicit keeping_sink(kept_changelog& to) : to_(to) {}
    void append(bytes_view key, std::optional<bytes_view> value, std::int64_t, const headers*) override {
        to_.entries.push_back({text(key.text()), value ? std::optional(text(value->text())) : std::nullopt});
    }

private:
    kept_changelog& to_;
};

/// A node of a graph: keeps a table of what it gets, which forwards when it is flushed where it caches, and writes to
/// stores of others.
struct node_plan {
    std::vector<text> parents;
    text table; ///< empty: it forwards what it gets
    std::vector<text> writes;
    std::vector<text> reads; ///< connected, which decides about the order of flushes, and left as they are

    [[nodiscard]] std::set<text> changes() const {
        std::set<text> all(writes.begin(), writes.end());
        if (!table.empty()) all.insert(table);
        return all;
    }
    [[nodiscard]] std::set<text> stores() const {
        std::set<text> all = changes();
        all.insert(reads.begin(), reads.end());
        return all;
    }
};

class planned_node final : public processor<text, text, text, text>, private flush_listener {
public:
    explicit planned_node(node_plan plan) : plan_(std::move(plan)) {}

    void init(context_type& context) override {
        context_ = &context;
        for (const text& name : plan_.writes) writes_.push_back(&context.state_store<key_value_store>(name));
        if (plan_.table.empty()) return;
        table_ = &context.state_store<key_value_store>(plan_.table);
        on_flush_ = table_->forward_on_flush(*this, false);
    }
    void process(const record_type& r) override {
        for (key_value_store* const each : writes_) raise(*each, r);
        if (table_) raise(*table_, r);
        if (!on_flush_) context_->forward(r);
    }

private:
    /// Values only grow, so that nodes which feed one another come to rest.
    static void raise(key_value_store& store, const record_type& r) {
        const bytes_view key(std::string_view(r.key));
        const auto found = store.get(key);
        if (!found || found->text() < r.value) store.put(key, bytes_view(std::string_view(r.value)));
    }
    void flushed(const flushed_entry& entry) override {
        context_->forward(text(entry.key.text()), text(entry.new_value->text()), entry.timestamp);
    }

    node_plan plan_;
    context_type* context_ = nullptr;
    std::vector<key_value_store*> writes_;
    key_value_store* table_ = nullptr;
    bool on_flush_ = false;
};

topology topology_of(const std::vector<node_plan>& nodes, const std::map<text, bool>& cached_by_store) {
    topology t;
    t.add_source<text, text>("source", "in");
    std::map<text, std::vector<text>> users;
    for (std::size_t at = 0; at < nodes.size(); ++at) {
        const text name = "n" + std::to_string(at);
        t.add_processor(name, [plan = nodes[at]] { return std::make_unique<planned_node>(plan); }, nodes[at].parents);
        for (const text& store : nodes[at].stores()) users[store].push_back(name);
    }
    for (const auto& [store, cached] : cached_by_store)
        if (!users[store].empty())
            t.add_store({.name = store, .kind = key_value_kind{.timestamped = false}, .caching = cached}, users[store]);
    return t;
}

/// A task over partition 0 of `in`, whose stores are in memory and log to `changelogs`.
struct logged_task {
    logged_task(const topology& of, std::map<text, kept_changelog>& changelogs, std::int64_t cache_bytes)
        : stores({0, 0}, of, of.sub_topologies(), config.application_id,
                 store_opening{.time = time,
                               .memory = memory.stores,
                               .cache_bytes = cache_bytes,
                               .in_memory = true,
                               .changelog_of =
                                   [&](const store_spec& store) {
                                       return std::make_unique<keeping_sink>(changelogs[store.name]);
                                   }}),
          task(stores, of, of.sub_topologies(), {{"in", 0}},
               task_environment{.config = config, .time = time, .collector = collector, .drops = drops}) {
        for (task_store& each : stores.all()) {
            each.store->restore(changelogs[each.spec.name].records());
            each.store->restored(std::nullopt);
        }
        task.initialize({});
    }
    void pipe(const text& key, const text& value) {
        task.add(0, testing_support::batch_of({"in", 0}, {{offset++, 1, key, value}}));
        while (task.process()) {}
    }
    void commit() {
        task.flush_stores();
        task.tell_last_changelogs();
        static_cast<void>(task.committable());
        task.committed([](const task_store&) { return std::nullopt; });
    }
    [[nodiscard]] std::map<text, content> contents() {
        std::map<text, content> all;
        for (task_store& each : stores.all())
            all[each.spec.name] = content_of(dynamic_cast<key_value_store&>(each.store->store()));
        return all;
    }

    streams_config config{.application_id = "app"};
    state_test::test_memory memory;
    manual_clock time{1000};
    testing_support::fake_collector collector;
    drop_counters drops;
    std::int64_t offset = 0;
    task_stores stores;
    stream_task task;
};

/// Unlike a range, an element is chosen evenly in small cases too.
bool one_in(int chances) {
    std::vector<bool> outcomes(static_cast<std::size_t>(chances), false);
    outcomes.front() = true;
    return *rc::gen::elementOf(outcomes);
}

/// Deep rather than wide, and with few writers, so that a store is often written behind caches alone.
std::vector<node_plan> any_nodes(const std::vector<text>& stores) {
    std::vector<node_plan> nodes;
    std::vector<text> tables;
    for (int at = 0, count = *rc::gen::element(2, 3, 4, 5, 6, 7); at < count; ++at) {
        node_plan plan;
        for (int parent = 0; parent < at; ++parent)
            if (one_in(parent + 1 == at ? 2 : 5)) plan.parents.push_back("n" + std::to_string(parent));
        if (plan.parents.empty()) plan.parents.push_back(at == 0 || one_in(4) ? "source" : "n0");
        for (const text& store : stores) {
            if (one_in(6)) plan.writes.push_back(store);
            if (one_in(2)) plan.reads.push_back(store);
        }
        // A table has one node that it forwards through; all may write to it.
        const auto& table = stores[static_cast<std::size_t>(at) % stores.size()];
        if (!one_in(3) && std::ranges::find(tables, table) == tables.end()) tables.push_back(plan.table = table);
        nodes.push_back(std::move(plan));
    }
    return nodes;
}

/// Reads what `writes_shared` has written for the key.
struct reads_shared final : fixed_key_processor<text, text, text> {
    void init(context_type& context) override {
        context_ = &context;
        shared_.emplace(context.state_store<typed_key_value_store<text, text>>("shared"));
    }
    void process(const record_type& r) override {
        const text seen = r.value + " saw " + shared_->get(r.key).value_or("nothing");
        context_->forward(r.with_value(seen));
    }
    context_type* context_ = nullptr;
    std::optional<typed_key_value_store<text, text>> shared_;
};

struct writes_shared final : processor<text, std::int64_t> {
    void init(context_type& context) override {
        shared_.emplace(context.state_store<typed_key_value_store<text, text>>("shared"));
    }
    void process(const record_type& r) override { shared_->put(r.key, "count " + std::to_string(r.value)); }
    std::optional<typed_key_value_store<text, text>> shared_;
};

/// `shared` is read in front of a cached count, and written behind it.
topology shared_store_topology() {
    streams_builder builder;
    builder.add_state_store(stores::key_value("shared"));
    auto seen = builder.stream<text, text>("in").process_values([] { return std::make_unique<reads_shared>(); },
                                                                state_stores{{"shared"}});
    seen.to("out");
    seen.group_by_key()
        .count(materialized{.name = "counts"})
        .to_stream()
        .process([] { return std::make_unique<writes_shared>(); }, state_stores{{"shared"}});
    return builder.build();
}

} // namespace

TEST_CASE("an update that a flushed cache brought survives a clean close") {
    world w;
    {
        auto app = w.run(shared_store_topology(), w.config());
        w.produce("k", "first");
        REQUIRE(eventually([&] { return w.committed() == 1; }));
        app.close(20s);
    }
    auto app = w.run(shared_store_topology(), w.config());
    w.produce("k", "second");
    REQUIRE(eventually([&] { return w.out().size() == 2; }));
    CHECK(w.out().back() == "second saw count 1");
}

TEST_CASE("a commit logs every update made before it, whichever stores feed which") {
    CHECK(rc::check([] {
        const std::vector<text> stores{"a", "b", "c", "d"};
        std::map<text, bool> cached;
        for (const text& store : stores) cached[store] = !one_in(3);
        const std::vector<node_plan> nodes = any_nodes(stores);
        const topology what = topology_of(nodes, cached);
        std::set<text> changed;
        for (const node_plan& each : nodes) changed.merge(each.changes());
        const auto cache_bytes = *rc::gen::element<std::int64_t>(0, 700, 100'000, 100'000);

        std::map<text, kept_changelog> changelogs;
        logged_task t(what, changelogs, cache_bytes);
        content newest;
        for (int value = 10; value < 30; ++value) {
            const auto key = *rc::gen::element<text>("x", "y", "z");
            t.pipe(key, newest[key] = std::to_string(value));
            if (value < 29 && !one_in(4)) continue;
            t.commit();
            const auto live = t.contents();
            for (const auto& [store, all] : live) RC_ASSERT(all == (changed.contains(store) ? newest : content()));
            std::map<text, kept_changelog> read = changelogs;
            RC_ASSERT(logged_task(what, read, cache_bytes).contents() == live);
        }
    }));
}

TEST_CASE("what a node writes while it is initialised is part of the first commit") {
    struct writes_first final : processor<text, text> {
        void init(context_type& context) override {
            context.state_store<key_value_store>("a").put(bytes_view(std::string_view("k")),
                                                          bytes_view(std::string_view("v")));
        }
        void process(const record_type&) override {}
    };
    topology what;
    what.add_source<text, text>("source", "in");
    what.add_processor("n", [] { return std::make_unique<writes_first>(); }, {"source"});
    what.add_store({.name = "a", .kind = key_value_kind{.timestamped = false}}, {"n"});
    std::map<text, kept_changelog> changelogs;
    const logged_task t(what, changelogs, 0);
    CHECK(t.task.commit_needed());
}

TEST_CASE("stores that feed one another without an end are named") {
    struct counts_itself final : processor<text, text, text, text>, private flush_listener {
        void init(context_type& context) override {
            store_ = &context.state_store<key_value_store>("a");
            static_cast<void>(store_->forward_on_flush(*this, false));
        }
        void process(const record_type& r) override { put(r.value + "."); }
        void flushed(const flushed_entry& entry) override { put(entry.new_value->text() == "x" ? "y" : "x"); }
        void put(std::string_view value) { store_->put(bytes_view(std::string_view("k")), bytes_view(value)); }
        key_value_store* store_ = nullptr;
    };
    topology what;
    what.add_source<text, text>("source", "in");
    what.add_processor("n", [] { return std::make_unique<counts_itself>(); }, {"source"});
    what.add_store({.name = "a", .kind = key_value_kind{.timestamped = false}, .caching = true}, {"n"});
    std::map<text, kept_changelog> changelogs;
    logged_task t(what, changelogs, 1000);
    t.pipe("k", "v");
    const auto message = message_of([&] { t.task.flush_stores(); });
    CHECK(says(message, "store a"));
    CHECK(says(message, "set caching to false"));
}
