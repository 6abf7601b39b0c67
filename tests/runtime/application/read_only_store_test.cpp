#include "catch.hpp"
#include "runtime/world.hpp"

#include <streams/state/stores.hpp>
#include <streams/topology/processor_api.hpp>

#include <atomic>
#include <filesystem>

using namespace streams;
using testing_support::eventually;
using testing_support::patience;
using testing_support::world;

namespace {

using text = std::string;

/// Keeps the rows of its topic.
class keeping final : public processor<text, text> {
public:
    void init(context_type& context) override { rows_ = &context.state_store<key_value_store>("rows"); }
    void process(const record_type& r) override { rows_->put(bytes_view(r.key), bytes_view(r.value)); }

private:
    key_value_store* rows_ = nullptr;
};

/// Passes the row of each key on.
class looking_up final : public processor<text, text, text, text> {
public:
    void init(context_type& context) override {
        context_ = &context;
        rows_ = &context.state_store<key_value_store>("rows");
    }
    void process(const record_type& r) override {
        const auto row = rows_->get(bytes_view(r.key));
        context_->forward(r.key, row ? text(row->text()) : "none", r.timestamp);
    }

private:
    context_type* context_ = nullptr;
    key_value_store* rows_ = nullptr;
};

topology looked_up(bool persistent) {
    topology t;
    t.add_read_only_store<text, text>(stores::key_value("rows", {.persistent = persistent}), "from", "table", "into",
                                      [] { return std::make_unique<keeping>(); });
    t.add_source<text, text>("source", "in");
    t.add_processor("reader", [] { return std::make_unique<looking_up>(); }, {"source"}, {"rows"});
    t.add_sink<text, text>("sink", "out", {"reader"});
    return t;
}

} // namespace

TEST_CASE("a read-only store is restored from its topic, up to what was committed, and has no changelog") {
    const bool persistent = GENERATE(false, true);
    const bool forget_state = GENERATE(false, true);
    world w;
    w.cluster.create_topic("table", 1);
    const auto put = [&](const text& key, const text& value, std::int64_t timestamp) {
        w.cluster.produce("table", key, value, {.timestamp = timestamp});
    };
    put("a", "1", 1);
    put("b", "1", 2);
    put("a", "2", 3);
    w.produce("a", "?", 10);
    {
        kafka_streams app = w.run(looked_up(persistent), w.config());
        CHECK(eventually([&] { return w.out().size() == 1 && w.committed("table") == 3; }));
    }
    if (forget_state) std::filesystem::remove_all(w.config().state_dir);
    put("c", "later", 20);
    w.produce("c", "?", 15);
    w.produce("b", "?", 16);
    w.produce("c", "?", 25);

    std::atomic<std::int64_t> rows{-1};
    kafka_streams app(looked_up(persistent), w.config(), w.cluster.clients());
    app.set_restore_listener({.on_restore_end = [&](const restore_progress& now) {
        if (now.changelog.topic == "table" && now.store == "rows") rows = now.rows;
    }});
    app.start();
    CHECK(eventually([&] { return w.out().size() == 4; }));
    CHECK(w.out() == std::vector<text>{"2", "none", "1", "later"});
    CHECK(rows == (persistent && !forget_state ? 0 : 3));
    for (const text& topic : w.cluster.topics()) CHECK(topic.find("changelog") == text::npos);
    CHECK(app.close(patience));
}
