#include "catch.hpp"
#include "properties/keyed_records.hpp"

#include <streams/dsl/streams_builder.hpp>

#include <algorithm>
#include <map>
#include <tuple>

using namespace std::chrono_literals;
using properties::keyed_record;

namespace {

/// By key, start and end.
using sessions = std::map<std::tuple<std::string, std::int64_t, std::int64_t>, std::int64_t>;

/// By definition: records of a key, sorted by time, belong together while no gap between two is longer than `gap`.
sessions counted_by_definition(std::vector<keyed_record> records, std::int64_t gap) {
    std::ranges::stable_sort(records, {}, &keyed_record::timestamp);
    std::map<std::string, std::vector<std::int64_t>> times;
    for (const keyed_record& r : records) times[r.key].push_back(r.timestamp);
    sessions all;
    for (const auto& [key, sorted] : times) {
        std::int64_t start = sorted.front();
        std::int64_t count = 0;
        for (std::size_t at = 0; at < sorted.size(); ++at) {
            ++count;
            const bool last = at + 1 == sorted.size() || sorted[at + 1] - sorted[at] > gap;
            if (!last) continue;
            all[{key, start, sorted[at]}] = count;
            if (at + 1 < sorted.size()) start = sorted[at + 1];
            count = 0;
        }
    }
    return all;
}

sessions counted_by_driver(const std::vector<keyed_record>& records, std::int64_t gap) {
    streams::streams_builder builder;
    builder.stream<std::string, std::int64_t>("in")
        .group_by_key()
        .windowed_by(streams::session{std::chrono::milliseconds(gap), 1h})
        .count()
        .to_stream()
        .to("out");
    streams::topology_test_driver driver(builder.build());
    properties::pipe_all(driver, records);
    sessions all;
    auto out = driver.output_topic<streams::session_windowed<std::string>, std::optional<std::int64_t>>("out");
    for (const auto& r : out.read_all()) {
        const std::tuple at{r.key.key, r.key.window.start, r.key.window.end};
        if (r.value)
            all[at] = *r.value;
        else
            all.erase(at);
    }
    return all;
}

} // namespace

TEST_CASE("sessions are the same whatever order their records come in") {
    CHECK(rc::check([] {
        const auto gap = *rc::gen::inRange<std::int64_t>(0, 20);
        const auto records = *properties::records_until(300);
        RC_ASSERT(counted_by_driver(records, gap) == counted_by_definition(records, gap));
    }));
}
