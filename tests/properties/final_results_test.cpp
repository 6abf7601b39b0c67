#include "catch.hpp"
#include "properties/keyed_records.hpp"

#include <algorithm>
#include <map>

using properties::keyed_record;

namespace {

using counts = properties::window_counts;

/// What leaves the tumbling windows that `final_table` makes a table of; no window leaves twice.
template <class FinalTable>
counts left_once(const std::vector<keyed_record>& records, std::int64_t size, std::int64_t grace,
                 FinalTable final_table) {
    streams::streams_builder builder;
    final_table(builder.stream<std::string, std::int64_t>("in").group_by_key().windowed_by(
                    streams::tumbling{std::chrono::milliseconds(size), std::chrono::milliseconds(grace)}))
        .to_stream()
        .to("out");
    streams::topology_test_driver driver(builder.build());
    properties::pipe_all(driver, records);
    counts all;
    for (const auto& r : driver.output_topic<streams::windowed<std::string>, std::int64_t>("out").read_all())
        RC_ASSERT(all.emplace(std::pair{r.key.key, r.key.window.start}, r.value).second);
    return all;
}

/// By definition: what was counted of a window while it was open, once it is closed. Time is the largest timestamp so far.
counts closed_by_definition(const std::vector<keyed_record>& records, std::int64_t size, std::int64_t grace) {
    counts open;
    std::int64_t time = -1;
    for (const keyed_record& r : records) {
        time = std::max(time, r.timestamp);
        const std::int64_t start = r.timestamp / size * size;
        if (start + size > time - grace) ++open[{r.key, start}];
    }
    std::erase_if(open, [&](const auto& each) { return each.first.second + size > time - grace; });
    return open;
}

template <class FinalTable>
void check_final_results(FinalTable final_table) {
    CHECK(rc::check([&] {
        const auto size = *rc::gen::inRange<std::int64_t>(1, 40);
        const auto grace = *rc::gen::inRange<std::int64_t>(0, 40);
        const auto records = *properties::records_until(400);
        RC_ASSERT(left_once(records, size, grace, final_table) == closed_by_definition(records, size, grace));
    }));
}

} // namespace

TEST_CASE("a suppressed window leaves once, closed and complete") {
    check_final_results([](const auto& windowed) { return windowed.count().suppress(streams::until_window_closes{}); });
}

TEST_CASE("a window that is emitted on close leaves once") {
    check_final_results([](const auto& windowed) { return windowed.emit_on_close().count(); });
}
