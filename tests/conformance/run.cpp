#include "outcome.hpp"
#include "runtime/temporary_folder.hpp"
#include "step_comparison.hpp"

#include "src/core/memory_limits.hpp"

#include <streams/testing/byte_driver.hpp>

#include <cstdint>
#include <sstream>
#include <string_view>

namespace conformance {

namespace {

std::string first_different_line(const std::string& expected, const std::string& actual) {
    std::istringstream left(expected), right(actual);
    std::string a, b;
    for (int line = 1;; ++line) {
        const bool more_left = static_cast<bool>(std::getline(left, a));
        const bool more_right = static_cast<bool>(std::getline(right, b));
        if (!more_left) a = "(end)";
        if (!more_right) b = "(end)";
        if (a != b || (!more_left && !more_right))
            return "describe() line " + std::to_string(line) + ": expected \"" + a + "\", got \"" + b + "\"";
    }
}

step_records expected_records(const json& step) {
    step_records expected;
    for (const json& r : step) expected[r.at("topic").get<std::string>()].push_back(record_from(r));
    return expected;
}

/// Rows that stores have found on the disk so far: by their keys, and in ranges.
std::uint64_t rows_read(const streams::byte_driver& driver) {
    std::uint64_t rows = 0;
    for (const auto& [store, counts] : driver.rocksdb_counts())
        for (const auto* name : {"rocksdb.number.keys.read", "rocksdb.number.db.seek.found",
                                 "rocksdb.number.db.next.found", "rocksdb.number.db.prev.found"})
            if (const auto found = counts.find(name); found != counts.end()) rows += found->second;
    return rows;
}

/// Returns how many rows were read back from the disk. Throws difference.
std::uint64_t run_steps(const json& vector, const streams::topology& topology,
                        const streams::test_driver_options& options) {
    const auto driver = streams::make_byte_driver(topology, options);
    const std::uint64_t opened = rows_read(*driver);
    step_comparison all;
    driver_records written(*driver);
    const json& steps = vector.at("expect").at("steps");
    std::size_t at = 0;
    for (const json& step : vector.at("input")) {
        try {
            take_step(*driver, step);
            all.step(expected_records(steps.at(at)), written.take_new());
        } catch (const difference& d) {
            throw difference("step " + std::to_string(at) + ": " + d.what());
        } catch (const std::exception& e) {
            throw difference("step " + std::to_string(at) + " threw: " + e.what());
        }
        ++at;
    }
    const std::uint64_t rows = rows_read(*driver) - opened;
    driver->close();
    return rows;
}

outcome run_with(const json& vector, streams::test_driver_options options) {
    try {
        const streams::topology topology = build(vector, options.config);
        const auto expected = vector.at("expect").at("describe").get<std::string>();
        const std::string described = topology.describe();
        if (expected != described) throw difference(first_different_line(expected, described));
        return {.rows_read_back = run_steps(vector, topology, options)};
    } catch (const unsupported& u) {
        return {outcome::verdict::failed, std::string("the runner has no ") + u.what()};
    } catch (const difference& d) {
        return {outcome::verdict::failed, d.what()};
    } catch (const std::exception& e) {
        return {outcome::verdict::failed, std::string("building it threw: ") + e.what()};
    }
}

outcome run_with_disk(const json& vector, streams::streams_config config) {
    const streams::testing_support::temporary_folder folder;
    config.rocksdb_config = [](std::string_view) { return streams::rocksdb_settings{.statistics = true}; };
    return run_with(vector, {.config = std::move(config), .state_directory = folder.path()});
}

} // namespace

outcome run(const json& vector) { return run_with(vector, {.config = config_of(vector)}); }

outcome run_on_disk(const json& vector) { return run_with_disk(vector, config_of(vector)); }

outcome run_spilled(const json& vector) {
    streams::streams_config config = config_of(vector);
    config.state_memory_bytes = static_cast<std::int64_t>(streams::least_memory(config.num_stream_threads));
    return run_with_disk(vector, std::move(config));
}

} // namespace conformance
