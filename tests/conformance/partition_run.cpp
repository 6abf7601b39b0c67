#include "comparable.hpp"
#include "outcome.hpp"
#include "results.hpp"

#include <streams/testing/byte_driver.hpp>

#include <algorithm>
#include <optional>
#include <vector>

namespace conformance {

namespace {

constexpr std::int32_t several_partitions = 4;

/// Empty: the library refuses the topology.
std::optional<streams::topology> built(const json& spec, const streams::streams_config& config) {
    try {
        return build(spec, config);
    } catch (const streams::topology_error&) {
        return std::nullopt;
    }
}

/// The steps of a specification, or the same with their records in order of time.
std::vector<json> steps_of(const json& spec, bool by_time) {
    std::vector<json> steps = spec.at("input");
    if (!by_time) return steps;
    std::vector<json> records;
    const auto is_record = [](const json& step) { return !step.contains("advance_wall_clock"); };
    std::ranges::copy_if(steps, std::back_inserter(records), is_record);
    std::ranges::stable_sort(records, std::less(), [](const json& each) { return each.at("ts").get<std::int64_t>(); });
    auto next = records.begin();
    for (json& step : steps)
        if (is_record(step)) step = *next++;
    return steps;
}

/// All records of each key, sorted.
std::map<std::string, std::string> records_by_key(const std::vector<raw_test_record>& written) {
    std::map<std::string, std::vector<std::string>> all;
    for (const auto& r : written) all[to_hex(r.key)].push_back("\n  " + described(r));
    std::map<std::string, std::string> texts;
    for (auto& [key, records] : all) {
        std::ranges::sort(records);
        for (const auto& each : records) texts[key] += each;
    }
    return texts;
}

tables driven(const streams::topology& of, const streams::streams_config& config, const std::vector<json>& steps,
              const promise& promised, std::int32_t partitions) {
    const auto driver = streams::make_byte_driver(of, {.config = config, .partitions = partitions});
    for (const json& step : steps) {
        if (step.contains("advance_wall_clock"))
            driver->advance_wall_clock(std::chrono::milliseconds(step.at("advance_wall_clock").get<std::int64_t>()));
        else
            driver->pipe(step.at("topic").get<std::string>(), record_from(step));
    }
    tables result;
    for (const std::string& topic : output_topics(of)) {
        if (!promised.last_values_only.contains(topic))
            result[topic] = records_by_key(driver->written(topic));
        else
            for (const auto& r : driver->written(topic)) add(result[topic], r.key, r.value);
    }
    return result;
}

} // namespace

outcome run_partitioned(const json& spec) {
    try {
        auto config = config_of(spec);
        config.statestore_cache_max_bytes = 0; // what a cache holds back depends on the tasks that share it
        const std::optional<streams::topology> topology = built(spec, config);
        if (!topology) return {outcome::verdict::skipped, "topologies that are refused, as Kafka Streams refuses them"};
        const promise promised = promise_of(spec, *topology);
        if (!promised.nothing.empty()) return {outcome::verdict::skipped, promised.nothing};
        const auto steps = steps_of(spec, promised.timed);
        const tables expected = driven(*topology, config, steps, promised, 1);
        const std::string found =
            first_difference(expected, driven(*topology, config, steps, promised, several_partitions));
        return {found.empty() ? outcome::verdict::passed : outcome::verdict::failed, found};
    } catch (const unsupported& u) {
        return {outcome::verdict::failed, std::string("the runner has no ") + u.what()};
    } catch (const std::exception& e) {
        return {outcome::verdict::failed, e.what()};
    }
}

} // namespace conformance
