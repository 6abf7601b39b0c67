// Runs instances of an application under faults that are drawn from a seed; --help lists the options.

#include "simulation/program/commit_cycle.hpp"
#include "simulation/program/drawn_run.hpp"
#include "simulation/program/planted/planted.hpp"

#include <streams/core/error.hpp>

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace streams;
using simulation::draw_options;
using simulation::drawn_run;

namespace {

constexpr std::uint64_t seeds_between_repeats = 20;
constexpr std::size_t history_lines = 400;

std::atomic<std::uint64_t> under_way{0};

/// A seed that ends the process names itself.
extern "C" void say_seed(int signal) {
    char line[64];
    const int size = std::snprintf(line, sizeof line, "seed %llu ends the process\n",
                                   static_cast<unsigned long long>(under_way.load()));
    static_cast<void>(::write(STDERR_FILENO, line, static_cast<std::size_t>(size)));
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

/// A baton is passed faster on one core than between two.
void stay_on_one_core() {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(std::max(::sched_getcpu(), 0)), &one);
    static_cast<void>(::sched_setaffinity(0, sizeof one, &one));
}

constexpr std::string_view usage =
    "usage: simulation --seeds FROM COUNT | --seed N | --cycle PAIRS\n"
    "                  [--guarantee at_least_once|exactly_once_v2] [--records N] [--bug N [--finds N]]\n"
    "  --seeds      runs COUNT seeds, and names those that fail\n"
    "  --seed       runs one; one that fails is shortened to the faults that it needs, and its history is printed\n"
    "  --cycle      runs each fault at each point of one commit cycle, and PAIRS pairs of them\n"
    "  --guarantee  of the application; at_least_once by default\n"
    "  --records    that are processed in a run; 500 by default\n"
    "  --bug        in simulation_planted: how many of the seeds it takes to find that bug\n"
    "  --finds      of it, after which no more seeds are run; 7 by default\n";

struct arguments {
    std::uint64_t first = 1;
    std::uint64_t count = 0;
    bool replay = false;
    bool help = false;
    std::optional<std::size_t> pairs{}; ///< of a commit cycle; nullopt: seeds are run
    std::size_t finds = 7;              ///< of a bug: enough for a median
    draw_options draw{};
};

arguments parse(int count, char** given) {
    arguments parsed;
    const std::vector<std::string> words(given + 1, given + count);
    const auto word = [&](std::size_t at) {
        if (at >= words.size()) throw config_error(concat(words.back(), " lacks its value\n", usage));
        return words[at];
    };
    for (std::size_t at = 0; at < words.size(); ++at) {
        if (words[at] == "--seeds") {
            parsed.first = std::stoull(word(++at));
            parsed.count = std::stoull(word(++at));
        } else if (words[at] == "--seed") {
            parsed.first = std::stoull(word(++at));
            parsed.count = 1;
            parsed.replay = true;
        } else if (words[at] == "--cycle") {
            parsed.pairs = std::stoull(word(++at));
        } else if (words[at] == "--bug") {
            simulation::planted_bug = std::stoi(word(++at));
        } else if (words[at] == "--finds") {
            parsed.finds = std::stoull(word(++at));
        } else if (words[at] == "--guarantee") {
            const auto guarantee = word(++at);
            parsed.draw.exactly_once = guarantee == "exactly_once_v2";
            if (!parsed.draw.exactly_once && guarantee != "at_least_once")
                throw config_error(concat(guarantee, " is no guarantee\n", usage));
        } else if (words[at] == "--records") {
            parsed.draw.records = std::stoull(word(++at));
        } else if (words[at] == "--help" || words[at] == "-h") {
            parsed.help = true;
        } else {
            throw config_error(concat("unknown argument ", words[at], "\n", usage));
        }
    }
    parsed.draw.folder = std::filesystem::temp_directory_path() / concat("streams-simulation-", ::getpid());
    return parsed;
}

simulated::run_result run_of(const simulated::run_options& options) {
    auto result = run_simulated(options);
    std::filesystem::remove_all(options.config.state_dir);
    return result;
}

void print_faults(const std::vector<simulated::fault>& faults) {
    for (const auto& each : faults) std::cout << "  " << to_string(each) << '\n';
}

/// Without faults that it fails without.
simulated::run_options shortened(simulated::run_options failing) {
    for (std::size_t at = failing.faults.size(); at-- > 0;) {
        auto without = failing;
        without.faults.erase(without.faults.begin() + static_cast<std::ptrdiff_t>(at));
        if (!run_of(without).failure.empty()) failing = std::move(without);
    }
    return failing;
}

int replay(const arguments& given) {
    auto options = drawn_run(given.first, given.draw);
    std::cout << "seed " << given.first << ", faults:\n";
    print_faults(options.faults);
    const auto failure = run_of(options).failure;
    if (failure.empty()) {
        std::cout << "1 passed, 0 failed\n";
        return 0;
    }
    std::cout << "fails: " << failure << '\n';
    auto shorter = shortened(options);
    std::cout << "needs of its faults:\n";
    print_faults(shorter.faults);
    shorter.trace = true;
    const auto last = run_of(shorter);
    std::cout << "and fails: " << last.failure << "\nhistory, the end of " << last.trace.size() << " steps:\n";
    const auto from = last.trace.size() - std::min(history_lines, last.trace.size());
    for (std::size_t at = 0; at < last.trace.size(); ++at)
        if (at >= from || last.trace[at].find("fault in") != std::string::npos) std::cout << last.trace[at] << '\n';
    std::cout << "0 passed, 1 failed\n";
    return 1;
}

int cover_cycle(const arguments& given) {
    const auto coverage = simulation::cover_commit_cycle(given.draw, *given.pairs);
    for (const auto& each : coverage.failures) std::cout << each << '\n';
    std::cout << coverage.points << " points of a commit cycle; " << coverage.covered << " of " << coverage.combinations
              << " combinations of one and two faults covered\n"
              << coverage.covered - coverage.failures.size() << " passed, " << coverage.failures.size() << " failed\n";
    return coverage.failures.empty() ? 0 : 1;
}

/// Half of the seeds in a row that do not find a bug are fewer than this.
std::uint64_t median_to_find(const std::vector<std::uint64_t>& found, std::uint64_t before_first) {
    std::vector<std::uint64_t> gaps;
    for (std::uint64_t last = before_first; const std::uint64_t each : found)
        gaps.push_back(each - std::exchange(last, each));
    std::ranges::sort(gaps);
    return gaps[gaps.size() / 2];
}

/// Runs a seed in a process of its own, which a bug may end. Empty: it passes; else why not.
std::string failure_apart(std::uint64_t seed, const draw_options& draw) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) throw streams_error("the operating system refuses a pipe");
    const pid_t child = ::fork();
    if (child == 0) {
        const auto failure = run_of(drawn_run(seed, draw)).failure;
        if (!failure.empty()) static_cast<void>(::write(ends[1], failure.data(), failure.size()));
        ::_exit(0);
    }
    ::close(ends[1]);
    std::string failure;
    std::array<char, 1024> part{};
    for (::ssize_t size; (size = ::read(ends[0], part.data(), part.size())) > 0;)
        failure.append(part.data(), static_cast<std::size_t>(size));
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    return status == 0 ? failure : "it ends the process";
}

int hunt(const arguments& given) {
    std::vector<std::uint64_t> found;
    std::string first;
    std::uint64_t seed = given.first;
    for (; seed < given.first + given.count && found.size() < given.finds; ++seed) {
        under_way = seed;
        auto failure = failure_apart(seed, given.draw);
        if (failure.empty()) continue;
        found.push_back(seed);
        if (first.empty()) first = std::move(failure);
    }
    if (found.empty()) {
        std::cout << "bug " << simulation::planted_bug << " is not found by " << given.count << " seeds\n";
        return 1;
    }
    std::cout << "bug " << simulation::planted_bug << ": found by " << found.size() << " of " << seed - given.first
              << " seeds, first by " << found.front() << ", median " << median_to_find(found, given.first - 1) << ": "
              << first << '\n';
    return 0;
}

int run_seeds(const arguments& given) {
    using clock = std::chrono::steady_clock;
    const auto begin = clock::now();
    std::size_t failed = 0;
    std::uint64_t steps = 0;
    std::size_t repeated = 0;
    std::map<simulated::fault_kind, int> happened;
    simulated::simulated_disk::use disks;
    for (std::uint64_t seed = given.first; seed < given.first + given.count; ++seed) {
        under_way = seed;
        const auto options = drawn_run(seed, given.draw);
        auto result = run_of(options);
        if (seed % seeds_between_repeats == 0 && result.failure.empty()) {
            ++repeated;
            if (run_of(options).hash != result.hash) result.failure = "the seed does not run the same way twice";
        }
        for (const auto& [kind, times] : result.happened) happened[kind] += times;
        disks.ingested += result.disks.ingested;
        disks.reloaded += result.disks.reloaded;
        steps += result.steps;
        if (result.failure.empty()) continue;
        ++failed;
        std::cout << "seed " << seed << ": " << result.failure << std::endl;
    }
    const double seconds = std::chrono::duration<double>(clock::now() - begin).count();
    std::cout << "faults:";
    for (const auto& [kind, times] : happened) std::cout << ' ' << to_string(kind) << ' ' << times << ';';
    std::cout << "\nrestored in bulk: " << disks.ingested
              << " times; read again after they were evicted: " << disks.reloaded << " rows\nrun twice: " << repeated
              << " seeds\n"
              << static_cast<double>(given.count) / seconds << " seeds/s, "
              << steps / std::max<std::uint64_t>(given.count, 1) << " steps a seed\n"
              << given.count - failed << " passed, " << failed << " failed\n";
    return failed == 0 ? 0 : 1;
}

} // namespace

int main(int count, char** given) try {
    const auto parsed = parse(count, given);
    if (parsed.help || count == 1) {
        std::cout << usage;
        return 0;
    }
    stay_on_one_core();
    for (const int signal : {SIGSEGV, SIGABRT, SIGFPE}) std::signal(signal, say_seed);
    under_way = parsed.first;
    if (parsed.pairs) return cover_cycle(parsed);
    if (simulation::planted_bug != 0 && !parsed.replay) return hunt(parsed);
    return parsed.replay ? replay(parsed) : run_seeds(parsed);
} catch (const std::exception& cause) {
    std::cerr << cause.what() << '\n';
    return 2;
}
