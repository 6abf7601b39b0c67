#include "clustered_application.hpp"
#include "outcome.hpp"

#include <streams/core/partitioner.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <iterator>
#include <map>
#include <random>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace conformance {

namespace {

using namespace std::chrono_literals;

constexpr std::int32_t partitions = 4;

struct input {
    std::string topic;
    raw_test_record record; ///< with its partition
};

std::vector<input> inputs_of(const json& vector) {
    require_same_on_cluster(vector);
    std::vector<input> all;
    std::int32_t without_key = 0;
    for (const json& step : vector.at("input")) {
        if (step.contains("advance_wall_clock")) continue;
        input next{step.at("topic").get<std::string>(), record_from(step)};
        next.record.partition =
            next.record.key ? streams::partition_of(next.record.key->view(), partitions) : without_key++ % partitions;
        all.push_back(std::move(next));
    }
    return all;
}

tables driven(const streams::topology& of, const streams::streams_config& config, const std::vector<input>& inputs) {
    const auto driver = streams::make_byte_driver(of, {.config = config, .partitions = partitions});
    for (const input& each : inputs) driver->pipe(each.topic, each.record);
    tables result;
    for (const std::string& topic : output_topics(of))
        for (const auto& r : driver->written(topic)) add(result[topic], r.key, r.value);
    return result;
}

/// As a task takes it that sees all of it: by time, where within a partition of a topic the order is kept. `earlier`: less,
/// or less_equal for the other order of equal times.
template <class Earlier>
std::vector<input> by_time(std::span<const input> inputs, Earlier earlier) {
    std::map<std::pair<std::string, std::int32_t>, std::deque<const input*>> queues;
    for (const input& each : inputs) queues[{each.topic, *each.record.partition}].push_back(&each);
    std::vector<input> ordered;
    while (ordered.size() < inputs.size()) {
        std::deque<const input*>* next = nullptr;
        for (auto& [place, queue] : queues)
            if (!queue.empty() && (!next || earlier(queue.front()->record.timestamp, next->front()->record.timestamp)))
                next = &queue;
        ordered.push_back(*next->front());
        next->pop_front();
    }
    return ordered;
}

/// Each task's input by time, and the tasks in a random order, some of them far ahead of others.
std::vector<input> by_task(std::span<const input> inputs, std::span<const streams::sub_topology> parts,
                           std::mt19937& random) {
    std::map<std::pair<std::ptrdiff_t, std::int32_t>, std::vector<input>> tasks;
    for (const input& each : inputs) {
        const auto part = std::ranges::find_if(
            parts, [&](const auto& one) { return std::ranges::count(one.source_topics, each.topic) > 0; });
        tasks[{part - parts.begin(), *each.record.partition}].push_back(each);
    }
    std::vector<std::deque<input>> waiting;
    for (const auto& [id, of_task] : tasks) {
        const auto ordered = by_time(of_task, std::less());
        waiting.emplace_back(ordered.begin(), ordered.end());
    }
    std::vector<input> merged;
    while (!waiting.empty()) {
        const auto task = std::uniform_int_distribution<std::size_t>(0, waiting.size() - 1)(random);
        for (auto burst = std::geometric_distribution<int>(0.3)(random); burst >= 0 && !waiting[task].empty();
             --burst) {
            merged.push_back(waiting[task].front());
            waiting[task].pop_front();
        }
        if (waiting[task].empty()) waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(task));
    }
    return merged;
}

/// Orders in which a cluster may bring the input: as it is; each half by time, equal times either way; partition by
/// partition; since what goes through a repartition topic falls behind, topics that lead to one last; and at random.
std::vector<std::vector<input>> orders_of(const std::vector<input>& inputs, const streams::topology& of) {
    const auto parts = of.sub_topologies();
    std::set<std::string> behind;
    for (const auto& part : parts)
        if (std::ranges::any_of(part.sink_topics, [&](const auto& topic) { return of.is_repartition_topic(topic); }))
            behind.insert(part.source_topics.begin(), part.source_topics.end());
    // Global tables are filled before anything else is read.
    std::set<std::string> global;
    for (const auto& part : of.global_parts()) global.insert(part.source_topics.begin(), part.source_topics.end());

    const auto half = inputs.size() / 2;
    std::vector<std::vector<input>> orders{inputs};
    const auto each_half = [&](auto reordered) {
        orders.push_back(reordered(std::span(inputs).first(half)));
        std::ranges::copy(reordered(std::span(inputs).subspan(half)), std::back_inserter(orders.back()));
    };
    const auto sorted = [&](auto order, auto by) {
        each_half([&](std::span<const input> part) {
            std::vector<input> result(part.begin(), part.end());
            std::ranges::stable_sort(result, order, by);
            return result;
        });
    };
    const auto partition = [](const input& each) { return *each.record.partition; };
    each_half([](auto part) { return by_time(part, std::less()); });
    each_half([](auto part) { return by_time(part, std::less_equal()); });
    sorted(std::less(), partition);
    sorted(std::greater(), partition);
    sorted(std::less(), [&](const input& each) { return behind.contains(each.topic); });
    sorted(std::greater(), [&](const input& each) { return global.contains(each.topic); });
    for (std::uint32_t seed = 0; seed < 40; ++seed)
        each_half([&, random = std::mt19937(seed)](auto part) mutable { return by_task(part, parts, random); });
    return orders;
}

/// Input is there before the instances are, so that a task sees all its partitions and takes their records by time. One
/// instance leaves in the middle and comes back with its state, then both do.
tables clustered(const streams::topology& of, const streams::streams_config& config, const std::vector<input>& inputs) {
    clustered_application cluster(of, config, partitions);
    const auto half = inputs.size() / 2;
    for (const auto& part : {std::span(inputs).first(half), std::span(inputs).subspan(half)}) {
        for (const input& each : part) cluster.produce(each.topic, each.record);
        auto one = cluster.start("one");
        auto two = cluster.start("two");
        cluster.drain({one.get(), two.get()});
        two->close();
        two = cluster.start("two");
        cluster.drain({one.get(), two.get()});
        one->close();
        two->close();
    }
    return cluster.read();
}

outcome run_with(streams::processing_guarantee guarantee, const json& vector) {
    try {
        auto config = config_of(vector);
        config.guarantee = guarantee;
        config.commit_interval = 50ms;
        config.poll = 5ms;
        config.statestore_cache_max_bytes = 0; // what a cache holds back depends on when commits come
        const streams::topology topology = build(vector, config);
        const auto inputs = inputs_of(vector);
        const auto orders = orders_of(inputs, topology);
        const tables expected = driven(topology, config, orders.front());
        for (const auto& order : orders)
            if (driven(topology, config, order) != expected)
                return {outcome::verdict::skipped, "results that depend on the order across partitions"};
        const std::string found = first_difference(expected, clustered(topology, config, inputs));
        return {found.empty() ? outcome::verdict::passed : outcome::verdict::failed, found};
    } catch (const unsupported& u) {
        return {outcome::verdict::skipped, u.what()};
    } catch (const streams::topology_error&) {
        return {outcome::verdict::skipped, "a repartition to one partition beside topics of four"};
    } catch (const std::exception& e) {
        return {outcome::verdict::failed, e.what()};
    }
}

} // namespace

outcome run_on_cluster(const json& vector) { return run_with(streams::processing_guarantee::at_least_once, vector); }

outcome run_on_cluster_exactly_once(const json& vector) {
    return run_with(streams::processing_guarantee::exactly_once_v2, vector);
}

} // namespace conformance
