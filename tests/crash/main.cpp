// Kills an application at random moments, starts it again, and compares what its stores hold in the end with a model.

#include "crash/notes_of_victim.hpp"
#include "crash/place.hpp"
#include "crash/workload.hpp"
#include "runtime/temporary_folder.hpp"

#include <streams/core/clock.hpp>
#include <streams/core/error.hpp>
#include <streams/core/log.hpp>
#include <streams/runtime/kafka_streams.hpp>
#include <streams/serde/standard.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using crash::cluster_side;
using crash::notes_of_victim;
using crash::place;
using crash::tables;
using crash::workload;

namespace {

constexpr std::string_view usage =
    "usage: crash --rounds COUNT [--broker] [--guarantee at_least_once|exactly_once_v2] [--seed N]\n"
    "  --rounds     how often an application is killed, of each guarantee\n"
    "  --broker     runs beside the broker of STREAMS_BOOTSTRAP_SERVERS; else on an embedded cluster in files\n"
    "  --guarantee  of the application; both where it is not said\n"
    "  --seed       draws records, settings and the moments of kills; 1 where it is not said\n";

using std::chrono::milliseconds;

constexpr int records_of_round = 500;
constexpr int rounds_between_checks = 20;
constexpr auto patience = 120s;

struct arguments {
    int rounds = 0;
    bool broker = false;
    std::vector<processing_guarantee> guarantees{processing_guarantee::at_least_once,
                                                 processing_guarantee::exactly_once_v2};
    std::uint32_t seed = 1;
    std::optional<place> child{}; ///< runs the application there until it is killed
};

processing_guarantee guarantee_of(std::string_view name) {
    return name == "exactly_once_v2" ? processing_guarantee::exactly_once_v2 : processing_guarantee::at_least_once;
}
std::string name_of(processing_guarantee guarantee) {
    return guarantee == processing_guarantee::exactly_once_v2 ? "exactly_once_v2" : "at_least_once";
}

arguments parse(const std::vector<std::string>& words) {
    arguments parsed;
    for (std::size_t at = 0; at < words.size(); ++at) {
        const auto& word = words[at];
        if (word == "--broker") {
            parsed.broker = true;
            continue;
        }
        if (at + 1 == words.size()) throw config_error(concat("option ", word, " is unknown or has no value"));
        const std::string& value = words[++at];
        if (word == "--rounds")
            parsed.rounds = std::atoi(value.c_str());
        else if (word == "--seed")
            parsed.seed = static_cast<std::uint32_t>(std::atoi(value.c_str()));
        else if (word == "--guarantee")
            parsed.guarantees = {guarantee_of(value)};
        else if (word == "--child")
            parsed.child = place{.folder = value};
        else
            throw config_error(concat("option ", word, " is unknown"));
    }
    if (parsed.rounds < 1 && !parsed.child) throw config_error("--rounds is missing, or not above 0");
    return parsed;
}

std::string servers(bool broker) {
    if (!broker) return {};
    const char* given = std::getenv("STREAMS_BOOTSTRAP_SERVERS");
    if (!given) throw config_error("STREAMS_BOOTSTRAP_SERVERS is not set; run this as tools/with_kafka crash ...");
    return given;
}

/// A process of its own that works on a place until it is killed.
class victim {
public:
    victim(const place& at, std::uint32_t seed) {
        const std::string drawn = std::to_string(seed);
        const std::string guarantee = name_of(at.guarantee);
        std::vector<const char*> words{"crash",           "--child", at.folder.c_str(), "--guarantee",
                                       guarantee.c_str(), "--seed",  drawn.c_str()};
        if (!at.bootstrap_servers.empty()) words.push_back("--broker");
        words.push_back(nullptr);
        child_ = ::fork();
        if (child_ < 0) throw streams_error("no process can be made; raise the limit of processes");
        if (child_ > 0) return;
        ::execv("/proc/self/exe", const_cast<char* const*>(words.data()));
        ::_exit(127);
    }
    /// False: it had ended before.
    [[nodiscard]] bool kill() const {
        int status = 0;
        ::kill(child_, SIGKILL);
        return ::waitpid(child_, &status, 0) == child_ && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    }

private:
    pid_t child_ = -1;
};

void end_with_error(const kafka_streams& app) {
    if (app.error().empty()) return;
    std::cerr << "crash: the application ends: " << app.error() << '\n';
    ::_exit(1);
}

/// In half of the cases a second instance comes and goes beside the first, so that tasks move, standbys are kept and promoted,
/// and what was left behind is cleaned away.
[[noreturn]] void work_until_killed(const place& at, std::uint32_t seed) {
    std::mt19937 random(seed);
    const auto below = [&](int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random); };
    const auto clients = at.clients();
    const auto counted = crash::counted(at.in(), at.out());
    notes_of_victim notes(at);
    kafka_streams app(counted, at.config(seed), clients);
    notes.watch(app);
    app.start();
    if (app.wait_for(application_state::running, patience)) notes.works();
    if (below(2) == 0) app.wait_for(application_state::error, 1h);
    const int moment = at.bootstrap_servers.empty() ? 200 : 3'000; // ms; a broker's group takes its time
    for (;;) {
        end_with_error(app);
        kafka_streams other(counted, at.config(seed, place::instance::second), clients);
        notes.watch(other);
        other.start();
        std::this_thread::sleep_for(milliseconds(below(2 * moment)));
        end_with_error(other);
        other.close();
        std::this_thread::sleep_for(milliseconds(below(moment)));
    }
}

/// Takes files away while nobody uses them, so that the next to work restores: all of an instance, or one store of a task.
void lose_files(const place& at, auto below) {
    const auto state = at.state_of(below(2) == 0 ? place::instance::first : place::instance::second);
    if (below(2) == 0) {
        std::filesystem::remove_all(state);
        return;
    }
    const std::array stores{crash::counts_store, crash::last_store, crash::windows_store, crash::groups_store};
    const std::string task = std::to_string(below(2)) + '_' + std::to_string(below(crash::partitions));
    std::filesystem::remove_all(state / at.name() / task / stores[static_cast<std::size_t>(below(4))]);
}

/// The moment of a kill is drawn from there, however slow the machine is.
void wait_for_notes(const place& at, std::string_view these) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!notes_of_victim::say(at, these) && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(1ms);
}

/// Hands each row of a store to `add`.
template <class Query>
void each_row(const kafka_streams& app, const char* store, const Query& query, auto add) {
    auto found = app.query(store, query);
    if (found.partitions.size() != static_cast<std::size_t>(crash::partitions))
        throw streams_error(concat("store ", store, " answers for ", found.partitions.size(), " partitions only"));
    for (auto& [partition, rows] : found.partitions)
        for (const auto& row : rows.value()) add(row);
}

tables stores_of(const kafka_streams& app) {
    tables all;
    for (const char* store : {crash::counts_store, crash::groups_store})
        each_row(app, store, range_query<std::string, std::int64_t>{},
                 [&](const auto& row) { all[store][row.key] = std::to_string(row.value); });
    each_row(app, crash::last_store, range_query<std::string, std::string>{},
             [&](const auto& row) { all[crash::last_store][row.key] = row.value; });
    each_row(app, crash::windows_store, window_range_query<std::string, std::int64_t>{}, [&](const auto& row) {
        all[crash::windows_store][crash::window_key(row.key, row.start)] = std::to_string(row.value);
    });
    return all;
}

/// A thread that a killed process had more than this one keeps its partitions until its session has ended.
bool has_all_partitions(const kafka_streams& app) {
    try {
        const auto found = app.query(crash::counts_store, key_query<std::string, std::int64_t>{"any"});
        return found.partitions.size() == static_cast<std::size_t>(crash::partitions);
    } catch (const streams_rebalancing_error&) {
        return false;
    }
}

/// What the stores are waited for to hold, once the application has come to the end of its input. Empty: it does.
std::string wrong_after_start(const place& at, std::uint32_t seed, const workload& work) {
    const auto clients = at.clients();
    cluster_side cluster(at, clients);
    auto config = at.config(seed);
    config.state_memory_bytes.reset(); // whole stores are read, some of them sorted
    kafka_streams app(crash::counted(at.in(), at.out()), config, clients);
    app.start();
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (app.state() != application_state::running || !has_all_partitions(app) || !cluster.is_drained()) {
        if (!app.error().empty()) return "the application ends: " + app.error();
        if (std::chrono::steady_clock::now() > deadline) return "the input is not processed within two minutes";
        std::this_thread::sleep_for(50ms);
    }
    auto wrong = work.difference(stores_of(app), at.guarantee == processing_guarantee::exactly_once_v2);
    app.close();
    return wrong;
}

/// The same with what is on the disk, then with what changelogs alone say.
std::string wrong_in_the_end(const place& at, std::uint32_t seed, const workload& work) {
    if (auto wrong = wrong_after_start(at, seed, work); !wrong.empty()) return wrong;
    for (const auto of : {place::instance::first, place::instance::second})
        std::filesystem::remove_all(at.state_of(of));
    const auto wrong = wrong_after_start(at, seed, work);
    return wrong.empty() ? wrong : "restored from changelogs, " + wrong;
}

/// Empty: all rounds passed.
std::string failure_of(const arguments& given, processing_guarantee guarantee) {
    const testing_support::temporary_folder folder;
    const place at{.folder = folder.path(), .bootstrap_servers = servers(given.broker), .guarantee = guarantee};
    workload work(given.seed, system_clock().wall_ms() - milliseconds(2h).count());
    std::mt19937 random(given.seed);
    const auto below = [&](int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random); };
    cluster_side(at, at.clients()).make_topics();
    std::int64_t by_the_killed = 0;
    std::int64_t before = 0;
    int restoring = 0;
    for (int round = 1; round <= given.rounds; ++round) {
        {
            cluster_side cluster(at, at.clients());
            cluster.write(work.draw(records_of_round));
        }
        enum class kill_after : std::uint8_t { the_start, the_begin_of_work, the_begin_of_a_restore };
        const auto moment = static_cast<kill_after>(below(3));
        if (moment == kill_after::the_begin_of_a_restore || below(4) == 0) lose_files(at, below);
        notes_of_victim::forget(at);
        const victim killed(at, static_cast<std::uint32_t>(random()));
        if (moment == kill_after::the_begin_of_work) wait_for_notes(at, "w");
        if (moment == kill_after::the_begin_of_a_restore) {
            wait_for_notes(at, "+w"); // none where the first instance has lost nothing
            std::this_thread::sleep_for(milliseconds(below(20)));
        } else {
            // A broker's group takes some seconds to let a member in.
            std::this_thread::sleep_for(milliseconds(given.broker ? 1'000 + below(6'000) : 10 + below(700)));
        }
        if (!killed.kill()) return concat("round ", round, ": the application ended before it was killed");
        restoring += notes_of_victim::end_in_restore(at) ? 1 : 0;
        const std::int64_t committed = cluster_side(at, at.clients()).committed();
        by_the_killed += committed - before;
        before = committed;
        if (round % rounds_between_checks != 0 && round != given.rounds) continue;
        const auto seed = static_cast<std::uint32_t>(random());
        if (const auto wrong = wrong_in_the_end(at, seed, work); !wrong.empty())
            return concat("round ", round, ": ", wrong);
        before = work.drawn();
    }
    std::cout << name_of(guarantee) << ": " << given.rounds << " kills, " << restoring << " of them in a restore, "
              << by_the_killed << " of " << work.drawn()
              << " records committed by processes that were killed, the stores are as they have to be\n"
              << std::flush;
    return by_the_killed > 0 ? "" : "no process that was killed had committed anything";
}

} // namespace

/// Exits with 0 where all passed, 1 where something was wrong, 2 where the arguments are.
int main(int argc, char** argv) try {
    const std::vector<std::string> words(argv + 1, argv + argc);
    const arguments given = parse(words);
    set_log_handler({});
    if (given.child) {
        place at = *given.child;
        at.bootstrap_servers = servers(given.broker);
        at.guarantee = given.guarantees.front();
        work_until_killed(at, given.seed);
    }
    bool passed = true;
    for (const auto guarantee : given.guarantees) {
        const auto wrong = failure_of(given, guarantee);
        if (wrong.empty()) continue;
        std::cout << name_of(guarantee) << ", seed " << given.seed << ", " << wrong << '\n';
        passed = false;
    }
    return passed ? 0 : 1;
} catch (const config_error& wrong) {
    std::cerr << "crash: " << wrong.what() << '\n' << usage;
    return 2;
} catch (const std::exception& failure) {
    std::cerr << "crash: " << failure.what() << '\n';
    return 1;
}
