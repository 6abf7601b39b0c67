#include "catch.hpp"
#include "properties/keyed_records.hpp"

#include <algorithm>
#include <map>
#include <set>

using namespace std::chrono_literals;
using properties::keyed_record;

namespace {

using counts = properties::window_counts;

/// By definition: each record ends one window and begins another right behind itself; of these, those that hold a record.
/// Windows do not begin before 0, so that all records up to `difference` end in the one that begins there.
counts counted_by_definition(const std::vector<keyed_record>& records, std::int64_t difference) {
    std::set<std::pair<std::string, std::int64_t>> starts;
    for (const keyed_record& r : records) {
        starts.insert({r.key, std::max<std::int64_t>(0, r.timestamp - difference)});
        starts.insert({r.key, r.timestamp + 1});
    }
    counts all;
    for (const auto& [key, start] : starts) {
        const auto held = std::ranges::count_if(records, [&](const keyed_record& r) {
            return r.key == key && r.timestamp >= start && r.timestamp <= start + difference;
        });
        if (held > 0) all[{key, start}] = held;
    }
    return all;
}

} // namespace

TEST_CASE("sliding windows are those that their definition gives, whatever order records come in") {
    CHECK(rc::check([] {
        const auto difference = *rc::gen::inRange<std::int64_t>(0, 30);
        const auto records = *properties::records_until(200);
        const streams::sliding windows{std::chrono::milliseconds(difference), 1h};
        RC_ASSERT(properties::counted(records, windows) == counted_by_definition(records, difference));
    }));
}
