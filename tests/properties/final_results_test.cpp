#include "catch.hpp"
#include "properties/keyed_records.hpp"

#include <streams/dsl/streams_builder.hpp>

#include <algorithm>
#include <map>

using namespace std::chrono_literals;
using properties::keyed_record;

namespace {

using window_of_key = std::pair<std::string, std::int64_t>;
using counts = std::map<window_of_key, std::int64_t>;

template <class Windows>
struct finals {
    counts values;
    bool twice = false;
    explicit finals(const std::vector<keyed_record>& records, const Windows& windows) {
        streams::streams_builder builder;
        builder.stream<std::string, std::int64_t>("in")
            .group_by_key()
            .windowed_by(windows)
            .count()
            .suppress(streams::until_window_closes{})
            .to_stream()
            .to("out");
        streams::topology_test_driver driver(builder.build());
        properties::pipe_all(driver, records);
        auto out = driver.output_topic<streams::windowed<std::string>, std::int64_t>("out");
        for (const auto& r : out.read_all())
            if (!values.emplace(window_of_key{r.key.key, r.key.window.start}, r.value).second) twice = true;
    }
};

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

} // namespace

TEST_CASE("a suppressed window leaves once, closed and complete") {
    CHECK(rc::check([] {
        const auto size = *rc::gen::inRange<std::int64_t>(1, 40);
        const auto grace = *rc::gen::inRange<std::int64_t>(0, 40);
        const auto records = *properties::records_until(400);
        const finals found(records, streams::tumbling{std::chrono::milliseconds(size), std::chrono::milliseconds(grace)});
        RC_ASSERT_FALSE(found.twice);
        RC_ASSERT(found.values == closed_by_definition(records, size, grace));
    }));
}

TEST_CASE("a window that is emitted on close leaves once") {
    CHECK(rc::check([] {
        const auto size = *rc::gen::inRange<std::int64_t>(1, 40);
        const auto grace = *rc::gen::inRange<std::int64_t>(0, 40);
        const auto records = *properties::records_until(400);
        streams::streams_builder builder;
        builder.stream<std::string, std::int64_t>("in")
            .group_by_key()
            .windowed_by(streams::tumbling{std::chrono::milliseconds(size), std::chrono::milliseconds(grace)})
            .emit_on_close()
            .count()
            .to_stream()
            .to("out");
        streams::topology_test_driver driver(builder.build());
        properties::pipe_all(driver, records);
        counts found;
        for (const auto& r :
             driver.output_topic<streams::windowed<std::string>, std::int64_t>("out").read_all())
            RC_ASSERT(found.emplace(window_of_key{r.key.key, r.key.window.start}, r.value).second);
        RC_ASSERT(found == closed_by_definition(records, size, grace));
    }));
}
