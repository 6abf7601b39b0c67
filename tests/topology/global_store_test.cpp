#include <streams/serde/standard.hpp>
#include <streams/state/stores.hpp>
#include <streams/topology/processor_api.hpp>

#include "catch.hpp"

using namespace streams;

namespace {

struct nothing final : processor<std::string, std::string> {
    void process(const record_type&) override {}
};
constexpr auto supplier = [] { return std::make_unique<nothing>(); };

topology with_global(store_spec spec) {
    topology t;
    t.add_global_store<std::string, std::string>(std::move(spec), "from", "g", "into", supplier);
    return t;
}

} // namespace

TEST_CASE("a global store is a part of its own that no task runs") {
    topology t = with_global(stores::key_value("rows", {.logging = false}));
    t.add_source<std::string, std::string>("source", "in");
    t.add_processor("reader", supplier, {"source"});
    REQUIRE(t.sub_topologies().size() == 1);
    CHECK(t.sub_topologies()[0].id == 1);
    REQUIRE(t.global_parts().size() == 1);
    CHECK(t.global_parts()[0].id == 0);
    CHECK(t.global_parts()[0].source_topics == std::vector<std::string>{"g"});
    CHECK(t.is_global_store("rows"));
    CHECK_FALSE(t.is_global_store("others"));
    CHECK(t.find_store("rows")->source_topic == "g");
}

TEST_CASE("a global store has no changelog, and no node is connected to it") {
    CHECK_THROWS_WITH(with_global(stores::key_value("rows")), containing("cannot have a changelog"));
    topology t = with_global(stores::key_value("rows", {.logging = false}));
    t.add_source<std::string, std::string>("source", "in");
    CHECK_THROWS_WITH(t.add_processor("reader", supplier, {"source"}, {"rows"}),
                      containing("global store rows cannot be connected to node reader"));
    CHECK_THROWS_WITH(t.connect_store("into", "rows"), containing("cannot be connected"));
}

TEST_CASE("a global store needs a name and a topic of its own") {
    topology t = with_global(stores::key_value("rows", {.logging = false}));
    const auto add = [&](const char* store, const char* topic) {
        t.add_global_store<std::string, std::string>(stores::key_value(store, {.logging = false}), "from2", topic,
                                                     "into2", supplier);
    };
    CHECK_THROWS_WITH(
        add("rows", "h"),
        containing("store rows is declared twice, as the global store of topic g and as the global store of topic h"));
    CHECK_THROWS_WITH(add("more", "g"), containing("cannot read topic g"));
}
