#include "outcome.hpp"
#include "records.hpp"
#include "results.hpp"

#include <streams/core/partitioner.hpp>
#include <streams/runtime/kafka_streams.hpp>
#include <streams/testing/embedded_cluster.hpp>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <filesystem>
#include <functional>
#include <iterator>
#include <map>
#include <random>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace conformance {

namespace {

using namespace std::chrono_literals;

constexpr std::int32_t partitions = 4;
constexpr auto patience = 60s;
const std::string application = "app";

struct input {
    std::string topic;
    raw_test_record record; ///< with its partition
};

struct different : std::runtime_error {
    using std::runtime_error::runtime_error;
};

std::vector<input> inputs_of(const json& vector) {
    for (const json& op : vector.at("topology")) {
        // Punctuations come between rounds of records, and a round is as long as the moment wants it.
        if (op.at("op") == "process") throw unsupported("punctuation after each record");
        if (op.contains("store") && !op.at("store").value("logging", true))
            throw unsupported("a store without a changelog, which does not follow its task");
    }
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

/// Folders of the instances; gone with the object.
class state_folders {
public:
    state_folders() {
        std::string pattern = (std::filesystem::temp_directory_path() / "streams-conformance-XXXXXX").string();
        if (!::mkdtemp(pattern.data())) throw std::runtime_error("cannot make a folder " + pattern);
        path_ = pattern;
    }
    ~state_folders() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    state_folders(const state_folders&) = delete;
    state_folders& operator=(const state_folders&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

/// Two instances of the application of a vector on one cluster.
class two_instances {
public:
    two_instances(streams::topology of, streams::streams_config config)
        : topology_(std::move(of)), config_(std::move(config)) {
        config_.commit_interval = 50ms;
        config_.window_emit_interval = 0ms;
        config_.outer_join_emit_interval = 0ms;
        config_.poll = 5ms;
        for (const auto& part : topology_.sub_topologies())
            for (const auto& topic : part.source_topics)
                if (!topology_.is_repartition_topic(topic)) cluster_.create_topic(topic, partitions);
        for (const auto& part : topology_.global_parts())
            for (const auto& topic : part.source_topics) cluster_.create_topic(topic, partitions);
        for (const auto& topic : output_topics(topology_)) cluster_.create_topic(topic, partitions);
    }
    void produce(std::span<const input> records) {
        const auto view_of = [](const std::optional<streams::bytes>& of) {
            return of ? std::optional(of->view()) : std::nullopt;
        };
        for (const input& each : records)
            cluster_.produce_bytes(each.topic, view_of(each.record.key), view_of(each.record.value),
                                   {.timestamp = each.record.timestamp,
                                    .partition = each.record.partition,
                                    .headers = &each.record.headers});
    }
    [[nodiscard]] std::unique_ptr<streams::kafka_streams> start(const std::string& instance) {
        auto config = config_;
        config.state_dir = folders_.path() / instance;
        auto app = std::make_unique<streams::kafka_streams>(topology_, config, cluster_.clients());
        app->start();
        if (!app->wait_for(streams::application_state::running, patience))
            throw different("instance " + instance + " does not run: " + app->error());
        return app;
    }
    /// Waits until all input is processed and committed, what comes through repartition topics included.
    void drain(const streams::kafka_streams& one, const streams::kafka_streams& two) const {
        const auto deadline = std::chrono::steady_clock::now() + patience;
        for (int quiet = 0; quiet < 3;) {
            for (const auto* app : {&one, &two})
                if (!app->error().empty()) throw different("an instance ended: " + app->error());
            if (std::chrono::steady_clock::now() > deadline)
                throw different("the input is not processed within a minute");
            quiet = drained() ? quiet + 1 : 0;
            std::this_thread::sleep_for(60ms);
        }
    }
    [[nodiscard]] tables read() const {
        tables result;
        for (const std::string& topic : output_topics(topology_))
            for (const auto& r : cluster_.read_bytes(topic, streams::isolation_level::read_committed))
                add(result[topic], r.key, r.value);
        return result;
    }

private:
    [[nodiscard]] bool drained() const {
        const auto committed = cluster_.committed(application);
        for (const auto& part : topology_.sub_topologies()) {
            for (const auto& declared : part.source_topics) {
                const std::string topic =
                    topology_.is_repartition_topic(declared) ? application + "-" + declared : declared;
                const auto ends = cluster_.end_offsets(topic);
                for (std::size_t at = 0; at < ends.size(); ++at) {
                    const auto found = committed.find({topic, static_cast<std::int32_t>(at)});
                    if (ends[at] > 0 && (found == committed.end() || found->second.offset < ends[at])) return false;
                }
            }
        }
        return true;
    }

    streams::topology topology_;
    streams::streams_config config_;
    streams::embedded_cluster cluster_;
    state_folders folders_;
};

/// Input is there before the instances are, so that a task sees all its partitions and takes their records by time. One
/// instance leaves in the middle and comes back with its state, then both do.
tables clustered(const streams::topology& of, const streams::streams_config& config, const std::vector<input>& inputs) {
    two_instances cluster(of, config);
    const auto half = inputs.size() / 2;
    for (const auto& part : {std::span(inputs).first(half), std::span(inputs).subspan(half)}) {
        cluster.produce(part);
        auto one = cluster.start("one");
        auto two = cluster.start("two");
        cluster.drain(*one, *two);
        two->close(patience);
        two = cluster.start("two");
        cluster.drain(*one, *two);
        one->close(patience);
        two->close(patience);
    }
    return cluster.read();
}

outcome run_with(streams::processing_guarantee guarantee, const json& vector) {
    try {
        auto config = config_of(vector);
        config.guarantee = guarantee;
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
