#include "catch.hpp"
#include "properties/keyed_records.hpp"

#include <map>
#include <tuple>

using namespace std::chrono_literals;
using properties::keyed_record;

namespace {

using counts = properties::window_counts;

/// By definition: every aligned window that holds the record.
counts counted_by_definition(const std::vector<keyed_record>& records, std::int64_t size, std::int64_t advance) {
    counts all;
    for (const keyed_record& r : records)
        for (std::int64_t start = 0; start <= r.timestamp; start += advance)
            if (r.timestamp < start + size) ++all[{r.key, start}];
    return all;
}

} // namespace

TEST_CASE("a record counts in every window that holds it, and in no other") {
    CHECK(rc::check([] {
        const auto size = *rc::gen::inRange<std::int64_t>(1, 40);
        const auto advance = *rc::gen::inRange<std::int64_t>(1, size + 1);
        const auto records = *properties::records_until(200);
        const streams::hopping windows{std::chrono::milliseconds(size), std::chrono::milliseconds(advance), 1h};
        RC_ASSERT(properties::counted(records, windows) == counted_by_definition(records, size, advance));
    }));
}
