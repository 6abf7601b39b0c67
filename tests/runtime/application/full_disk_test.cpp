// What becomes of the rows of stores without a changelog where the disk takes no more.

#include "catch.hpp"
#include "faults/faulty_clients.hpp"
#include "runtime/messages.hpp"
#include "runtime/topologies.hpp"
#include "runtime/world.hpp"
#include "state/disk/file_size_limit.hpp"

#include <streams/core/big_endian.hpp>
#include <streams/topology/processor_api.hpp>

#include <memory>
#include <string>
#include <thread>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::call;
using testing_support::eventually;
using testing_support::file_size_limit;
using testing_support::patience;
using testing_support::says;
using testing_support::world;

namespace {

using text = std::string;

store_spec without_changelog(const text& name, bool persistent) {
    return {.name = name,
            .kind = key_value_kind{.timestamped = false},
            .persistent = persistent,
            .caching = false,
            .logging = false};
}

topology counts_without_changelog() {
    topology t;
    t.add_source<text, text>("source", "in");
    t.add_processor("count", [] { return std::make_unique<testing_support::counting>(); }, {"source"});
    t.add_store(without_changelog("counts", true), {"count"});
    t.add_sink<text, text>("sink", "out", {"count"});
    return t;
}

/// Keeps every record in store `rows`.
class keeping final : public processor<text, text, text, text> {
public:
    void init(context_type& context) override {
        context_ = &context;
        rows_ = &context.state_store<key_value_store>("rows");
    }
    void process(const record_type& r) override {
        rows_->put(bytes_view(std::string_view(r.key)), bytes_view(std::string_view(r.value)));
        context_->forward(r);
    }

private:
    context_type* context_ = nullptr;
    key_value_store* rows_ = nullptr;
};

/// Sends how many records it has seen, by store `count`.
class numbering final : public processor<text, text, text, text> {
public:
    void init(context_type& context) override {
        context_ = &context;
        count_ = &context.state_store<key_value_store>("count");
    }
    void process(const record_type& r) override {
        const bytes_view key(std::string_view("n"));
        const auto before = count_->get(key);
        const text now = std::to_string((before ? std::stoi(text(before->text())) : 0) + 1);
        count_->put(key, bytes_view(std::string_view(now)));
        context_->forward(r.key, now, r.timestamp);
    }

private:
    context_type* context_ = nullptr;
    key_value_store* count_ = nullptr;
};

} // namespace

TEST_CASE("an application that is closed while its disk takes no more ends with the rows that are lost named") {
    world w;
    kafka_streams app = w.run(counts_without_changelog(), w.config());
    for (int i = 0; i < 10; ++i) w.produce("k", "v");
    REQUIRE(eventually([&] { return w.committed() == 10; }));
    {
        const file_size_limit limit(64);
        CHECK(app.close(patience));
    }
    CHECK(app.state() == application_state::error);
    CHECK(says(app.error(), "has a store without a changelog, and not all of its rows are on the disk"));
}

TEST_CASE("a member that loses its tasks while its disk takes no more ends with the rows that are lost named") {
    world w;
    auto plan = std::make_shared<testing_support::fault_plan>();
    kafka_streams app = w.run(counts_without_changelog(), w.config(),
                              std::make_shared<testing_support::faulty_clients>(w.cluster.clients(), plan));
    for (int i = 0; i < 10; ++i) w.produce("k", "v");
    REQUIRE(eventually([&] { return w.committed() == 10; }));
    const file_size_limit limit(64);
    plan->fail(call::commit, {kafka::error_class::fenced, "of an old generation"});
    w.produce("k", "v");
    CHECK(app.wait_for(application_state::error, patience));
    CHECK(says(app.error(), "has a store without a changelog, and not all of its rows are on the disk"));
}

TEST_CASE("what one commit brought to the stores of a task stays whole where the disk takes no more of one of them") {
    const bool logged = GENERATE(false, true);
    topology t;
    t.add_source<text, text>("source", "in");
    t.add_processor("keep", [] { return std::make_unique<keeping>(); }, {"source"});
    t.add_processor("number", [] { return std::make_unique<numbering>(); }, {"keep"});
    store_spec rows = without_changelog("rows", true);
    rows.logging = logged;
    t.add_store(rows, {"keep"});
    t.add_store(without_changelog("count", false), {"number"});
    t.add_sink<text, text>("sink", "out", {"number"});
    world w;
    kafka_streams app = w.run(t, w.config());
    REQUIRE(app.wait_for(application_state::running, patience));
    const text row(100'000, 'v');
    int sent = 0;
    const auto put = [&] { w.produce("k" + std::to_string(sent++), row); };
    {
        const file_size_limit limit(4096);
        while (sent < 600 && app.state() == application_state::running) {
            put();
            std::this_thread::sleep_for(2ms);
        }
    }
    REQUIRE(eventually([&] { return w.committed() == sent; }));
    put();
    REQUIRE(eventually([&] { return w.committed() == sent; }));
    CHECK(std::stoi(w.out().back()) >= sent);
}
