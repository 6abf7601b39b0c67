#include <streams/testing/simulation.hpp>

#include "src/testing/simulation/simulated_run.hpp"

#include <streams/core/error.hpp>

#include <filesystem>
#include <random>
#include <utility>

namespace streams::inline v0::testing {
namespace {

using simulated::run_options;
using simulated::topic_history;

std::optional<bytes> owned(const std::optional<std::string>& text) {
    return text ? std::optional<bytes>(bytes_view(std::string_view(*text))) : std::nullopt;
}

class topics_of_history final : public simulated_topics {
public:
    explicit topics_of_history(const topic_history& history) : history_(history) {}

    std::vector<raw_stored_record> read_bytes(std::string_view topic) const override {
        const auto partitions = history_.partitions(topic);
        if (partitions.empty()) throw streams_error(concat("simulation: topic ", topic, " does not exist"));
        std::vector<raw_stored_record> records;
        for (const topic_partition& each : partitions)
            for (const auto& entry : history_.of(each))
                records.push_back({owned(entry.key), owned(entry.value), entry.timestamp,
                                   entry.headers.value_or(headers{}), each.partition, entry.offset});
        return records;
    }

private:
    const topic_history& history_;
};

/// A folder of its own, for locks; removed at the end.
class lock_folder {
public:
    lock_folder()
        : path_(std::filesystem::temp_directory_path() / concat("streams-simulation-", std::random_device{}())) {}
    ~lock_folder() {
        std::error_code ignored; // somebody else cleans the folder up
        std::filesystem::remove_all(path_, ignored);
    }
    lock_folder(const lock_folder&) = delete;
    lock_folder& operator=(const lock_folder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

/// Without the faults that it fails without.
std::vector<std::string> needed_faults(run_options failing) {
    for (std::size_t at = failing.faults.size(); at-- > 0;) {
        auto without = failing;
        without.faults.erase(without.faults.begin() + static_cast<std::ptrdiff_t>(at));
        if (!run_simulated(without).failure.empty()) failing = std::move(without);
    }
    std::vector<std::string> texts;
    for (const auto& each : failing.faults) texts.push_back(to_string(each));
    return texts;
}

} // namespace

std::string simulation_report::text() const {
    std::string all = concat(passed, " passed, ", failures.size(), " failed");
    for (const auto& each : failures) {
        all += concat("\nseed ", each.seed, ": ", each.reason);
        for (const auto& one : each.faults) all += "\n  " + one;
    }
    return all;
}

struct simulation::plan {
    simulation_options options;
    run_options run{};
};

simulation::simulation(std::function<topology()> make, simulation_options options)
    : simulation([make = std::move(make)](execution&) { return make(); }, std::move(options)) {}

simulation::simulation(std::function<topology(execution&)> make, simulation_options options)
    : plan_(std::make_unique<plan>(plan{.options = std::move(options)})) {
    run_options& run = plan_->run;
    run.make_topology = std::move(make);
    run.config = plan_->options.config;
    if (run.config.application_id.empty()) run.config.application_id = "simulated";
    run.instances = plan_->options.instances;
    run.longest_gap_ms = plan_->options.longest_gap.count();
}

simulation::~simulation() = default;

simulation& simulation::create_topic(std::string name, std::int32_t partitions) {
    plan_->run.topics.insert_or_assign(std::move(name), simulated::topic_plan{partitions});
    return *this;
}

simulation& simulation::produce_bytes(std::string_view topic, std::optional<bytes_view> key,
                                      std::optional<bytes_view> value, std::int64_t timestamp) {
    const auto text = [](const std::optional<bytes_view>& view) {
        return view ? std::optional(std::string(view->text())) : std::nullopt;
    };
    plan_->run.topics.try_emplace(std::string(topic), simulated::topic_plan{plan_->options.partitions});
    plan_->run.inputs.push_back({std::string(topic), text(key), text(value), timestamp});
    return *this;
}

simulation_report simulation::run(const std::function<std::string(const simulated_topics&)>& check) {
    const simulation_options& options = plan_->options;
    const bool exactly_once = options.config.exactly_once();
    const lock_folder folder;
    simulation_report report;
    auto run = plan_->run;
    run.config.state_dir = folder.path();
    run.check = [&](const topic_history& history) { return check(topics_of_history(history)); };
    for (std::uint64_t seed = options.first_seed; seed < options.first_seed + options.seeds; ++seed) {
        std::mt19937_64 generator(seed);
        run.seed = generator();
        run.times = simulated::covered_times(exactly_once);
        run.faults = simulated::draw_faults(options.least_faults, simulated::covered_kinds(exactly_once), exactly_once,
                                            run.times, [&](std::uint64_t limit) { return generator() % limit; });
        const auto result = run_simulated(run);
        for (const auto& [kind, times] : result.happened) report.faults[std::string(to_string(kind))] += times;
        if (result.failure.empty())
            ++report.passed;
        else
            report.failures.push_back({seed, result.failure, needed_faults(run)});
    }
    return report;
}

} // namespace streams::inline v0::testing
