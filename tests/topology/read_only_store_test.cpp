#include <streams/serde/standard.hpp>
#include <streams/state/stores.hpp>
#include <streams/topology/processor_api.hpp>

#include "catch.hpp"

using namespace streams;

namespace {

struct writing final : processor<std::string, std::string> {
    void process(const record_type&) override {}
};

} // namespace

TEST_CASE("a read-only store is restored from the topic that feeds it, and shares a part with its readers") {
    topology t;
    const auto supplier = [] { return std::make_unique<writing>(); };
    t.add_read_only_store<std::string, std::string>(stores::key_value("rows"), "from", "table", "into", supplier);
    t.add_source<std::string, std::string>("source", "in");
    t.add_processor("reader", supplier, {"source"}, {"rows"});
    REQUIRE(t.sub_topologies().size() == 1);
    CHECK(t.sub_topologies()[0].source_topics == std::vector<std::string>{"table", "in"});
    CHECK(t.find_store("rows")->source_topic == "table");
    CHECK_FALSE(t.find_store("rows")->logging);
}
