#include "catch.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/state/stores.hpp>
#include <streams/state/typed_key_value_store.hpp>
#include <streams/state/typed_session_store.hpp>
#include <streams/state/typed_versioned_store.hpp>
#include <streams/testing/topology_test_driver.hpp>

using namespace streams;
using namespace std::chrono_literals;
using text = std::string;

// Stores of the other kinds that a processor may have, used as a program of Kafka Streams uses them.

namespace {

/// Keeps one visit of a key as long as records of it come in a minute of each other, and passes on how many it has had.
struct visits final : processor<text, text, text, std::int64_t> {
    static constexpr std::int64_t gap = 60'000;

    void init(context_type& context) override {
        context_ = &context;
        visits_.emplace(context.state_store<typed_session_store<text, std::int64_t>>("visits"));
    }
    void process(const record_type& r) override {
        session_windowed<text> merged{r.key, {r.timestamp, r.timestamp}};
        std::int64_t count = 1;
        for (const auto& [session, before] : visits_->find(r.key, r.timestamp - gap, r.timestamp + gap)) {
            count += before;
            merged.window = {std::min(merged.window.start, session.window.start),
                             std::max(merged.window.end, session.window.end)};
            visits_->erase(session);
        }
        visits_->put(merged, count);
        context_->forward(r.key, count, r.timestamp);
    }
    context_type* context_ = nullptr;
    std::optional<typed_session_store<text, std::int64_t>> visits_;
};

/// Keeps prices with their history, and answers `?` with the price at the record's time.
struct prices final : processor<text, text, text, text> {
    void init(context_type& context) override {
        context_ = &context;
        prices_.emplace(context.state_store<typed_versioned_store<text, text>>("prices"));
    }
    void process(const record_type& r) override {
        if (r.value == "?") {
            const auto found = prices_->get(r.key, r.timestamp);
            context_->forward(r.key, found ? found->value : "none", r.timestamp);
        } else if (r.value.empty()) {
            prices_->erase(r.key, r.timestamp);
        } else {
            prices_->put(r.key, r.value, r.timestamp);
        }
    }
    context_type* context_ = nullptr;
    std::optional<typed_versioned_store<text, text>> prices_;
};

/// The standard punctuator: forwards what it finds and deletes it.
struct collector final : processor<text, text, text, text> {
    void init(context_type& context) override {
        context_ = &context;
        waiting_.emplace(context.state_store<typed_key_value_store<text, text>>("waiting"));
        context.schedule(1min, punctuation_type::wall_clock_time, [this](std::int64_t now) {
            for (const auto& [key, value] : waiting_->all()) {
                waiting_->erase(key);
                waiting_->put("done-" + key, value);
                context_->forward(key, value, now);
            }
        });
    }
    void process(const record_type& r) override { waiting_->put(r.key, r.value); }
    context_type* context_ = nullptr;
    std::optional<typed_key_value_store<text, text>> waiting_;
};

template <class Processor>
topology with_store(store_spec spec) {
    streams_builder builder;
    const std::string name = spec.name;
    builder.add_state_store(std::move(spec));
    builder.stream<text, text>("in")
        .process([] { return std::make_unique<Processor>(); }, state_stores{{name}})
        .to("out");
    return builder.build();
}

} // namespace

TEST_CASE("a processor has a session store") {
    topology_test_driver driver(with_store<visits>(stores::session("visits", 1h)));
    auto in = driver.input_topic<text, text>("in");
    in.pipe("k", "", std::int64_t{0});
    in.pipe("k", "", std::int64_t{100'000});
    in.pipe("k", "", std::int64_t{50'000});
    CHECK(driver.output_topic<text, std::int64_t>("out").read_values() == std::vector<std::int64_t>{1, 1, 3});
    const auto all = driver.session_store<text, std::int64_t>("visits").all();
    REQUIRE(all.size() == 1);
    CHECK(all[0].first.window == window{0, 100'000});
    CHECK(all[0].second == 3);
}

TEST_CASE("a processor has a store that keeps versions") {
    topology_test_driver driver(with_store<prices>(stores::versioned_key_value("prices", 1h, {.persistent = false})));
    auto in = driver.input_topic<text, text>("in");
    in.pipe("k", "20", std::int64_t{20});
    in.pipe("k", "10", std::int64_t{10});
    in.pipe("k", "", std::int64_t{30});
    for (const std::int64_t at : {5, 15, 25, 35}) in.pipe("k", "?", at);
    CHECK(driver.output_topic<text, text>("out").read_values() == std::vector<text>{"none", "10", "20", "none"});
}

TEST_CASE("a punctuation deletes and puts entries while it goes through the store") {
    topology_test_driver driver(with_store<collector>(stores::key_value("waiting")));
    auto in = driver.input_topic<text, text>("in");
    std::vector<text> expected;
    for (char key = 'a'; key <= 'z'; ++key) in.pipe(expected.emplace_back(1, key), "v", std::int64_t{0});
    driver.advance_wall_clock(1min);
    auto out = driver.output_topic<text, text>("out");
    std::vector<text> keys;
    while (!out.empty()) keys.push_back(out.read().key);
    CHECK(keys == expected);
    CHECK(driver.key_value_store<text, text>("waiting").all().size() == expected.size());
}

TEST_CASE("what a kind of store cannot keep is refused where it is asked for") {
    CHECK_THROWS_WITH(stores::session("visits", -1ms), containing("store visits has a retention of -1 ms"));
    CHECK_THROWS_WITH(stores::session("visits", 1h, {.timestamped = true}), containing("leave .timestamped out"));
    CHECK_THROWS_WITH(stores::session("visits", 1h, {.time_to_live = 1h}), containing("to a key-value store"));
    CHECK_THROWS_WITH(stores::versioned_key_value("prices", -1ms), containing("give it 0 ms or more"));
    CHECK_THROWS_WITH(stores::versioned_key_value("prices", 1h, {.caching = true}), containing("leave .caching"));
    CHECK_THROWS_WITH(stores::window("windows", 1min, 1h), containing("a retention that is no smaller"));
    CHECK(stores::session("visits", 1h, {.caching = true}).caching);
    CHECK(stores::versioned_key_value("prices", 2h).as<versioned_kind>()->retention == 2h);
}
