#include "src/testing/simulation/simulated_run.hpp"

#include "src/runtime/topics/topic_names.hpp"
#include "src/testing/simulation/simulated_clients.hpp"
#include "src/testing/simulation/simulated_instance.hpp"
#include "src/testing/simulation/store_check.hpp"

#include <streams/core/error.hpp>
#include <streams/core/log.hpp>
#include <streams/core/saturation.hpp>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

namespace streams::inline v0::simulated {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds look{20};               ///< between two looks at whether something is done
constexpr milliseconds longest_unrest{60'000}; ///< within which all faults happen, or are given up
constexpr milliseconds longest_calm{120'000};  ///< within which all is processed once nothing goes wrong

class run {
public:
    explicit run(const run_options& options)
        : options_(options),
          scheduler_(options.seed,
                     {.stay_percent = options.stay_percent, .trace = options.trace, .lock_count = options.lock_count}),
          topology_(options.make_topology(scheduler_)), plan_(options.faults, options.keeps_points),
          cluster_(std::make_shared<embedded::cluster>(
              embedded::cluster_options{
                  .folder = {},
                  .groups = {milliseconds(options.times.session_ms), milliseconds(options.times.max_poll_ms)},
                  .transaction_timeout = milliseconds(options.times.session_ms)},
              scheduler_)),
          topics_(*cluster_, application_topics(topology_, options.config.application_id), history_, scheduler_),
          around_{.scheduler = scheduler_,
                  .cluster = cluster_,
                  .plan = plan_,
                  .topics = topics_,
                  .on_death = [this] { stir(); },
                  .between_looks = milliseconds(options.between_looks_ms),
                  .most_polled = options.most_polled,
                  .least_ingest = options.least_ingest} {
        if (!options.make_onlooker) return;
        onlooker_ = options.make_onlooker();
        around_.on_look = [this](const kafka_streams& application, const std::string& life) {
            onlooker_->look(application, life, [this](const topic_partition& of) {
                return cluster_->find(of.topic)->logs[static_cast<std::size_t>(of.partition)]->end();
            });
        };
    }

    run_result result() {
        run_result made;
        if (options_.trace)
            set_log_handler([this](const log_entry& entry) { scheduler_.note(entry.text); });
        else
            set_log_handler({});
        try {
            scheduler_.run([&] { made.failure = main(); });
        } catch (const std::exception& cause) {
            made.failure = cause.what();
        }
        set_log_handler({});
        made.happened = plan_.happened();
        for (const auto& each : instances_) {
            made.disks.ingested += each->disk().used().ingested;
            made.disks.reloaded += each->disk().used().reloaded;
        }
        made.points = plan_.points();
        made.trace = scheduler_.trace();
        made.hash = scheduler_.trace_hash();
        made.steps = scheduler_.steps();
        made.virtual_ms = scheduler_.steady_ms();
        return made;
    }

    [[nodiscard]] bool ended() const {
        return std::ranges::all_of(instances_, [](const auto& each) { return each->ended(); });
    }

private:
    void stir() {
        for (const auto& each : instances_) each->stir();
    }

    std::string main() {
        for (const auto& [name, planned] : options_.topics) {
            auto settings = planned.settings;
            settings.emplace("segment.bytes", "262144");
            static_cast<void>(cluster_->create_topic(name, planned.partitions, std::move(settings)));
        }
        for (int number = 1; number <= options_.instances; ++number) {
            instances_.push_back(std::make_unique<simulated_instance>(
                around_, concat("i", number),
                [this, number](std::shared_ptr<simulated_process> process, bool disk_is_new) {
                    return make(number, process, disk_is_new);
                }));
            instances_.back()->start();
        }
        produce();
        const auto unrest_ends = scheduler_.after(longest_unrest);
        wait_until(unrest_ends, [&] { return (plan_.exhausted() && around_.late.empty()) || !failures().empty(); });
        calm_down();
        auto failure = failures();
        if (failure.empty() &&
            !wait_until(scheduler_.after(longest_calm), [&] { return settled() || !failures().empty(); }))
            failure = "not all is processed when nothing goes wrong any more: " + standing();
        if (failure.empty()) failure = failures();
        const auto closed = close();
        if (failure.empty()) failure = closed;
        if (failure.empty()) failure = failures();
        if (!closed.empty()) return failure;
        history_.catch_up(*cluster_);
        if (failure.empty()) failure = unstable();
        if (failure.empty()) failure = check();
        if (failure.empty() && onlooker_) failure = onlooker_->found_wrong(history_);
        for (const auto& each : instances_)
            if (failure.empty()) failure = wrong_stores(*each);
        return failure;
    }

    [[nodiscard]] std::string check() const {
        if (!topics_.end_application()) return options_.check(history_);
        return options_.check_cut_short ? options_.check_cut_short(history_) : "";
    }

    std::unique_ptr<kafka_streams> make(int number, const std::shared_ptr<simulated_process>& process,
                                        bool disk_is_new) {
        history_.catch_up(*cluster_);
        if (found_wrong_.empty()) found_wrong_ = wrong_stores(*instances_[static_cast<std::size_t>(number) - 1]);
        auto config = options_.config;
        config.client_id = concat("i", number);
        config.max_poll_interval = milliseconds(options_.times.max_poll_ms);
        if (config.exactly_once())
            config.producer["transaction.timeout.ms"] = std::to_string(options_.times.session_ms);
        config.state_dir /= config.client_id;
        if (disk_is_new) std::filesystem::remove_all(config.state_dir);
        return std::make_unique<kafka_streams>(topology_, std::move(config), make_simulated_clients(process),
                                               &scheduler_, &process->disk());
    }

    void produce() {
        for (const input_record& each : options_.inputs) {
            if (topics_.end_application()) return;
            const auto view = [](const std::optional<std::string>& text) {
                return text ? std::optional(bytes_view(std::string_view(*text))) : std::nullopt;
            };
            const auto topic = cluster_->find(each.topic);
            topic->logs[static_cast<std::size_t>(topic->partition_for(view(each.key)))]->append(
                {.timestamp = each.timestamp, .key = view(each.key), .value = view(each.value), .headers = nullptr});
            if (const auto gap = scheduler_.random(static_cast<std::uint64_t>(options_.longest_gap_ms) + 1); gap > 0)
                scheduler_.sleep(milliseconds(gap));
        }
    }

    template <class Met>
    bool wait_until(std::int64_t deadline, const Met& met) {
        while (!met()) {
            if (scheduler_.steady_ms() >= deadline) return false;
            around_.let_happen();
            scheduler_.sleep(look);
        }
        return true;
    }

    void calm_down() {
        plan_.stop();
        around_.brokers_away_until = around_.coordinator_away_until = 0;
        topics_.calm_down();
        scheduler_.note("nothing goes wrong any more");
    }

    [[nodiscard]] std::string failures() const {
        if (!found_wrong_.empty()) return found_wrong_;
        if (!around_.misuse.empty()) return around_.misuse;
        for (const auto& each : instances_)
            if (!each->failure().empty() && !topics_.explain(each->failure())) return each->failure();
        return {};
    }

    /// Where the application has to end: which instance has not.
    [[nodiscard]] std::string not_ended() const {
        for (const auto& each : instances_)
            if (each->failure().empty()) return each->name() + " has not ended";
        return {};
    }

    /// The partitions that tasks read.
    [[nodiscard]] std::vector<std::shared_ptr<embedded::partition_log>> inputs() const {
        std::vector<std::shared_ptr<embedded::partition_log>> logs;
        for (const std::string& name : input_topics(topology_, options_.config.application_id))
            if (const auto topic = cluster_->find(name))
                logs.insert(logs.end(), topic->logs.begin(), topic->logs.end());
        return logs;
    }

    [[nodiscard]] std::string lagging() const {
        std::map<topic_partition, std::int64_t> committed;
        if (const auto group = cluster_->find_group(options_.config.application_id))
            for (const auto& each : group->all_committed()) committed[each.partition] = each.offset;
        for (const auto& log : inputs()) {
            const auto found = committed.find(log->name());
            const auto at = found == committed.end() ? 0 : found->second;
            if (std::max(at, log->start()) < log->end())
                return concat(to_string(log->name()), " is committed up to ", at, " of ", log->end());
        }
        return {};
    }

    [[nodiscard]] std::string standing() const {
        if (topics_.end_application()) return not_ended();
        std::string text = lagging();
        for (const auto& each : instances_)
            if (!each->running()) text += concat(text.empty() ? "" : "; ", each->name(), " does not run");
        return text.empty() ? unstable() : text;
    }

    bool settled() {
        cluster_->transactional().end_late();
        if (topics_.end_application()) return not_ended().empty() && unstable().empty();
        return std::ranges::all_of(instances_, [](const auto& each) { return each->running(); }) && lagging().empty() &&
               unstable().empty();
    }

    /// A transaction that nobody ends.
    [[nodiscard]] std::string unstable() const {
        for (const std::string& name : cluster_->topic_names())
            for (const auto& log : cluster_->find(name)->logs)
                if (log->stable_end() < log->end())
                    return concat("the last stable offset of ", to_string(log->name()), " stays at ", log->stable_end(),
                                  " of ", log->end());
        return {};
    }

    std::string close() {
        for (const auto& each : instances_) each->ask_to_close();
        const auto deadline = scheduler_.after(longest_calm);
        for (const auto& each : instances_)
            if (!each->wait_for_end(deadline)) return each->name() + " does not end";
        return {};
    }

    [[nodiscard]] std::string wrong_stores(const simulated_instance& in) const {
        const history_known known{.has_all = unstable().empty(), .overtaken = topics_.superseded_deleted()};
        for (const auto& [folder, content] : in.disk().stores())
            if (auto wrong =
                    differs_from_changelog(topology_, options_.config.application_id, folder, content, history_, known);
                !wrong.empty())
                return concat(in.name(), ": ", wrong);
        return {};
    }

    const run_options& options_;
    seeded_scheduler scheduler_;
    const topology topology_;
    fault_plan plan_;
    topic_history history_;
    std::string found_wrong_; ///< in a store that an instance began with
    std::shared_ptr<embedded::cluster> cluster_;
    topic_faults topics_;
    surroundings around_;
    std::unique_ptr<onlooker> onlooker_; ///< null: nobody
    std::vector<std::unique_ptr<simulated_instance>> instances_;
};

} // namespace

run_result run_simulated(const run_options& options) {
    auto made = std::make_unique<run>(options);
    auto result = made->result();
    // Threads that never end keep what they work on.
    if (!made->ended()) static_cast<void>(made.release());
    return result;
}

} // namespace streams::inline v0::simulated
