#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

#include "catch.hpp"

#include <functional>
#include <memory>

using namespace streams;
using namespace std::chrono_literals;

namespace {

using text = std::string;

/// One way to name a store. `declare` reads topics whose names begin with `topic`.
struct way {
    const char* what;
    std::function<void(streams_builder&, const text& topic)> declare;
    text store = "n"; ///< what the store is called then
};

struct keeping final : processor<text, text> {
    void process(const record_type&) override {}
};
struct keeping_with_store {
    bool persistent = true;
    [[nodiscard]] std::unique_ptr<keeping> operator()() const { return std::make_unique<keeping>(); }
    [[nodiscard]] std::vector<store_spec> stores() const {
        return {stores::key_value("n", {.persistent = persistent})};
    }
};
struct same_value final : value_transformer<text, text, text> {
    std::optional<text> transform(const text&, const text* value) override {
        return value ? std::optional(*value) : std::nullopt;
    }
};
struct transforming_with_store {
    [[nodiscard]] std::unique_ptr<same_value> operator()() const { return std::make_unique<same_value>(); }
    [[nodiscard]] std::vector<store_spec> stores() const { return {stores::key_value("n")}; }
};

const auto same = [](const text& value) { return value; };
const auto first = [](const text& a, const text&) { return a; };
const materialized named_n{.name = "n"};

auto stream(streams_builder& b, const text& topic) { return b.stream<text, text>(topic); }
auto table(streams_builder& b, const text& topic) { return b.table<text, text>(topic); }

const std::vector<way>& operators() {
    static const std::vector<way> ways{
        {"table", [](auto& b, auto& t) { b.template table<text, text>(t, named_n); }},
        {"to_table", [](auto& b, auto& t) { stream(b, t).to_table(named_n); }},
        {"count", [](auto& b, auto& t) { stream(b, t).group_by_key().count(named_n); }},
        {"reduce", [](auto& b, auto& t) { stream(b, t).group_by_key().reduce(first, named_n); }},
        {"count by time",
         [](auto& b, auto& t) { stream(b, t).group_by_key().windowed_by(tumbling{1s}).count(named_n); }},
        {"sliding", [](auto& b, auto& t) { stream(b, t).group_by_key().windowed_by(sliding{1s}).count(named_n); }},
        {"session", [](auto& b, auto& t) { stream(b, t).group_by_key().windowed_by(session{1s}).count(named_n); }},
        {"count by number",
         [](auto& b, auto& t) { stream(b, t).group_by_key().windowed_by(count_window{2}).reduce(first, named_n); }},
        {"cogroup",
         [](auto& b, auto& t) {
             const auto last = [](const text& value, text) { return value; };
             stream(b, t)
                 .group_by_key()
                 .cogroup(last)
                 .cogroup(stream(b, t + "2").group_by_key(), last)
                 .aggregate([] { return text(); }, named_n);
         }},
        {"grouped table",
         [](auto& b, auto& t) { table(b, t).group_by([](const text& v) { return std::pair(v, v); }).count(named_n); }},
        {"table filter",
         [](auto& b, auto& t) { static_cast<void>(table(b, t).filter([](const text&) { return true; }, named_n)); }},
        {"table map_values", [](auto& b, auto& t) { static_cast<void>(table(b, t).map_values(same, named_n)); }},
        {"table join",
         [](auto& b, auto& t) { static_cast<void>(table(b, t).join(table(b, t + "2"), first, named_n)); }},
        {"result of a foreign-key join",
         [](auto& b, auto& t) { static_cast<void>(table(b, t).join(table(b, t + "2"), same, first, named_n)); }},
        {"foreign-key join",
         [](auto& b, auto& t) {
             static_cast<void>(table(b, t).join(table(b, t + "2"), same, first, table_joined{.name = "n"}));
         },
         "n-subscription-store"},
        {"stream join",
         [](auto& b, auto& t) {
             static_cast<void>(
                 stream(b, t).join(stream(b, t + "2"), first, join_windows{1s}, stream_joined{.store_name = "n"}));
         },
         "n-other-join-store"},
        {"left stream join",
         [](auto& b, auto& t) {
             static_cast<void>(stream(b, t).left_join(
                 stream(b, t + "2"), [](const text& a, const text*) { return a; }, join_windows{1s},
                 stream_joined{.store_name = "n"}));
         },
         "n-left-shared-join-store"},
        {"join with grace",
         [](auto& b, auto& t) {
             auto versions = b.template table<text, text>(t + "2", materialized{.history_retention = 1min});
             static_cast<void>(stream(b, t).join(versions, first, joined{.name = "n", .grace = 1s}));
         },
         "n-Buffer"},
        {"suppress",
         [](auto& b, auto& t) { static_cast<void>(table(b, t).suppress(until_time_limit{.limit = 1s}, named{"n"})); },
         "n-store"},
        {"deduplicate", [](auto& b, auto& t) { static_cast<void>(stream(b, t).deduplicate(same, 1s, named_n)); }},
        {"global table", [](auto& b, auto& t) { b.template global_table<text, text>(t, named_n); }},
        {"global store",
         [](auto& b, auto& t) {
             b.template add_global_store<text, text>(stores::key_value("n"), t,
                                                     [] { return std::make_unique<keeping>(); });
         }},
    };
    return ways;
}

/// Stores that several nodes may share by naming one definition.
const std::vector<way>& shared() {
    static const std::vector<way> ways{
        {"add_state_store", [](auto& b, auto&) { b.add_state_store(stores::key_value("n")); }},
        {"supplier of processors", [](auto& b, auto& t) { stream(b, t).process(keeping_with_store{}); }},
        {"supplier of transformers",
         [](auto& b, auto& t) { static_cast<void>(table(b, t).transform_values(transforming_with_store{})); }},
    };
    return ways;
}

/// What building says against both; empty where it does not object.
text refusal(const way& one, const way& other) {
    streams_builder builder;
    one.declare(builder, "a");
    other.declare(builder, "b");
    try {
        static_cast<void>(builder.build());
    } catch (const topology_error& e) {
        return e.what();
    }
    return "";
}

} // namespace

TEST_CASE("two operators keep no store of one name") {
    for (const way& each : operators()) {
        INFO(each.what);
        const text said = refusal(each, each);
        // Where the name is the node's as well, that is what is twice.
        CHECK(said.find("n") != text::npos);
        CHECK(said.find(" twice, ") != text::npos);
        CHECK(said.find(" and ") != text::npos);
    }
}

TEST_CASE("an operator's store has a name that no other kind of operator uses") {
    for (const way& one : operators())
        for (const way& other : operators()) {
            if (&one == &other || one.store != other.store) continue;
            INFO(one.what << ", " << other.what);
            CHECK(refusal(one, other).rfind("store n is declared twice, ", 0) == 0);
        }
}

TEST_CASE("an operator's store is not one that was added for processors, and the reverse") {
    for (const way& each : operators()) {
        INFO(each.what);
        const way added{"added",
                        [&](streams_builder& b, const text&) { b.add_state_store(stores::key_value(each.store)); }};
        CHECK(refusal(each, added).rfind("store " + each.store + " is declared twice, ", 0) == 0);
        CHECK(refusal(added, each).rfind("store " + each.store + " is declared twice, ", 0) == 0);
    }
}

TEST_CASE("processors share a store by one definition of it") {
    for (const way& one : shared())
        for (const way& other : shared()) {
            INFO(one.what << ", " << other.what);
            CHECK(refusal(one, other) == "");
        }
    const way in_memory{"in memory",
                        [](streams_builder& b, const text& t) { stream(b, t).process(keeping_with_store{false}); }};
    CHECK(refusal(shared().front(), in_memory) ==
          "store n is declared twice, on its own by add_state_store and for node KSTREAM-PROCESSOR-0000000001, with "
          "different settings; use one definition for both, or give one of the two another name");
}

TEST_CASE("the refusal names both operators") {
    const way count{"count", [](streams_builder& b, const text& t) { stream(b, t).group_by_key().count(named_n); }};
    CHECK(refusal(count, count) ==
          "store n is declared twice, for node KSTREAM-AGGREGATE-0000000001 and for node KSTREAM-AGGREGATE-0000000003: "
          "each would overwrite what the other keeps; give one of the two another name");
}

TEST_CASE("two repartition topics of one name are refused") {
    const std::vector<way> ways{
        {"repartition",
         [](auto& b, auto& t) { static_cast<void>(stream(b, t).repartition(repartitioned{.name = "n"})); }},
        {"grouping", [](auto& b, auto& t) { stream(b, t).select_key(same).group_by_key(grouped{"n"}).count(); }},
        {"grouped table",
         [](auto& b, auto& t) {
             table(b, t).group_by([](const text& v) { return std::pair(v, v); }, grouped{"n"}).count();
         }},
        {"join",
         [](auto& b, auto& t) {
             static_cast<void>(stream(b, t).select_key(same).join(table(b, t + "2"), first, joined{.name = "n"}));
         }},
    };
    for (const way& one : ways)
        for (const way& other : ways) {
            INFO(one.what << ", " << other.what);
            CHECK(refusal(one, other).find(" twice, behind ") != text::npos);
        }
    CHECK(refusal(ways[0], ways[1]) ==
          "repartition topic n-repartition is made twice, behind KSTREAM-SOURCE-0000000000 and behind "
          "KSTREAM-KEY-SELECT-0000000005: the records of both would mix; give one of the two another name");
}

TEST_CASE("aggregations of one named grouping share its repartition topic") {
    streams_builder builder;
    auto groups = stream(builder, "in").select_key(same).group_by_key(grouped{"n"});
    groups.count();
    groups.reduce(first);
    CHECK(builder.build().repartition_topics().size() == 1);
}
