#include "catch.hpp"
#include "runtime/messages.hpp"
#include "runtime/world.hpp"

#include "src/runtime/trusted_age.hpp"

#include <streams/state/key_value_store.hpp>
#include <streams/topology/processor_api.hpp>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::eventually;
using testing_support::says;
using testing_support::world;
using text = std::string;

namespace {

constexpr std::int64_t hour = 3'600'000;

std::optional<std::string> reason(const store_spec& store, std::optional<std::int64_t> caught_up, std::int64_t now) {
    return reason_to_rebuild(store, {}, caught_up, now);
}

/// Keeps rows; answers `get` with what is there.
class keeping final : public processor<text, text, text, text> {
public:
    void init(context_type& context) override {
        context_ = &context;
        rows_ = &context.state_store<key_value_store>("rows");
    }
    void process(const record_type& r) override {
        const bytes_view key{std::string_view(r.key)};
        if (r.value != "get")
            return rows_->put(key, r.value == "delete" ? std::nullopt : std::optional(bytes_view(std::string_view(r.value))));
        const auto found = rows_->get(key);
        context_->forward(r.key, found ? text(found->text()) : "deleted", r.timestamp);
    }

private:
    context_type* context_ = nullptr;
    key_value_store* rows_ = nullptr;
};

topology keeping_rows(std::map<std::string, std::string> changelog_config) {
    topology t;
    t.add_source<text, text>("source", "in");
    t.add_processor("keep", [] { return std::make_unique<keeping>(); }, {"source"});
    t.add_store({.name = "rows", .timestamped = false, .caching = false, .changelog_config = std::move(changelog_config)}, {"keep"});
    t.add_sink<text, text>("sink", "out", {"keep"});
    return t;
}

/// Two instances; what they restored of the store, from which offset.
struct two_instances : world {
    two_instances() : world(2) {}
    kafka_streams start(const topology& what, const text& instance) {
        kafka_streams app(what, config(instance), cluster.clients());
        app.set_restore_listener({.on_start = [this](const topic_partition& from, std::string_view, std::int64_t begin, std::int64_t) {
            const std::lock_guard lock(mutex_);
            began_[from.partition] = begin;
        }});
        app.start();
        return app;
    }
    void put(const text& key, const text& value) {
        for (const int partition : {0, 1})
            cluster.produce("in", key + std::to_string(partition), value, {.timestamp = 1, .partition = partition});
    }
    bool have_committed(std::int64_t offset) {
        return eventually([&] { return committed("in", 0) == offset && committed("in", 1) == offset; });
    }
    std::map<std::int32_t, std::int64_t> began() {
        const std::lock_guard lock(mutex_);
        return began_;
    }
    void forget_begun() {
        const std::lock_guard lock(mutex_);
        began_.clear();
    }

private:
    std::mutex mutex_;
    std::map<std::int32_t, std::int64_t> began_;
};

} // namespace

TEST_CASE("a store is completed from its changelog as long as that surely has every deletion") {
    const store_spec day{.name = "rows"};
    CHECK_FALSE(reason(day, 0, 24 * hour - 600'001));
    CHECK(says(*reason(day, 0, 24 * hour - 600'000), "delete.retention.ms"));
    CHECK(says(*reason(day, std::nullopt, 5), "not known"));
}

TEST_CASE("a clock that was set back by more than the margin leaves nothing to trust") {
    const store_spec rows{.name = "rows"};
    CHECK_FALSE(reason(rows, 600'000, 0));
    CHECK(says(*reason(rows, 600'001, 0), "the clock was set back"));
}

TEST_CASE("how long deletions are kept is what the changelog is made with") {
    streams_config config;
    config.topic["delete.retention.ms"] = "7200000";
    CHECK(trusted_age({.name = "rows"}, config) == 110min);
    CHECK(trusted_age({.name = "rows", .changelog_config = {{"delete.retention.ms", "3600000"}}}, config) == 50min);
    CHECK(trusted_age({.name = "rows", .changelog_config = {{"delete.retention.ms", "0"}}}, config) == 0min);
    CHECK(trusted_age({.name = "rows", .source_topic = "in"}, config) == 24h - 10min);
    config.state_cleanup_delay = std::chrono::milliseconds::max();
    CHECK(trusted_age({.name = "rows"}, config) == 1h);
}

TEST_CASE("a changelog that is not compacted forgets nothing but what lies before its begin") {
    const store_spec joined{.name = "joined", .kind = store_kind::window, .retention = 1h, .retain_duplicates = true};
    CHECK(trusted_age(joined, {}) == std::nullopt);
    CHECK_FALSE(reason(joined, std::nullopt, 5));
    CHECK(trusted_age({.name = "windows", .kind = store_kind::window, .retention = 1h}, {}).has_value());
}

TEST_CASE("a deleted key stays deleted for an instance that kept its folder while the deletion was compacted away") {
    two_instances w;
    const auto rows = keeping_rows({{"delete.retention.ms", "0"}});
    auto one = w.start(rows, "one");
    w.put("k", "alive");
    REQUIRE(w.have_committed(1));
    {
        auto two = w.start(rows, "two");
        REQUIRE(eventually([&] { return w.cluster.members("app") == 2; }));
        w.put("k", "delete");
        w.put("other", "row");
        REQUIRE(w.have_committed(3));
        two.close();
    }
    REQUIRE(eventually([&] {
        w.cluster.compact("app-rows-changelog");
        return w.cluster.read_bytes("app-rows-changelog").size() == 2; // of each partition the other row
    }));
    w.put("k", "get");
    REQUIRE(eventually([&] { return w.out().size() == 2; }));
    CHECK(w.out() == std::vector<text>{"deleted", "deleted"});
}

TEST_CASE("a folder that lacks a few records of late is completed, not rebuilt") {
    two_instances w;
    const auto rows = keeping_rows({});
    auto one = w.start(rows, "one");
    w.put("k", "first");
    REQUIRE(w.have_committed(1));
    w.forget_begun();
    {
        auto two = w.start(rows, "two");
        REQUIRE(eventually([&] { return w.cluster.members("app") == 2; }));
        w.put("k", "second");
        REQUIRE(w.have_committed(2));
        two.close();
    }
    w.put("k", "get");
    REQUIRE(eventually([&] { return w.out().size() == 2; }));
    CHECK(w.out() == std::vector<text>{"second", "second"});
    const auto began = w.began(); // the other task has stayed
    REQUIRE(began.size() == 1);
    CHECK(began.begin()->second >= 1);
}

TEST_CASE("a store that lacks nothing is used however old it is") {
    two_instances w;
    const auto rows = keeping_rows({{"delete.retention.ms", "0"}});
    {
        auto app = w.start(rows, "one");
        w.put("k", "value");
        REQUIRE(w.have_committed(1));
        app.close();
    }
    auto app = w.start(rows, "one");
    w.put("k", "get");
    REQUIRE(eventually([&] { return w.out().size() == 2; }));
    CHECK(w.out() == std::vector<text>{"value", "value"});
    CHECK(w.began() == std::map<std::int32_t, std::int64_t>{{0, 1}, {1, 1}});
}
