#pragma once

#include <streams/serde/standard.hpp>
#include <streams/testing/topology_test_driver.hpp>

#include <rapidcheck.h>

#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>
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
    return rc::gen::container<std::vector<keyed_record>>(
        rc::gen::construct<keyed_record>(rc::gen::element<std::string>("a", "b", "c"),
                                         rc::gen::inRange<std::int64_t>(0, 100),
                                         rc::gen::inRange<std::int64_t>(0, last + 1)));
}

inline void pipe_all(streams::topology_test_driver& driver, const std::vector<keyed_record>& records) {
    auto in = driver.input_topic<std::string, std::int64_t>("in");
    for (const keyed_record& r : records) in.pipe(r.key, r.value, std::chrono::milliseconds(r.timestamp));
}

} // namespace properties
