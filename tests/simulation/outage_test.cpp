// A cluster of which nothing answers for an hour.

#include "catch.hpp"
#include "runtime/messages.hpp"
#include "runtime/temporary_folder.hpp"
#include "runtime/topologies.hpp"
#include "simulation/seeded_scheduler.hpp"
#include "src/testing/simulation/simulated_clients.hpp"
#include "src/testing/simulation/simulated_process.hpp"

#include <streams/runtime/kafka_streams.hpp>

#include <functional>
#include <memory>
#include <string>

using namespace streams;
using namespace std::chrono_literals;
using simulation::seeded_scheduler;
using testing_support::says;

namespace {

/// An application that counts, and a cluster that can be away.
class outage_world {
public:
    outage_world(seeded_scheduler& scheduler, processing_guarantee guarantee, std::chrono::milliseconds task_timeout)
        : scheduler_(scheduler), cluster_(std::make_shared<embedded::cluster>(
                                     embedded::cluster_options{.transaction_timeout = 10s}, scheduler)) {
        for (const auto* topic : {"in", "out"}) static_cast<void>(cluster_->create_topic(topic, 1, {}));
        streams_config config;
        config.application_id = "app";
        config.state_dir = folder_.path();
        config.guarantee = guarantee;
        config.task_timeout = task_timeout;
        config.commit_interval = 5s;
        app = std::make_unique<kafka_streams>(testing_support::count_topology(true), config,
                                              simulated::make_simulated_clients(process_), &scheduler_,
                                              &process_->disk());
        app->start();
        REQUIRE(app->wait_for(application_state::running, 10min));
    }
    void go_away(std::chrono::milliseconds span) { around_.brokers_away_until = scheduler_.after(span); }
    void produce() {
        cluster_->find_log({"in", 0})->append(
            {.timestamp = 1, .key = bytes_view("k"), .value = bytes_view("v"), .headers = nullptr});
    }
    /// Of `in`, by whoever counts.
    std::int64_t committed() const {
        std::int64_t offset = 0;
        if (const auto group = cluster_->find_group("app"))
            for (const auto& each : group->all_committed()) offset = each.offset;
        return offset;
    }
    bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit = 10min) {
        const auto deadline = scheduler_.after(limit);
        while (!condition()) {
            if (scheduler_.steady_ms() > deadline) return false;
            scheduler_.sleep(50ms);
        }
        return true;
    }
    void pass(std::chrono::milliseconds span) { scheduler_.sleep(span); }

private:
    seeded_scheduler& scheduler_;
    testing_support::temporary_folder folder_;
    std::shared_ptr<embedded::cluster> cluster_;
    simulated::fault_plan no_faults_{{}};
    simulated::topic_history history_;
    simulated::topic_faults topics_{*cluster_, {testing_support::count_topology(true), "app"}, history_, scheduler_};
    simulated::surroundings around_{
        .scheduler = scheduler_, .cluster = cluster_, .plan = no_faults_, .topics = topics_, .on_death = [] {}};
    simulated::simulated_disk disk_;
    std::shared_ptr<simulated::simulated_process> process_ =
        std::make_shared<simulated::simulated_process>(around_, "one-", disk_);

public:
    std::unique_ptr<kafka_streams> app;
};

void with_each_guarantee(std::chrono::milliseconds task_timeout, const std::function<void(outage_world&)>& body) {
    for (const auto guarantee : {processing_guarantee::at_least_once, processing_guarantee::exactly_once_v2}) {
        CAPTURE(static_cast<int>(guarantee));
        seeded_scheduler scheduler(1);
        scheduler.run([&] {
            outage_world w(scheduler, guarantee, task_timeout);
            w.produce();
            REQUIRE(w.eventually([&] { return w.committed() == 1; }));
            body(w);
        });
    }
}

} // namespace

TEST_CASE("an application that has nothing to do goes on after an hour without its cluster") {
    with_each_guarantee(5min, [](outage_world& w) {
        w.go_away(1h);
        w.pass(1h);
        w.produce();
        CHECK(w.eventually([&] { return w.committed() == 2; }));
        CHECK(w.app->error().empty());
        CHECK(w.app->close(1min));
    });
}

TEST_CASE(
    "what was processed when the cluster went away for an hour is committed after it, with a longer task.timeout.ms") {
    with_each_guarantee(2h, [](outage_world& w) {
        w.produce();
        REQUIRE(w.eventually([&] { return w.app->counts().processed == 2; }));
        w.go_away(1h);
        w.pass(1h);
        w.produce();
        CHECK(w.eventually([&] { return w.committed() == 3; }));
        CHECK(w.app->error().empty());
        CHECK(w.app->close(1min));
    });
}

TEST_CASE("a cluster that takes no commit for longer than task.timeout.ms ends the application, with the reason") {
    with_each_guarantee(5min, [](outage_world& w) {
        w.produce();
        REQUIRE(w.eventually([&] { return w.app->counts().processed == 2; }));
        w.go_away(1h);
        CHECK(w.eventually([&] { return !w.app->error().empty(); }, 20min));
        CHECK(says(w.app->error(), "300000 ms"));
        CHECK(says(w.app->error(), "see whether the brokers are reachable"));
        CHECK(w.committed() == 1);
        CHECK(w.app->close(1min));
    });
}
