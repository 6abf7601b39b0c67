#include "catch.hpp"

#include <streams/core/metrics.hpp>

#include <set>

using streams::drop_reason;

TEST_CASE("drops are counted by reason") {
    streams::drop_counters drops;
    drops.add(drop_reason::late, 2);
    drops.add(drop_reason::null_key);
    CHECK(drops[drop_reason::late] == 2);
    CHECK(drops[drop_reason::null_key] == 1);
    CHECK(drops[drop_reason::processing] == 0);
    CHECK(drops.total() == 3);
}

TEST_CASE("every drop reason has a name of its own") {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < streams::drop_reasons; ++i) names.insert(to_string(static_cast<drop_reason>(i)));
    CHECK(names.size() == streams::drop_reasons);
    CHECK(names.count("unknown") == 0);
}
