#include "catch.hpp"
#include "properties/keyed_records.hpp"

#include <streams/dsl/streams_builder.hpp>

#include <map>
#include <tuple>

using namespace std::chrono_literals;
using properties::keyed_record;

namespace {

/// By key and window start.
using counts = std::map<std::pair<std::string, std::int64_t>, std::int64_t>;

/// By definition: every aligned window that holds the record.
counts counted_by_definition(const std::vector<keyed_record>& records, std::int64_t size, std::int64_t advance) {
    counts all;
    for (const keyed_record& r : records)
        for (std::int64_t start = 0; start <= r.timestamp; start += advance)
            if (r.timestamp < start + size) ++all[{r.key, start}];
    return all;
}

counts counted_by_driver(const std::vector<keyed_record>& records, std::int64_t size, std::int64_t advance) {
    streams::streams_builder builder;
    (void)builder.stream<std::string, std::int64_t>("in")
        .group_by_key()
        .windowed_by(streams::hopping{std::chrono::milliseconds(size), std::chrono::milliseconds(advance), 1h})
        .count(streams::materialized{.name = "counts"});
    streams::topology_test_driver driver(builder.build());
    properties::pipe_all(driver, records);
    counts all;
    for (const auto& each : driver.window_store<std::string, std::int64_t>("counts").all())
        all[{each.key, each.start}] = each.value;
    return all;
}

} // namespace

TEST_CASE("a record counts in every window that holds it, and in no other") {
    CHECK(rc::check([] {
        const auto size = *rc::gen::inRange<std::int64_t>(1, 40);
        const auto advance = *rc::gen::inRange<std::int64_t>(1, size + 1);
        const auto records = *properties::records_until(200);
        RC_ASSERT(counted_by_driver(records, size, advance) == counted_by_definition(records, size, advance));
    }));
}
