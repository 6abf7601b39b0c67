#include "catch.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

using namespace streams;
using text = std::string;

namespace {

streams_config strict() {
    return streams_config::from_properties(
        {{"application.id", "app"}, {"ensure.explicit.internal.resource.naming", "true"}});
}

} // namespace

TEST_CASE("internal resources without a name of the user's are listed, where names are to be explicit") {
    streams_builder builder;
    auto in = builder.stream<text, text>("in");
    in.group_by([](const text& v) { return v; }).count();
    in.group_by_key().count(materialized{.logging = false});
    static_cast<void>(
        in.select_key([](const text& v) { return v; }).repartition(repartitioned{.name = "mine-2024010203"}));
    CHECK_NOTHROW(builder.build());
    CHECK_THROWS_WITH(builder.build(strict()),
                      containing("stores with a changelog topic: KSTREAM-AGGREGATE-STATE-STORE-0000000002; ") &&
                          containing("other stores: KSTREAM-AGGREGATE-STATE-STORE-0000000008; ") &&
                          containing("repartition topics: KSTREAM-AGGREGATE-STATE-STORE-0000000002-repartition)"));
}

TEST_CASE("explicit names satisfy the check, and nodes need none") {
    streams_builder builder;
    builder.stream<text, text>("in")
        .group_by([](const text& v) { return v; }, grouped{"by-value"})
        .count(materialized{.name = "counts"})
        .suppress(until_time_limit{.limit = std::chrono::milliseconds(1)}, named{"calm"})
        .to_stream()
        .to("out");
    CHECK_NOTHROW(builder.build(strict()));
}
