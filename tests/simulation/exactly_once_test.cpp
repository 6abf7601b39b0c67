// Exactly once under every failure of every call of a transaction, and under a kill at every step of one commit.

#include "catch.hpp"
#include "faults/faulty_clients.hpp"
#include "runtime/temporary_folder.hpp"
#include "runtime/topologies.hpp"
#include "simulation/seeded_scheduler.hpp"
#include "simulation/yielding_clients.hpp"

#include <streams/core/log.hpp>
#include <streams/runtime/kafka_streams.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/embedded_cluster.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using kafka::error_class;
using simulation::make_yielding_clients;
using simulation::seeded_scheduler;
using testing_support::call;

namespace {

constexpr int rounds = 6; ///< of the records of all keys
const std::vector<std::string> keys{"a", "b", "c"};

/// A cluster on which records are counted by key, exactly once, by an application that is started again where it ends.
class counted {
public:
    counted(seeded_scheduler& scheduler, std::filesystem::path folder)
        : scheduler_(scheduler), folder_(std::move(folder)), cluster_({.time = &scheduler, .session_timeout = 2s}) {
        cluster_.create_topic("in");
        cluster_.create_topic("out");
    }

    testing_support::fault_plan& plan() { return *plan_; }

    std::unique_ptr<kafka_streams> start(const std::string& instance = "one") {
        streams_config config;
        config.application_id = "app";
        config.client_id = instance;
        config.state_dir = folder_ / instance;
        config.guarantee = processing_guarantee::exactly_once_v2;
        config.poll = 10ms;
        config.task_timeout = 1min;
        const auto yielding = make_yielding_clients(cluster_.clients(), scheduler_);
        auto app = std::make_unique<kafka_streams>(testing_support::count_topology(true), config,
                                                   std::make_shared<testing_support::faulty_clients>(yielding, plan_),
                                                   &scheduler_);
        app->start();
        return app;
    }
    void produce() {
        for (const auto& key : keys) cluster_.produce("in", key, std::string("x"), {.timestamp = 1});
        ++produced_;
    }
    [[nodiscard]] bool done() const {
        const auto committed = cluster_.committed("app");
        const auto found = committed.find({"in", 0});
        return found != committed.end() && found->second.offset == cluster_.end_offsets("in")[0];
    }
    /// Waits until all is committed, by an application that is started again whenever it has ended.
    void finish(std::unique_ptr<kafka_streams> app) {
        const auto deadline = scheduler_.after(10min);
        while (!done()) {
            if (scheduler_.steady_ms() > deadline) {
                complaint_ = "input is left after ten minutes";
                return;
            }
            if (app->state() == application_state::error) app = start();
            scheduler_.sleep(20ms);
        }
        if (!app->close(1min)) complaint_ = "the application does not end";
    }
    /// Empty, or what was not counted exactly once.
    [[nodiscard]] std::string complaint() const {
        if (!complaint_.empty()) return complaint_;
        std::map<std::string, std::string> expected;
        for (const auto& key : keys)
            for (int count = 1; count <= produced_; ++count) expected[key] += std::to_string(count) + ' ';
        if (auto found = results(); found != expected) return "results are " + described(found);
        return {};
    }

private:
    [[nodiscard]] std::map<std::string, std::string> results() const {
        std::map<std::string, std::string> found;
        for (const auto& each : cluster_.read<std::string, std::string>("out", isolation_level::read_committed))
            found[each.key] += each.value + ' ';
        return found;
    }
    static std::string described(const std::map<std::string, std::string>& results) {
        std::string text;
        for (const auto& [key, counts] : results) text += key + ": " + counts + "; ";
        return text;
    }

    seeded_scheduler& scheduler_;
    std::filesystem::path folder_;
    embedded_cluster cluster_;
    std::shared_ptr<testing_support::fault_plan> plan_ = std::make_shared<testing_support::fault_plan>(scheduler_);
    int produced_ = 0;
    std::string complaint_;
};

/// What was not counted exactly once where the plan has something go wrong once the application runs. A last round, by an
/// application that is started again, shows whether the store holds what was committed.
std::string complaint_after(const std::function<void(testing_support::fault_plan&)>& arm) {
    std::string complaint;
    const testing_support::temporary_folder folder;
    seeded_scheduler scheduler(1);
    scheduler.run([&] {
        counted in(scheduler, folder.path());
        in.produce();
        auto app = in.start();
        while (!in.done()) scheduler.sleep(20ms);
        arm(in.plan());
        for (int round = 0; round < rounds; ++round) {
            in.produce();
            scheduler.sleep(40ms);
        }
        in.finish(std::move(app));
        in.produce();
        in.finish(in.start());
        complaint = in.complaint();
    });
    return complaint;
}

} // namespace

TEST_CASE("whatever a call of a transaction answers, done or not, all is counted exactly once") {
    set_log_handler({});
    for (const auto at : {call::begin_transaction, call::send_offsets, call::commit_transaction, call::append,
                          call::deliver, call::take_failures})
        for (const auto kind :
             {error_class::retriable, error_class::abortable, error_class::fenced, error_class::fatal})
            for (const bool done : {false, true}) {
                CAPTURE(static_cast<int>(at), static_cast<int>(kind), done);
                CHECK(complaint_after([&](auto& plan) {
                          plan.pass(at);
                          if (done)
                              plan.lose_answer(at, {kind, "by plan"});
                          else
                              plan.fail(at, {kind, "by plan"});
                      }) == "");
            }
    set_log_handler({});
}

TEST_CASE("whatever an abort or the start of the next producer answers, done or not, all is counted exactly once") {
    set_log_handler({});
    for (const auto at : {call::abort_transaction, call::init_transactions})
        for (const auto kind :
             {error_class::retriable, error_class::abortable, error_class::fenced, error_class::fatal})
            for (const bool done : {false, true}) {
                CAPTURE(static_cast<int>(at), static_cast<int>(kind), done);
                CHECK(complaint_after([&](auto& plan) {
                          const bool aborts = at == call::abort_transaction;
                          plan.fail(call::send_offsets,
                                    {aborts ? error_class::abortable : error_class::fenced, "first"});
                          if (done)
                              plan.lose_answer(at, {kind, "by plan"});
                          else
                              plan.fail(at, {kind, "by plan"});
                      }) == "");
            }
    set_log_handler({});
}

TEST_CASE("a commit that is not answered for longer than a transaction may be open is looked up, not guessed") {
    set_log_handler({});
    const bool done = GENERATE(false, true);
    CAPTURE(done);
    CHECK(complaint_after([&](auto& plan) {
              const kafka::result away{error_class::retriable, "no coordinator"};
              if (done) plan.lose_answer(call::commit_transaction, away);
              plan.fail(call::commit_transaction, away, 60);
          }) == "");
    set_log_handler({});
}

TEST_CASE("failures by chance in all calls lose nothing and double nothing") {
    set_log_handler({});
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        CAPTURE(seed);
        CHECK(complaint_after([&](auto& plan) {
                  plan.at_random(seed, {.failures = 60, .lost_answers = 60, .delays = 60, .longest_delay = 50ms});
              }) == "");
    }
    set_log_handler({});
}

namespace {

/// One run in which the process is killed at a step, in a process of its own, since its threads never end. Step 0: no kill.
/// Returns the complaint; then `steps` has the numbers of the first and the last step of the second half of the input.
struct killed_run {
    std::string complaint;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
};

killed_run killed_at(std::uint64_t step) {
    const testing_support::temporary_folder folder;
    const auto report = folder.path() / "report";
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        killed_run made;
        seeded_scheduler scheduler(1);
        scheduler.run([&] {
            counted& in = *new counted(scheduler, folder.path());
            in.produce();
            auto* app = in.start("one").release();
            while (!in.done()) scheduler.sleep(20ms);
            bool killed = false;
            bool over = false;
            made.first = scheduler.steps();
            if (step != 0)
                scheduler.at_step(step, [&] {
                    if (over) return;
                    scheduler.abandon("one-");
                    std::filesystem::copy(folder.path() / "one", folder.path() / "two",
                                          std::filesystem::copy_options::recursive);
                    killed = true;
                });
            in.produce();
            while (!killed && !in.done()) scheduler.sleep(20ms);
            over = true;
            made.last = scheduler.steps();
            in.produce();
            if (killed)
                in.finish(in.start("two"));
            else
                in.finish(std::unique_ptr<kafka_streams>(app));
            made.complaint = in.complaint();
        });
        std::ofstream(report) << made.first << ' ' << made.last << ' ' << made.complaint << '\n';
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    killed_run made;
    std::ifstream in(report);
    if (status != 0 || !(in >> made.first >> made.last))
        made.complaint = "the process ended with " + std::to_string(status);
    else
        std::getline(in, made.complaint);
    made.complaint.erase(0, made.complaint.find_first_not_of(' '));
    return made;
}

} // namespace

TEST_CASE("a process that is killed at any step of a commit, and comes back with its disk, counts all exactly once") {
    const auto whole = killed_at(0);
    REQUIRE(whole.complaint == "");
    REQUIRE(whole.last - whole.first > 20);
    // STREAMS_SIMULATION_STEPS: every so manyth.
    const char* const given = std::getenv("STREAMS_SIMULATION_STEPS");
    const std::uint64_t stride = given != nullptr ? std::stoull(given) : 4;
    for (std::uint64_t step = whole.first; step <= whole.last; step += stride) {
        CAPTURE(step);
        CHECK(killed_at(step).complaint == "");
    }
}
