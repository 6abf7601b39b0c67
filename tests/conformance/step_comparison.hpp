#pragma once

#include "records.hpp"

#include <streams/testing/byte_driver.hpp>

#include <cstddef>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace conformance {

/// What one step of a vector wrote, by topic.
using step_records = std::map<std::string, std::vector<raw_test_record>>;

struct difference : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Compares what two runs of a vector write: changelogs by what they come to, other topics record by record.
class step_comparison {
public:
    /// Throws difference.
    void step(const step_records& expected, const step_records& actual);

private:
    /// The last record of each key.
    using compacted = std::map<std::string, raw_test_record>;

    void compare_changelog(const std::string& topic, const std::vector<raw_test_record>& expected,
                           const std::vector<raw_test_record>& actual);

    std::map<std::string, std::pair<compacted, compacted>> changelogs_;
};

/// A step of a vector on the test driver.
void take_step(streams::byte_driver& driver, const json& step);

/// Takes what a driver has written since the last time.
class driver_records {
public:
    /// The driver outlives this.
    explicit driver_records(const streams::byte_driver& driver) : driver_(driver) {}
    [[nodiscard]] step_records take_new();

private:
    const streams::byte_driver& driver_;
    std::map<std::string, std::size_t> seen_;
};

} // namespace conformance
