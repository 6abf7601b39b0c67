// Whether the state that an application says is the one it is in, while threads come up, rebalance and end together.

#include "catch.hpp"
#include "runtime/topologies.hpp"
#include "runtime/world.hpp"

#include "src/runtime/application/application_status.hpp"

#include <array>
#include <atomic>
#include <thread>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::copy_topology;
using testing_support::patience;
using testing_support::world;

TEST_CASE("threads that come up and go down at the same moment leave the state that they are in") {
    constexpr std::size_t threads = 4;
    for (int round = 0; round < 200; ++round) {
        application_status status("app", machine());
        status.change(application_state::rebalancing);
        std::array<std::atomic<bool>, threads> runs{};
        const auto all_run = [&] {
            return std::all_of(runs.begin(), runs.end(), [](const auto& each) { return each.load(); });
        };
        std::vector<std::thread> turning;
        for (std::size_t at = 0; at < threads; ++at)
            turning.emplace_back([&, at] {
                // The last change of each makes it run, but for one thread in every second round.
                for (int change = 0; change < 9 + (at == 0 ? round % 2 : 0); ++change) {
                    runs[at] = change % 2 == 0;
                    status.follow(all_run);
                }
            });
        for (auto& each : turning) each.join();
        REQUIRE(status.state() == (round % 2 == 0 ? application_state::running : application_state::rebalancing));
    }
}

TEST_CASE("an application whose threads start, rebalance and close at once is never stuck in a state") {
    for (int round = 0; round < 25; ++round) {
        world w(8);
        auto config = w.config();
        config.num_stream_threads = 4;
        std::vector<application_state> heard{application_state::created};
        bool in_order = true;
        kafka_streams app(copy_topology(), config, w.cluster.clients());
        app.set_state_listener([&](application_state now, application_state before) {
            in_order = in_order && before == heard.back();
            heard.push_back(now);
        });
        app.start();
        REQUIRE(app.wait_for(application_state::running, patience));
        {
            kafka_streams other = w.run(copy_topology(), w.config("other"));
            REQUIRE(other.wait_for(application_state::running, patience));
            REQUIRE(app.wait_for(application_state::running, patience));
        }
        REQUIRE(app.wait_for(application_state::running, patience));
        REQUIRE(app.close(patience));
        REQUIRE(app.state() == application_state::not_running);
        REQUIRE(heard.back() == application_state::not_running);
        REQUIRE(in_order);
    }
}
