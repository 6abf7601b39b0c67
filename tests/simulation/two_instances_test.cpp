// Two instances of an application under the seeded scheduler, one of which is killed and comes back with its folder.

#include "catch.hpp"
#include "runtime/temporary_folder.hpp"
#include "simulation/seeded_scheduler.hpp"
#include "simulation/yielding_clients.hpp"

#include <streams/core/log.hpp>
#include <streams/dsl/streams_builder.hpp>
#include <streams/runtime/kafka_streams.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/embedded_cluster.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using simulation::make_yielding_clients;
using simulation::seeded_scheduler;

namespace {

constexpr int records_before = 120;
constexpr int records_after = 20;
constexpr std::uint64_t longest_life = 2000; ///< of the killed instance, in steps after both have started
constexpr int words = 7;

/// What is known of every word: the numbers of the records in which it came. A record that is processed twice adds
/// nothing, one that is lost is missed.
using model = std::map<std::string, std::set<int>>;

topology seen_by_word() {
    streams_builder builder;
    builder.stream<std::string, std::string>("in")
        .group_by([](const std::string&, const std::string& value) { return value.substr(value.find(' ') + 1); })
        .aggregate([] { return std::string(); },
                   [](const std::string& value, const std::string& seen) {
                       return seen + value.substr(0, value.find(' ')) + ' ';
                   },
                   materialized{.name = "seen"})
        .to_stream()
        .to("out");
    return builder.build();
}

std::set<int> numbers_in(const std::string& text) {
    std::set<int> numbers;
    for (const char *at = text.data(), *end = at + text.size(); at < end;) {
        int number = 0;
        at = std::from_chars(at, end, number).ptr + 1;
        numbers.insert(number);
    }
    return numbers;
}

/// One simulated run of the whole; made in a process of its own, which ends with it, since the threads of a killed
/// instance never do.
class run {
public:
    run(std::uint64_t seed, std::filesystem::path folder)
        : folder_(std::move(folder)), scheduler_(seed),
          cluster_({.time = &scheduler_, .session_timeout = 2s, .max_poll_interval = 5s}) {}

    /// Empty, or what is wrong.
    std::string result() {
        set_log_handler([this](log_level, std::string_view line) { scheduler_.note(without_folder(line)); });
        cluster_.create_topic("in", 2);
        cluster_.create_topic("out", 2);
        std::string failure;
        try {
            scheduler_.run([&] { failure = main(); });
        } catch (const std::exception& cause) {
            failure = cause.what();
        }
        set_log_handler({});
        return failure;
    }
    const std::vector<std::string>& trace() const { return scheduler_.trace(); }

private:
    /// The folder is another one in every run.
    std::string without_folder(std::string_view line) const {
        std::string text(line);
        for (auto at = text.find(folder_.string()); at != std::string::npos; at = text.find(folder_.string()))
            text.erase(at, folder_.string().size());
        return text;
    }
    // Left behind, as those of a killed process are.
    kafka_streams& start(const std::string& name) {
        streams_config config;
        config.application_id = "app";
        config.client_id = name;
        config.state_dir = folder_ / name;
        config.commit_interval = 50ms;
        config.poll = 10ms;
        config.num_stream_threads = name == "one" ? 2 : 1;
        auto& app = *new kafka_streams(seen_by_word(), config, make_yielding_clients(cluster_.clients(), scheduler_),
                                       &scheduler_);
        app.start();
        return app;
    }
    void kill_one() {
        scheduler_.abandon("one-");
        std::filesystem::copy(folder_ / "one", folder_ / "three", std::filesystem::copy_options::recursive);
        killed_ = true;
    }
    void produce(int from, int to) {
        for (int number = from; number < to; ++number) {
            const auto word = "w" + std::to_string(scheduler_.random(words));
            cluster_.produce("in", std::to_string(scheduler_.random(100)), std::to_string(number) + ' ' + word,
                             {.timestamp = number});
            expected_[word].insert(number);
            scheduler_.sleep(std::chrono::milliseconds(scheduler_.random(5)));
        }
    }
    model found() const {
        model latest;
        for (const auto& each : cluster_.read<std::string, std::string>("out"))
            latest[each.key] = numbers_in(each.value);
        return latest;
    }
    std::string main() {
        start("one");
        kafka_streams& two = start("two");
        scheduler_.at_step(scheduler_.steps() + scheduler_.random(longest_life), [this] { kill_one(); });
        produce(0, records_before);
        while (!killed_) scheduler_.sleep(10ms);
        kafka_streams& again = start("three");
        produce(records_before, records_before + records_after);
        const auto deadline = scheduler_.after(10min);
        while (found() != expected_) {
            if (scheduler_.steady_ms() > deadline) return "results are not complete after ten minutes";
            if (two.state() == application_state::error) return two.error();
            if (again.state() == application_state::error) return again.error();
            scheduler_.sleep(100ms);
        }
        if (!two.close(1min) || !again.close(1min)) return "an instance does not end";
        return found() == expected_ ? "" : "results were complete, and are not any more";
    }

    std::filesystem::path folder_;
    seeded_scheduler scheduler_;
    embedded_cluster cluster_;
    model expected_;
    bool killed_ = false;
};

struct outcome {
    std::string failure;
    std::vector<std::string> trace;
};

outcome outcome_of(std::uint64_t seed) {
    const testing_support::temporary_folder folder;
    const auto report = folder.path() / "report";
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        run simulated(seed, folder.path());
        const auto failure = simulated.result();
        std::ofstream out(report);
        out << failure << '\n';
        for (const auto& line : simulated.trace()) out << line << '\n';
        out.close();
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    outcome made;
    std::ifstream in(report);
    if (status != 0 || !std::getline(in, made.failure))
        made.failure = "the process ended with " + std::to_string(status);
    for (std::string line; std::getline(in, line);) made.trace.push_back(line);
    return made;
}

std::string end_of(const std::vector<std::string>& trace) {
    std::string text;
    for (auto at = trace.size() > 40 ? trace.end() - 40 : trace.begin(); at != trace.end(); ++at) text += *at + '\n';
    return text;
}

/// The first step in which two runs differ.
std::string difference(const outcome& one, const outcome& other) {
    const auto [a, b] = std::mismatch(one.trace.begin(), one.trace.end(), other.trace.begin(), other.trace.end());
    if (a == one.trace.end() && b == other.trace.end()) return {};
    return "step " + std::to_string(a - one.trace.begin()) + ": " + (a == one.trace.end() ? "the end" : *a) + " | " +
           (b == other.trace.end() ? "the end" : *b);
}

/// STREAMS_SIMULATION_TRACES: a folder, which then gets the trace of every seed.
void keep_trace(std::uint64_t seed, const outcome& of) {
    const char* const folder = std::getenv("STREAMS_SIMULATION_TRACES");
    if (folder == nullptr) return;
    std::ofstream out(std::filesystem::path(folder) / (std::to_string(seed) + ".txt"));
    for (const auto& line : of.trace) out << line << '\n';
}

/// STREAMS_SIMULATION_SEEDS: `100` for the first hundred, `17-17` for one of them.
std::pair<std::uint64_t, std::uint64_t> wanted_seeds() {
    std::uint64_t first = 1;
    std::uint64_t last = 5;
    if (const char* const given = std::getenv("STREAMS_SIMULATION_SEEDS")) {
        const std::string text = given;
        const auto dash = text.find('-');
        last = std::stoull(dash == std::string::npos ? text : text.substr(dash + 1));
        if (dash != std::string::npos) first = std::stoull(text);
    }
    return {first, last};
}

} // namespace

TEST_CASE("two instances lose nothing when one is killed and comes back, and the same seed runs the same way") {
    const auto [first, last] = wanted_seeds();
    for (std::uint64_t seed = first; seed <= last; ++seed) {
        CAPTURE(seed);
        const auto once = outcome_of(seed);
        keep_trace(seed, once);
        INFO(end_of(once.trace));
        CHECK(once.failure.empty());
        CHECK(once.trace.size() > 1000);
        CHECK(difference(once, outcome_of(seed)).empty());
    }
}
