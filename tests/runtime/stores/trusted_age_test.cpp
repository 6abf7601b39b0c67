#include "catch.hpp"
#include "runtime/messages.hpp"
#include "runtime/world.hpp"

#include "src/runtime/stores/trusted_age.hpp"

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

/// Of a changelog that keeps deletions for a day.
std::optional<std::string> reason(std::optional<std::int64_t> caught_up, std::int64_t now) {
    return reason_to_rebuild({.delete_retention = 24h}, {}, caught_up, now);
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
            return rows_->put(key, r.value == "delete" ? std::nullopt
                                                       : std::optional(bytes_view(std::string_view(r.value))));
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
    t.add_store({.name = "rows",
                 .kind = key_value_kind{.timestamped = false},
                 .caching = false,
                 .changelog_config = std::move(changelog_config)},
                {"keep"});
    t.add_sink<text, text>("sink", "out", {"keep"});
    return t;
}

/// Two instances; what they restored of the store, from which offset.
struct two_instances : world {
    two_instances() : world(2) {}
    kafka_streams start(const topology& what, const text& instance) {
        auto with = config(instance);
        with.guarantee = guarantee;
        kafka_streams app(what, with, cluster.clients());
        app.set_restore_listener({.on_restore_start = [this](const restore_progress& now) {
            const std::lock_guard lock(mutex_);
            began_[now.changelog.partition] = now.begin;
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

    processing_guarantee guarantee = processing_guarantee::at_least_once;

private:
    std::mutex mutex_;
    std::map<std::int32_t, std::int64_t> began_;
};

} // namespace

TEST_CASE("a store is completed from its changelog as long as that surely has every deletion") {
    CHECK_FALSE(reason(0, 24 * hour - 600'001));
    CHECK(says(*reason(0, 24 * hour - 600'000), "delete.retention.ms"));
    CHECK(says(*reason(std::nullopt, 5), "not known"));
}

TEST_CASE("a clock that was set back by more than the margin leaves nothing to trust") {
    CHECK_FALSE(reason(600'000, 0));
    CHECK(says(*reason(600'001, 0), "the clock was set back"));
}

TEST_CASE("how long deletions are kept is what the changelog says, less a margin") {
    streams_config config;
    CHECK(trusted_age({.delete_retention = 2h}, config) == 110min);
    CHECK(trusted_age({.delete_retention = 0ms}, config) == 0min);
    config.state_cleanup_delay = std::chrono::milliseconds::max();
    CHECK(trusted_age({.delete_retention = 2h}, config) == 1h);
}

TEST_CASE("a changelog that is not compacted forgets nothing but what lies before its begin") {
    CHECK(trusted_age({.retention = 1h}, {}) == std::nullopt);
    CHECK_FALSE(reason_to_rebuild({.retention = 1h}, {}, std::nullopt, 5));
}

TEST_CASE("a deleted key stays deleted for an instance that kept its folder while the deletion was compacted away") {
    two_instances w;
    auto rows = keeping_rows({{"delete.retention.ms", "0"}});
    SECTION("as the application asks for it") {}
    SECTION("as its changelog was made by somebody else") {
        rows = keeping_rows({});
        w.cluster.create_topic("app-rows-changelog", 2, {{"cleanup.policy", "compact"}, {"delete.retention.ms", "0"}});
    }
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

TEST_CASE("a store that lacks nothing is used however old it is, whether a marker lies behind its last record or not") {
    two_instances w;
    w.guarantee = GENERATE(processing_guarantee::at_least_once, processing_guarantee::exactly_once_v2);
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
