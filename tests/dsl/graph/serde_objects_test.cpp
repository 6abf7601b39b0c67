#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/state/typed_key_value_store.hpp>
#include <streams/testing/topology_test_driver.hpp>
#include <streams/topology/processor_api.hpp>

#include "catch.hpp"

#include <functional>
#include <memory>

using namespace streams;
using namespace std::chrono_literals;

namespace {

/// Text behind a mark that tells which object wrote it. Refuses what another wrote.
template <class T>
struct marked {
    char mark;

    void serialize(const T& value, bytes& out) const {
        out.push_back(static_cast<std::byte>(mark));
        out.append(std::string_view(value.text));
    }
    [[nodiscard]] T deserialize(bytes_view in) const {
        const std::string_view text = in.text();
        if (text.empty() || text.front() != mark)
            throw serialization_error(concat("'", text, "' was not written by ", mark));
        return {std::string(text.substr(1))};
    }
};

/// A key and a value that only objects convert.
struct id {
    std::string text;
    friend bool operator==(const id&, const id&) = default;
};
struct word {
    std::string text;
    friend bool operator==(const word&, const word&) = default;
};

} // namespace

template <>
struct streams::serde<id> : streams::by_serde_object<id> {};
template <>
struct streams::serde<word> : streams::by_serde_object<word> {};

namespace {

const key_serde keys(marked<id>{'k'});
const value_serde values(marked<word>{'v'});
const auto first = [](const word& a, const word&) { return a; };

/// What a topology wrote to a topic, in bytes: `key=value`.
std::vector<std::string> written(topology_test_driver& driver, const std::string& topic) {
    std::vector<std::string> lines;
    auto out = driver.output_topic<std::optional<std::string>, std::optional<std::string>>(topic);
    while (!out.empty()) {
        const auto record = out.read();
        lines.push_back(record.key.value_or("null") + "=" + record.value.value_or("null"));
    }
    return lines;
}

/// Builds what `declare` adds behind the marked input `a`, pipes `ka`=`va` and `ka`=`vb`, and returns what was written to
/// a topic.
using streams_of = std::function<void(streams_builder&, kstream<id, word>)>;
std::vector<std::string> run(const streams_of& declare, const std::string& topic = "out") {
    streams_builder builder;
    declare(builder, builder.stream<id, word>("a", keys, values));
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<std::string, std::string>("a");
    in.pipe("ka", "va", std::int64_t{1});
    in.pipe("ka", "vb", std::int64_t{2});
    return written(driver, topic);
}

const std::vector<std::string> both{"ka=va", "ka=vb"};

} // namespace

TEST_CASE("serde objects of a source are those of what follows, as long as the types stay") {
    CHECK(run([](auto&, auto in) { in.to("out"); }) == both);
    CHECK(run([](auto&, auto in) { in.filter([](const word&) { return true; }).peek([](const word&) {}).to("out"); }) ==
          both);
    CHECK(run([](auto&, auto in) { in.repartition(repartitioned{"r"}).to("out"); }) == both);
    CHECK(run([](auto&, auto in) { in.repartition(repartitioned{"r"}).to("out"); },
              "topology-test-driver-r-repartition") == both);
    CHECK(
        run([](auto&, auto in) {
            in.split().branch([](const word&) { return true; }, [](auto some) { some.to("out"); }).no_default_branch();
        }) == both);
    CHECK(run([](auto&, auto in) { in.merge(in.filter([](const word&) { return false; })).to("out"); }) == both);
    CHECK(run([](auto&, auto in) { in.deduplicate([](const word& w) { return w.text; }, 1s).to("out"); }) == both);
    CHECK(run([](auto&, auto in) { in.to_table(materialized{.name = "t"}).to_stream().to("out"); }) == both);
    CHECK(run([](auto&, auto in) { in.to_table(materialized{.name = "t"}).to_stream().to("out"); },
              "topology-test-driver-t-changelog") == both);
}

TEST_CASE("a changed type needs its own object, else building says so") {
    const auto renamed = [](const word& w) { return id{w.text}; };
    CHECK_THROWS_WITH(
        run([&](auto&, auto in) { in.map_values(renamed).to("out"); }),
        "sink KSTREAM-SINK-0000000002 has no serde for its values: their type is converted by objects only, and "
        "none was given there or above; pass value_serde(object)");
    CHECK(run([&](auto&, auto in) { in.map_values(renamed).to("out", value_serde(marked<id>{'w'})); }) ==
          std::vector<std::string>{"ka=wa", "ka=wb"});
    CHECK(run([&](auto&, auto in) { in.select_key(renamed).repartition(key_serde(marked<id>{'x'})).to("out"); }) ==
          std::vector<std::string>{"xa=va", "xb=vb"});
    CHECK_THROWS_AS(run([&](auto&, auto in) { in.select_key(renamed).group_by_key().reduce(first); }), topology_error);
    streams_builder without;
    CHECK_THROWS_AS((without.stream<id, word>("in")), topology_error);
    CHECK_THROWS_AS((without.table<id, word>("in")), topology_error);
}

TEST_CASE("objects given to a sink, a table or a grouping are its own") {
    CHECK(run([](auto&, auto in) { in.to("out", key_serde(marked<id>{'K'}), value_serde(marked<word>{'V'})); }) ==
          std::vector<std::string>{"Ka=Va", "Ka=Vb"});
    CHECK(run([](auto&, auto in) { in.to_table(materialized{.name = "t"}, value_serde(marked<word>{'V'})); },
              "topology-test-driver-t-changelog") == std::vector<std::string>{"ka=Va", "ka=Vb"});
    CHECK(run([](auto&, auto in) {
              in.group_by([](const word& w) { return id{w.text}; }, key_serde(marked<id>{'g'}))
                  .reduce(first, materialized{.name = "t"})
                  .to_stream()
                  .to("out");
          }) == std::vector<std::string>{"ga=va", "gb=vb"});
}

TEST_CASE("aggregations keep their rows by the objects of their group, or by their own") {
    const auto changelog = [](const streams_of& declare) { return run(declare, "topology-test-driver-t-changelog"); };
    const materialized t{.name = "t"};
    CHECK(changelog([&](auto&, auto in) { in.group_by_key().reduce(first, t); }) ==
          std::vector<std::string>{"ka=va", "ka=va"});
    const auto digits = [](std::int64_t n) { return std::to_string(n); };
    CHECK(run([&](auto&, auto in) { in.group_by_key().count(t).to_stream().map_values(digits).to("out"); }) ==
          std::vector<std::string>{"ka=1", "ka=2"});
    const auto joined = [](const word& w, word sum) { return word{sum.text + w.text}; };
    const auto none = [] { return word(); };
    CHECK_THROWS_AS(changelog([&](auto&, auto in) { in.group_by_key().aggregate(none, joined, t); }), topology_error);
    CHECK(changelog([&](auto&, auto in) {
              in.group_by_key().aggregate(none, joined, t, value_serde(marked<word>{'s'}));
          }) == std::vector<std::string>{"ka=sa", "ka=sab"});
    CHECK(run([&](auto&, auto in) {
              in.group_by_key()
                  .windowed_by(tumbling{1s})
                  .reduce(first, t)
                  .to_stream()
                  .map([](const windowed<id>& key, const word& w) { return std::pair(key.key.text, w.text); })
                  .to("out");
          }) == std::vector<std::string>{"a=a", "a=a"});
    CHECK(run([&](auto&, auto in) {
              in.group_by_key()
                  .windowed_by(session{1s})
                  .reduce(first, t)
                  .to_stream()
                  .map([](const session_windowed<id>& key, const std::optional<word>& w) {
                      return std::pair(key.key.text, w ? w->text : std::string("none"));
                  })
                  .to("out");
          }).back() == "a=a");
    CHECK(run([&](auto&, auto in) { in.group_by_key().windowed_by(count_window{2}).reduce(first, t).to("out"); }) ==
          std::vector<std::string>{"ka=va"});
    CHECK(run([&](auto&, auto in) {
              const auto last = [](const word& w, word) { return w; };
              in.group_by_key().cogroup(last).aggregate(none, t, keys, values).to_stream().to("out");
          }) == both);
}

TEST_CASE("joins keep and send records by the objects of both sides") {
    streams_builder builder;
    const auto pair = [](const word& a, const word& b) { return a.text + b.text; };
    const materialized versions{.history_retention = 1min};
    auto left = builder.stream<id, word>("left", keys, value_serde(marked<word>{'l'}));
    auto right = builder.stream<id, word>("right", keys, value_serde(marked<word>{'r'}));
    auto table = builder.table<id, word>("table", keys, value_serde(marked<word>{'t'}), versions);
    left.join(right, pair, join_windows{1s}, stream_joined{.store_name = "join"}).to("streams");
    const auto either = [](const word* a, const word* b) { return (a ? a->text : "-") + (b ? b->text : "-"); };
    left.outer_join(right, either, join_windows{1s}).to("outer");
    left.join(right, pair, join_windows{1s}, stream_joined{.store_name = "own"}, value_serde(marked<word>{'x'}),
              other_value_serde(marked<word>{'y'}))
        .to("own");
    left.join(table, pair, joined{.name = "wait", .grace = 1s}).to("table-join");
    topology_test_driver driver(builder.build());
    driver.input_topic<std::string, std::string>("table").pipe("ka", "tT", 0ms);
    driver.input_topic<std::string, std::string>("left").pipe("ka", "lL", 1ms);
    driver.input_topic<std::string, std::string>("right").pipe("ka", "rR", 2ms);
    driver.input_topic<std::string, std::string>("left").pipe("kb", "lM", 3000ms);
    CHECK(written(driver, "streams") == std::vector<std::string>{"ka=LR"});
    CHECK(written(driver, "outer") == std::vector<std::string>{"ka=LR"});
    CHECK(written(driver, "own") == std::vector<std::string>{"ka=LR"});
    CHECK(written(driver, "table-join") == std::vector<std::string>{"ka=LT"});
    CHECK(written(driver, "topology-test-driver-join-this-join-store-changelog").front().ends_with("=lL"));
    CHECK(written(driver, "topology-test-driver-join-other-join-store-changelog").front().ends_with("=rR"));
    CHECK(written(driver, "topology-test-driver-own-this-join-store-changelog").front().ends_with("=xL"));
    CHECK(written(driver, "topology-test-driver-own-other-join-store-changelog").front().ends_with("=yR"));
}

TEST_CASE("tables are joined, grouped and held back by their objects") {
    streams_builder builder;
    auto rows = builder.table<id, word>("rows", keys, values);
    auto others = builder.table<id, word>("others", key_serde(marked<id>{'o'}), value_serde(marked<word>{'w'}));
    const auto pair = [](const word& a, const word& b) { return word{a.text + b.text}; };
    const materialized kept{.name = "joined"};
    rows.join(
            others, [](const word& row) { return id{row.text}; }, pair, table_joined{.name = "fk"}, kept,
            value_serde(marked<word>{'j'}))
        .to_stream()
        .to("by-foreign-key");
    rows.filter([](const word&) { return true; }, materialized{.name = "filtered"}).to_stream().to("filtered-rows");
    rows.map_values([](const word& row) { return word{row.text + "!"}; }, materialized{.name = "mapped"},
                    value_serde(marked<word>{'m'}))
        .to_stream()
        .to("mapped-rows");
    rows.suppress(until_time_limit{.limit = 0s}, named{"held"}).to_stream().to("held-rows");
    rows.group_by([](const word& row) { return std::pair(id{row.text}, row); }, grouped{"groups"},
                  key_serde(marked<id>{'g'}), value_serde(marked<word>{'h'}))
        .reduce([](word, const word& b) { return b; }, [](word a, const word&) { return a; },
                materialized{.name = "reduced"})
        .to_stream()
        .to("grouped-rows");
    topology_test_driver driver(builder.build());
    driver.input_topic<std::string, std::string>("others").pipe("ox", "wY", 0ms);
    driver.input_topic<std::string, std::string>("rows").pipe("ka", "vx", 1ms);
    const auto one = [](const char* line) { return std::vector<std::string>{line}; };
    CHECK(written(driver, "by-foreign-key") == one("ka=jxY"));
    CHECK(written(driver, "topology-test-driver-joined-changelog") == one("ka=jxY"));
    CHECK(written(driver, "filtered-rows") == one("ka=vx"));
    CHECK(written(driver, "topology-test-driver-filtered-changelog") == one("ka=vx"));
    CHECK(written(driver, "mapped-rows") == one("ka=mx!"));
    CHECK(written(driver, "held-rows") == one("ka=vx"));
    CHECK(written(driver, "grouped-rows") == one("gx=hx"));
    CHECK(written(driver, "topology-test-driver-groups-repartition").front().starts_with("gx=hx"));
}

TEST_CASE("one set of repartition topics is written by the objects of those it stands for") {
    streams_builder builder;
    auto moved = builder.stream<id, word>("a", keys, values).select_key([](const word& w) { return id{w.text}; });
    moved.group_by_key(grouped{"one"}, key_serde(marked<id>{'g'})).count();
    moved.group_by_key(grouped{"two"}, key_serde(marked<id>{'g'})).count();
    topology_test_driver driver(builder.build(streams_config{.topology_optimization = "all"}));
    driver.input_topic<std::string, std::string>("a").pipe("ka", "vx");
    CHECK(written(driver, "topology-test-driver-one-repartition") == std::vector<std::string>{"gx=vx"});
}

TEST_CASE("windowed keys are read with the object of their inner key, and with their end") {
    streams_builder builder;
    const time_windowed_serde<id> windows(5ms, serde_for<id>(marked<id>{'k'}));
    builder.stream<windowed<id>, word>("in", key_serde(windows), values)
        .map([](const windowed<id>& key, const word& w) {
            return std::pair(key.key.text + std::to_string(key.window.end), w.text);
        })
        .to("out");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<windowed<id>, word>("in", input_topic_time{}, windows, marked<word>{'v'});
    in.pipe({{"a"}, {10, 15}}, {"x"});
    CHECK(written(driver, "out") == std::vector<std::string>{"a15=x"});
}

namespace {

/// Counts words in a store, whose objects it needs not know.
class remembering final : public processor<id, word, id, word> {
public:
    void init(context_type& context) override {
        context_ = &context;
        last_.emplace(context.state_store<typed_key_value_store<id, word>>("last"));
    }
    void process(const record_type& r) override {
        if (const auto before = last_->get(r.key)) context_->forward(r.key, *before, r.timestamp);
        last_->put(r.key, r.value);
    }

private:
    context_type* context_ = nullptr;
    std::optional<typed_key_value_store<id, word>> last_;
};

} // namespace

TEST_CASE("a store of processors has the objects of its definition, in every view of it") {
    streams_builder builder;
    builder.add_state_store(stores::with_serdes(stores::key_value("last"), marked<id>{'s'}, marked<word>{'t'}));
    builder.stream<id, word>("a", keys, values)
        .process([] { return std::make_unique<remembering>(); }, state_stores{{"last"}})
        .to("out", keys, values);
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<std::string, std::string>("a");
    in.pipe("ka", "vx");
    in.pipe("ka", "vy");
    CHECK(written(driver, "out") == std::vector<std::string>{"ka=vx"});
    CHECK(written(driver, "topology-test-driver-last-changelog") == std::vector<std::string>{"sa=tx", "sa=ty"});
    CHECK(driver.key_value_store<id, word>("last").get({"a"}) == word{"y"});
}

TEST_CASE("sources and sinks by hand take serde objects, and global tables do") {
    topology t;
    const auto marked_by = [](char key, char value) {
        return serdes_for<id, word>{serde_for<id>(marked<id>{key}), serde_for<word>(marked<word>{value})};
    };
    t.add_source<id, word>("source", {"a"}, marked_by('k', 'v'));
    t.add_sink<id, word>("sink", "out", {"source"}, marked_by('K', 'V'));
    topology_test_driver driver(t);
    driver.input_topic<std::string, std::string>("a").pipe("ka", "vx");
    CHECK(written(driver, "out") == std::vector<std::string>{"Ka=Vx"});

    streams_builder builder;
    auto rows = builder.global_table<id, word>("rows", keys, values, materialized{.name = "rows"});
    builder.stream<std::string, std::string>("in")
        .join(
            rows, [](const std::string& name) { return id{name}; },
            [](const std::string&, const word& row) { return row.text; })
        .to("out");
    topology_test_driver joining(builder.build());
    joining.input_topic<std::string, std::string>("rows").pipe("ka", "vx");
    joining.input_topic<std::string, std::string>("in").pipe("k", "a");
    CHECK(written(joining, "out") == std::vector<std::string>{"k=x"});
}
