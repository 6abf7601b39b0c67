#include "catch.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/dsl/value_transformer.hpp>
#include <streams/serde/standard.hpp>
#include <streams/state/typed_key_value_store.hpp>
#include <streams/testing/topology_test_driver.hpp>

using namespace streams;
using text = std::string;
using maybe_text = std::optional<std::string>;
using values = std::vector<maybe_text>;

namespace {

/// Numbers the updates it sees, of rows and of deletions.
class numbering final : public value_transformer<text, text, text> {
public:
    void init(processor_task& task) override { task_ = &task; }
    maybe_text transform(const text& key, const text* value) override {
        ++seen_;
        if (!value && key == "forget") return std::nullopt;
        return std::to_string(seen_) + (value ? *value : "none") + std::string(task_->application_id());
    }

private:
    processor_task* task_ = nullptr;
    int seen_ = 0;
};

/// Counts the updates of each key in a store.
class counting final : public value_transformer<text, text, std::int64_t> {
public:
    void init(processor_task& task) override {
        seen_.emplace(task.state_store<typed_key_value_store<text, std::int64_t>>("seen"));
    }
    std::optional<std::int64_t> transform(const text& key, const text*) override {
        seen_->put(key, seen_->get(key).value_or(0) + 1);
        return seen_->get(key);
    }

private:
    std::optional<typed_key_value_store<text, std::int64_t>> seen_;
};

store_spec seen_store() {
    store_spec spec{.name = "seen"};
    spec.kind = key_value_kind{.timestamped = false};
    return spec;
}

/// A supplier that brings its store along.
struct counting_supplier {
    std::unique_ptr<counting> operator()() const { return std::make_unique<counting>(); }
    [[nodiscard]] std::vector<store_spec> stores() const { return {seen_store()}; }
};

std::vector<std::optional<std::int64_t>> counts_of(const streams_builder& builder) {
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<text, maybe_text>("in");
    in.pipe("a", "x");
    in.pipe("b", "x");
    in.pipe("a", std::nullopt);
    return driver.output_topic<text, std::optional<std::int64_t>>("out").read_values();
}

} // namespace

TEST_CASE("a transformer uses stores that were added, or that its supplier brings") {
    const std::vector<std::optional<std::int64_t>> expected{1, 1, 2};
    streams_builder added;
    added.add_state_store(seen_store());
    added.table<text, text>("in")
        .transform_values([] { return std::make_unique<counting>(); }, state_stores{{"seen"}})
        .to_stream()
        .to("out");
    CHECK(counts_of(added) == expected);

    streams_builder brought;
    brought.table<text, text>("in").transform_values(counting_supplier{}).to_stream().to("out");
    CHECK(counts_of(brought) == expected);
}

TEST_CASE("a transformation of a table is called for deletions too") {
    streams_builder builder;
    ktable<text, text, rows::permanent> kept = builder.table<text, text>("in").transform_values(
        [](const text& key, const text* value) { return key + (value ? *value : "none"); });
    kept.to_stream().to("out");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<text, maybe_text>("in");
    in.pipe("k", "v");
    in.pipe("k", std::nullopt);
    CHECK(driver.output_topic<text, text>("out").read_values() == std::vector<text>{"kv", "knone"});
}

TEST_CASE("an empty result of a transformation deletes the row, in its store too") {
    streams_builder builder;
    builder.table<text, text>("in")
        .transform_values([](const text* value) { return value && *value == "drop" ? maybe_text() : maybe_text("x"); },
                          materialized{.name = "kept"})
        .to_stream()
        .to("out");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<text, maybe_text>("in");
    in.pipe("k", "v");
    CHECK(driver.key_value_store<text, text>("kept").get("k") == "x");
    in.pipe("k", "drop");
    CHECK_FALSE(driver.key_value_store<text, text>("kept").get("k"));
    in.pipe("k", std::nullopt);
    CHECK(driver.output_topic<text, maybe_text>("out").read_values() == values{"x", std::nullopt, "x"});
}

TEST_CASE("a transformer keeps state of its own in each task") {
    streams_builder builder;
    builder.table<text, text>("in")
        .transform_values([] { return std::make_unique<numbering>(); })
        .to_stream()
        .to("out");
    topology_test_driver driver(builder.build(), {.config = {.application_id = "app"}});
    auto in = driver.input_topic<text, maybe_text>("in");
    in.pipe("k", "a");
    in.pipe("k", std::nullopt);
    in.pipe("forget", std::nullopt);
    CHECK(driver.output_topic<text, maybe_text>("out").read_values() == values{"1aapp", "2noneapp", std::nullopt});
}

TEST_CASE("a join reads the rows of a transformation that keeps none, absent ones too") {
    streams_builder builder;
    auto all = builder.table<text, text>("in").transform_values(
        [](const text* value) { return value ? *value : text("default"); });
    builder.table<text, text>("left")
        .join(all, [](const text& left, const text& right) { return left + right; })
        .to_stream()
        .to("out");
    topology_test_driver driver(builder.build());
    driver.input_topic<text, text>("left").pipe("k", "v", std::int64_t{7});
    driver.input_topic<text, text>("in").pipe("k", "w");
    const auto out = driver.output_topic<text, maybe_text>("out").read_all();
    REQUIRE(out.size() == 2);
    CHECK(out[0].value == "vdefault");
    CHECK(out[0].timestamp == 7);
    CHECK(out[1].value == "vw");
}
