// What others heard of what was undone: at least once all of it, until they hear what is right; exactly once nothing.

#include "catch.hpp"
#include "simulation/simulated_world.hpp"

#include <streams/dsl/streams_builder.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using kafka::error_class;
using simulation::simulated_world;
using testing_support::call;
using text = std::string;

TEST_CASE("exactly once, a key that is made and deleted between two commits tells nobody, also after an abort") {
    simulation::simulate(
        [](simulated_world& w) {
            streams_builder builder;
            builder.table<text, text>("in", materialized{.name = "table"}).to_stream().to("out");
            auto config = w.config("one");
            config.guarantee = processing_guarantee::exactly_once_v2;
            config.commit_interval = 1s;
            w.plan->fail(call::commit_transaction, {error_class::abortable, "a broker restarts"});
            kafka_streams app(builder.build(), config,
                              std::make_shared<testing_support::faulty_clients>(w.cluster.clients(), w.plan),
                              &w.scheduler);
            app.start();
            REQUIRE(app.wait_for(application_state::running, 1min));
            const auto put = [&](const text& key, const std::optional<text>& value) {
                w.cluster.produce("in", key, value, {.timestamp = 1, .partition = 0});
            };
            put("kept", "1");
            REQUIRE(w.eventually([&] { return w.committed(0) == 1; }));
            CHECK(w.plan->failed(call::commit_transaction) == 1);
            put("kept", "2");
            put("passing", "1");
            put("passing", std::nullopt);
            REQUIRE(w.eventually([&] { return w.committed(0) == 4; }));
            std::vector<text> out;
            for (const auto& each : w.cluster.read_bytes("out", isolation_level::read_committed))
                out.push_back(text(each.key->text()) + '=' + (each.value ? text(each.value->text()) : "null"));
            CHECK(out == std::vector<text>{"kept=1", "kept=2"});
            CHECK(app.close(1min));
        },
        1);
}

TEST_CASE("at least once, what was undone and is never read again leaves the changelog as well") {
    const bool caching = GENERATE(false, true);
    simulation::simulate(
        [&](simulated_world& w) {
            streams_builder builder;
            builder.stream<text, text>("in").group_by_key().count(materialized{.name = "counts", .caching = caching});
            w.plan->pass(call::deliver);
            w.plan->lose_answer(call::deliver, {error_class::retriable, "message timed out"}, 2);
            kafka_streams app(builder.build(), w.config("one"),
                              std::make_shared<testing_support::faulty_clients>(w.cluster.clients(), w.plan),
                              &w.scheduler);
            const auto counts = [&] {
                std::map<text, std::int64_t> all;
                for (const auto& each : w.cluster.read<text, std::optional<std::int64_t>>("app-counts-changelog"))
                    if (each.value)
                        all[each.key] = *each.value;
                    else
                        all.erase(each.key);
                return all;
            };
            const auto put = [&](const text& key) {
                w.cluster.produce("in", key, text("v"), {.timestamp = 1, .partition = 0});
            };
            put("kept");
            app.start();
            REQUIRE(w.eventually([&] { return w.committed(0) == 1; }));
            put("kept");
            put("passing");
            REQUIRE(w.eventually([&] { return w.plan->failed(call::deliver) == 2; }));
            CHECK(counts() == std::map<text, std::int64_t>{{"kept", 2}, {"passing", 1}});
            REQUIRE(w.committed(0) == 1);
            w.cluster.delete_records({"in", 0}, 3);
            put("later");
            REQUIRE(w.eventually([&] { return w.committed(0) == 4; }));
            CHECK(counts() == std::map<text, std::int64_t>{{"kept", 1}, {"later", 1}});
            CHECK(app.close(1min));
        },
        1);
}
