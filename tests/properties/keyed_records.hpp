#pragma once

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/topology_test_driver.hpp>

#include <rapidcheck.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace properties {

/// A record of a few keys and little times, so that random ones meet.
struct keyed_record {
    std::string key;
    std::int64_t value;
    std::int64_t timestamp;

    friend std::ostream& operator<<(std::ostream& out, const keyed_record& r) {
        return out << '(' << r.key << ' ' << r.value << " @" << r.timestamp << ')';
    }
};

/// Records in no order of time, from 0 ms to `last` ms.
[[nodiscard]] inline rc::Gen<std::vector<keyed_record>> records_until(std::int64_t last) {
    return rc::gen::container<std::vector<keyed_record>>(rc::gen::construct<keyed_record>(
        rc::gen::element<std::string>("a", "b", "c"), rc::gen::inRange<std::int64_t>(0, 100),
        rc::gen::inRange<std::int64_t>(0, last + 1)));
}

inline void pipe_all(streams::topology_test_driver& driver, const std::vector<keyed_record>& records) {
    auto in = driver.input_topic<std::string, std::int64_t>("in");
    for (const keyed_record& r : records) in.pipe(r.key, r.value, std::chrono::milliseconds(r.timestamp));
}

/// By key and window start.
using window_counts = std::map<std::pair<std::string, std::int64_t>, std::int64_t>;

/// What a count in these windows leaves in its store.
template <class Windows>
[[nodiscard]] window_counts counted(const std::vector<keyed_record>& records, const Windows& windows) {
    streams::streams_builder builder;
    builder.stream<std::string, std::int64_t>("in").group_by_key().windowed_by(windows).count(
        streams::materialized{.name = "counts"});
    streams::topology_test_driver driver(builder.build());
    pipe_all(driver, records);
    window_counts all;
    for (const auto& each : driver.window_store<std::string, std::int64_t>("counts").all())
        all[{each.key, each.start}] = each.value;
    return all;
}

} // namespace properties
