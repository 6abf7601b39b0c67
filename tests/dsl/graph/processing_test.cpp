#include "catch.hpp"
#include "dsl/node_names.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/state/typed_key_value_store.hpp>
#include <streams/testing/topology_test_driver.hpp>

using namespace streams;
using text = std::string;
using maybe_text = std::optional<std::string>;

namespace {

/// Counts records by key in the store `seen`, and forwards the count under the value as key.
class numbering final : public processor<text, text, text, std::int64_t> {
public:
    void init(context_type& context) override {
        context_ = &context;
        seen_.emplace(context.state_store<typed_key_value_store<text, std::int64_t>>("seen"));
    }
    void process(const record_type& r) override {
        const std::int64_t count = seen_->get(r.key).value_or(0) + 1;
        seen_->put(r.key, count);
        context_->forward({r.value, count, r.timestamp, r.headers});
    }

private:
    context_type* context_ = nullptr;
    std::optional<typed_key_value_store<text, std::int64_t>> seen_;
};

struct numbering_with_store {
    [[nodiscard]] std::unique_ptr<numbering> operator()() const { return std::make_unique<numbering>(); }
    [[nodiscard]] std::vector<store_spec> stores() const { return {stores::key_value("seen", {.persistent = false})}; }
};

/// Marks values with the number of the record in its task, and delays them by a second.
class marking final : public fixed_key_processor<text, text, text> {
public:
    void init(context_type& context) override { context_ = &context; }
    void process(const record_type& r) override {
        const text marked = r.value + std::to_string(++count_);
        context_->forward(r.with_value(marked).with_timestamp(r.timestamp + 1000));
    }

private:
    context_type* context_ = nullptr;
    int count_ = 0;
};

class swallowing final : public processor<text, text> {
public:
    explicit swallowing(int& seen) : seen_(seen) {}
    void process(const record_type&) override { ++seen_; }

private:
    int& seen_;
};

} // namespace

TEST_CASE("process hands records to a processor with the stores it names") {
    streams_builder builder;
    builder.add_state_store(stores::key_value("seen"));
    builder.stream<text, text>("in")
        .process([] { return std::make_unique<numbering>(); }, state_stores{{"seen"}})
        .to("out");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<text, text>("in");
    in.pipe("a", "x", std::int64_t{1});
    in.pipe("a", "y", std::int64_t{2});
    CHECK(driver.output_topic<text, std::int64_t>("out").read_all() ==
          std::vector<test_record<text, std::int64_t>>{{"x", 1, 1}, {"y", 2, 2}});
    CHECK(driver.key_value_store<text, std::int64_t>("seen").get("a") == 2);
    CHECK(driver.produced_topics() == std::vector<std::string>{"out", "topology-test-driver-seen-changelog"});
}

TEST_CASE("a supplier may bring its stores along") {
    streams_builder builder;
    builder.stream<text, text>("in").process(numbering_with_store{}, named{"numbers"}).to("out");
    topology_test_driver driver(builder.build());
    driver.input_topic<text, text>("in").pipe("a", "x");
    CHECK(driver.key_value_store<text, std::int64_t>("seen").get("a") == 1);
}

TEST_CASE("a store that no one added is an error when the topology is built") {
    streams_builder builder;
    static_cast<void>(
        builder.stream<text, text>("in").process([] { return std::make_unique<numbering>(); }, state_stores{{"seen"}}));
    CHECK_THROWS_WITH(builder.build(), containing("store seen") && containing("add the store first"));
}

TEST_CASE("what follows process by key is repartitioned, what follows process_values is not") {
    const auto names = [](bool fixed) {
        streams_builder builder;
        builder.add_state_store(stores::key_value("seen"));
        auto in = builder.stream<text, text>("in");
        if (fixed)
            in.process_values([] { return std::make_unique<marking>(); }).group_by_key().count();
        else
            static_cast<void>(in.process([] { return std::make_unique<numbering>(); }, state_stores{{"seen"}})
                                  .group_by_key()
                                  .count());
        return node_names(builder.build());
    };
    CHECK(names(true) == std::vector<std::string>{"KSTREAM-SOURCE-0000000000", "KSTREAM-PROCESSVALUES-0000000001",
                                                  "KSTREAM-AGGREGATE-0000000003"});
    const auto repartitioned = names(false);
    REQUIRE(repartitioned.size() == 6);
    CHECK(repartitioned[1] == "KSTREAM-PROCESSOR-0000000001");
}

TEST_CASE("a named process takes no number") {
    streams_builder builder;
    static_cast<void>(builder.stream<text, text>("in")
                          .process_values([] { return std::make_unique<marking>(); }, named{"mark"})
                          .peek([](const text&) {}));
    CHECK(node_names(builder.build()) ==
          std::vector<std::string>{"KSTREAM-SOURCE-0000000000", "mark", "KSTREAM-PEEK-0000000001"});
}

TEST_CASE("process_values keeps keys and headers, and may change value and time") {
    streams_builder builder;
    builder.stream<text, text>("in").process_values([] { return std::make_unique<marking>(); }).to("out");
    topology_test_driver driver(builder.build());
    const headers with{{"h", bytes(std::string_view("1"))}};
    driver.input_topic<text, text>("in").pipe("k", "v", std::int64_t{5}, with);
    CHECK(driver.output_topic<text, text>("out").read() == test_record<text, text>{"k", "v1", 1005, with});
}

TEST_CASE("a processor without output types ends the stream") {
    int seen = 0;
    streams_builder builder;
    builder.stream<text, text>("in").process([&seen] { return std::make_unique<swallowing>(seen); });
    topology_test_driver driver(builder.build());
    driver.input_topic<text, text>("in").pipe("k", "v");
    CHECK(seen == 1);
}

TEST_CASE("a supplier that returns null is refused by the name of its node") {
    const auto refusal = [](auto add) {
        streams_builder builder;
        add(builder);
        try {
            const topology_test_driver driver(builder.build());
        } catch (const std::exception& e) {
            return text(e.what());
        }
        return text();
    };
    const auto said = containing("its supplier returned null; return a new object at each call");
    CHECK_THAT(refusal([](auto& builder) {
                   auto numbered = builder.template stream<text, text>("in").process(
                       [] { return std::unique_ptr<numbering>(); }, named{"numbered"});
                   numbered.to("out");
               }),
               said && containing("node numbered cannot be made"));
    CHECK_THAT(refusal([](auto& builder) {
                   auto marked = builder.template stream<text, text>("in").process_values(
                       [] { return std::unique_ptr<marking>(); }, named{"marked"});
                   marked.to("out");
               }),
               said && containing("node marked cannot be made"));
    CHECK_THAT(refusal([](auto& builder) {
                   builder.template add_global_store<text, text>(stores::key_value("seen", {.logging = false}), "in",
                                                                 [] { return std::unique_ptr<numbering>(); });
               }),
               said);
    using transformer = value_transformer<text, text, text>;
    CHECK_THAT(refusal([](auto& builder) {
                   builder.template table<text, text>("in")
                       .transform_values([] { return std::unique_ptr<transformer>(); }, named{"transformed"})
                       .to_stream()
                       .to("out");
               }),
               said && containing("the value transformer of transformed cannot be made"));
}

TEST_CASE("a processor that forwards in its init is refused by the name of its node") {
    class hasty final : public processor<text, text, text, text> {
    public:
        void init(context_type& context) override { context.forward("k", "v", 1); }
        void process(const record_type&) override {}
    };
    class hasty_with_fixed_key final : public fixed_key_processor<text, text, text> {
    public:
        void init(context_type& context) override {
            headers none;
            context.forward(fixed_key_record<text, text>(record<text, text>{key_, key_, 1, none}));
        }
        void process(const record_type&) override {}

    private:
        text key_ = "k";
    };
    const auto run = [](auto add) {
        streams_builder builder;
        add(builder.stream<text, text>("in"));
        const topology_test_driver driver(builder.build());
    };
    const auto said =
        containing(" forwards in its init, before the nodes behind it are initialised; forward in process");
    CHECK_THROWS_WITH(
        run([](auto in) { in.process([] { return std::make_unique<hasty>(); }, named{"hasty"}).to("out"); }),
        said && containing("node hasty"));
    CHECK_THROWS_WITH(
        run([](auto in) {
            in.process_values([] { return std::make_unique<hasty_with_fixed_key>(); }, named{"hasty"}).to("out");
        }),
        said && containing("node hasty"));
}
