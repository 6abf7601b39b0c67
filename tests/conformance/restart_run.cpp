#include "clustered_application.hpp"
#include "outcome.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

namespace conformance {

namespace {

using namespace std::chrono_literals;

/// The records of a vector: a cluster has no wall clock that could be set.
std::vector<json> records_of(const json& vector) {
    std::vector<json> records;
    for (const json& step : vector.at("input"))
        if (!step.contains("advance_wall_clock")) records.push_back(step);
    return records;
}

std::vector<step_records> driven(const streams::topology& of, const streams::streams_config& config,
                                 const std::vector<json>& records) {
    const auto driver = streams::make_byte_driver(of, {.config = config});
    driver_records written(*driver);
    std::vector<step_records> steps;
    for (const json& each : records) {
        take_step(*driver, each);
        steps.push_back(written.take_new());
    }
    return steps;
}

enum class restart {
    none,
    with_folder,    ///< half way the application is closed, and starts again
    without_folder, ///< the same, and all its stores come from changelogs
};

std::vector<step_records> clustered(const streams::topology& of, const streams::streams_config& config,
                                    const std::vector<json>& records, restart how, std::uint64_t& rows_restored) {
    clustered_application cluster(of, config, 1);
    auto app = cluster.start("one");
    std::vector<step_records> steps;
    for (const json& each : records) {
        if (how != restart::none && steps.size() == records.size() / 2) {
            app->close();
            if (how == restart::without_folder) cluster.remove_state("one");
            app = cluster.start("one");
        }
        cluster.produce(each.at("topic").get<std::string>(), record_from(each));
        cluster.drain({app.get()});
        steps.push_back(cluster.take_new());
    }
    app->close();
    rows_restored += cluster.rows_restored();
    return steps;
}

/// Whether a node has a stream time of its own: the newest record since it was made (Kafka Streams' `observedStreamTime`).
bool has_stream_time(const json& vector) {
    return std::ranges::any_of(vector.at("topology"), [](const json& op) {
        return op.at("op") == "suppress" || op.contains("window") || op.contains("before") || op.contains("grace");
    });
}

/// Empty: there is none.
std::string first_difference(const std::vector<step_records>& expected, const std::vector<step_records>& actual) {
    step_comparison all;
    for (std::size_t at = 0; at < expected.size(); ++at) {
        try {
            all.step(expected[at], actual[at]);
        } catch (const difference& d) {
            return "record " + std::to_string(at) + " of " + std::to_string(expected.size()) + ": " + d.what();
        }
    }
    return {};
}

} // namespace

outcome run_restarted(const json& vector) {
    try {
        require_same_on_cluster(vector);
        auto config = config_of(vector);
        config.statestore_cache_max_bytes = 0; // what a cache holds back depends on when commits come
        config.commit_interval = 1ms;
        config.poll = 1ms;
        const streams::topology topology = build(vector, config);
        const auto records = records_of(vector);
        outcome result;
        const auto run = [&](restart how) { return clustered(topology, config, records, how, result.rows_read_back); };
        const auto found = run(restart::without_folder);
        result.reason = first_difference(driven(topology, config, records), found);
        if (result.reason.empty()) return result;
        if (first_difference(run(restart::none), found).empty()) {
            result.reason = "with a run without a restart: each part of their topology is a task, with a stream time";
            return result;
        }
        if (has_stream_time(vector) && first_difference(run(restart::with_folder), found).empty()) {
            result.reason = "with a restart that keeps the folder: their nodes forget their stream times by any";
            return result;
        }
        const auto once = run(restart::none);
        for (int again = 0; again < 5; ++again)
            if (!first_difference(once, run(restart::none)).empty())
                return {outcome::verdict::skipped, "records that are under way at the same time, in whatever order"};
        result.result = outcome::verdict::failed;
        return result;
    } catch (const unsupported& u) {
        return {outcome::verdict::skipped, u.what()};
    } catch (const std::exception& e) {
        return {outcome::verdict::failed, e.what()};
    }
}

} // namespace conformance
