// Commits, rebalances and ends of an application that waits for another service, in virtual time.

#include "catch.hpp"
#include "runtime/temporary_folder.hpp"
#include "simulation/seeded_scheduler.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/runtime/kafka_streams.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/embedded_cluster.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using simulation::seeded_scheduler;

namespace {

using strings = std::vector<std::string>;

/// Another service, which takes its time: each call is answered by a thread of its own.
class slow_service {
public:
    using duration_of = std::function<std::chrono::milliseconds(const std::string& value, int call)>;
    /// `duration`: of a call, by the value and how often that was called for; negative: it is not answered.
    slow_service(execution& time, duration_of duration) : time_(time), duration_(std::move(duration)) {}

    void call(const std::string& value, completion<std::string> answer) {
        const auto span = duration_(value, ++calls[value]);
        if (span < 0ms) return unanswered_.push_back(std::move(answer));
        threads_.push_back(time_.start_thread("service", [this, span, value, answer = std::move(answer)] {
            time_.sleep(span);
            answered_at[value] = time_.steady_ms();
            answer.set_value(value + "!");
        }));
    }

    std::map<std::string, int> calls{};
    std::map<std::string, std::int64_t> answered_at{};

private:
    execution& time_;
    duration_of duration_;
    std::vector<completion<std::string>> unanswered_;
    std::vector<std::unique_ptr<execution::thread>> threads_;
};

/// A cluster, and applications on it that call a slow service for each record of `in`.
struct async_world {
    async_world(seeded_scheduler& by, slow_service::duration_of duration, std::int32_t partitions = 1)
        : time(by), service(by, std::move(duration)), cluster({.time = &by}) {
        cluster.create_topic("in", partitions);
        cluster.create_topic("out", partitions);
    }
    [[nodiscard]] streams_config config(const std::string& instance = "one") const {
        streams_config made;
        made.application_id = "app";
        made.client_id = instance;
        made.state_dir = folder.path() / instance;
        made.commit_interval = 50ms;
        return made;
    }
    [[nodiscard]] auto calling() {
        return [this](const std::string& value, completion<std::string> answer) {
            service.call(value, std::move(answer));
        };
    }
    [[nodiscard]] kafka_streams run(streams_config with, const async_options& how = {}) {
        streams_builder builder;
        builder.stream<std::string, std::string>("in").map_values_async(calling(), how).to("out");
        return run(std::move(with), builder.build());
    }
    [[nodiscard]] kafka_streams run(streams_config with, topology what) {
        kafka_streams app(std::move(what), std::move(with), cluster.clients(), &time);
        app.start();
        return app;
    }
    void produce(const std::string& key, const std::string& value) {
        cluster.produce("in", key, value, {.timestamp = 1});
    }
    /// Those that are committed, where they are written in transactions.
    [[nodiscard]] strings out() const {
        strings values;
        for (const auto& each : cluster.read<std::string, std::string>("out", isolation_level::read_committed))
            values.push_back(each.value);
        return values;
    }
    [[nodiscard]] std::int64_t committed() const {
        std::int64_t sum = 0;
        for (const auto& [partition, offset] : cluster.committed("app")) sum += offset.offset;
        return sum;
    }
    /// Within a minute.
    template <class Met>
    bool eventually(const Met& met) {
        const auto deadline = time.after(1min);
        while (!met()) {
            if (time.steady_ms() >= deadline) return false;
            time.sleep(5ms);
        }
        return true;
    }

    seeded_scheduler& time;
    testing_support::temporary_folder folder;
    slow_service service;
    embedded_cluster cluster;
};

void in_virtual_time(const std::function<void(seeded_scheduler&)>& body) {
    seeded_scheduler scheduler(1);
    scheduler.run([&] { body(scheduler); });
}

constexpr auto never_answered = -1ms;

} // namespace

TEST_CASE("nothing is committed while a record is under way, and all of it once it is answered") {
    in_virtual_time([](seeded_scheduler& time) {
        async_world w(time, [](const std::string& value, int) {
            return value == "slow" ? 3s : std::chrono::milliseconds(std::stoi(value) * 20);
        });
        auto app = w.run(w.config());
        for (const auto& [key, value] : {std::pair("a", "1"), {"b", "slow"}, {"c", "3"}}) w.produce(key, value);
        CHECK(w.eventually([&] { return w.out() == strings{"1!", "3!"}; }));
        time.sleep(1s);
        CHECK(w.committed() == 0);
        w.produce("d", "4"); // comes while the commit waits
        CHECK(w.eventually([&] { return w.committed() == 4; }));
        CHECK(w.out() == strings{"1!", "3!", "slow!", "4!"});
        CHECK(w.service.calls == std::map<std::string, int>{{"1", 1}, {"slow", 1}, {"3", 1}, {"4", 1}});
    });
}

TEST_CASE("a commit waits for what caches forward to other services as well") {
    in_virtual_time([](seeded_scheduler& time) {
        async_world w(time, [](const std::string&, int) { return 300ms; });
        streams_builder builder;
        const auto value_or_none = [call = w.calling()](const std::optional<std::string>& value,
                                                        completion<std::string> answer) {
            call(value.value_or("none"), std::move(answer));
        };
        builder.table<std::string, std::string>("in", materialized{.name = "rows"})
            .to_stream()
            .map_values_async(value_or_none)
            .to_table(materialized{.name = "answers"})
            .to_stream()
            .map_values_async(value_or_none)
            .to("out");
        auto app = w.run(w.config(), builder.build());
        w.produce("a", "1");
        CHECK(w.eventually([&] { return w.committed() == 1; }));
        CHECK(w.out() == strings{"1!!"});
    });
}

TEST_CASE("an answer wakes a thread that waits in its poll") {
    in_virtual_time([](seeded_scheduler& time) {
        async_world w(time, [](const std::string&, int) { return 500ms; });
        auto config = w.config();
        config.poll = 30s;
        config.commit_interval = 1h;
        auto app = w.run(config);
        w.produce("a", "1");
        CHECK(w.eventually([&] { return !w.out().empty(); }));
        CHECK(time.steady_ms() - w.service.answered_at.at("1") < 100);
    });
}

TEST_CASE("a timeout and a retry are due without anybody's waking the thread") {
    in_virtual_time([](seeded_scheduler& time) {
        async_world w(time, [](const std::string&, int call) { return call == 1 ? never_answered : 0ms; });
        auto config = w.config();
        config.poll = 30s;
        config.commit_interval = 1h;
        auto app = w.run(config, {.timeout = 1s, .retry = {.times = 1, .backoff = 200ms}});
        w.produce("a", "1");
        CHECK(w.eventually([&] { return w.service.calls["1"] == 1; }));
        const auto called = time.steady_ms();
        CHECK(w.eventually([&] { return !w.out().empty(); }));
        CHECK(time.steady_ms() - called < 1'400);
    });
}

TEST_CASE("a close waits for answers, and commits what they lead to") {
    in_virtual_time([](seeded_scheduler& time) {
        async_world w(time, [](const std::string&, int) { return 4s; });
        auto app = w.run(w.config());
        w.produce("a", "1");
        CHECK(w.eventually([&] { return !w.service.calls.empty(); }));
        CHECK(app.close());
        CHECK(w.out() == strings{"1!"});
        CHECK(w.committed() == 1);
    });
}

TEST_CASE("a close waits 30 seconds for an answer, then leaves the record to the next start") {
    for (const auto guarantee : {processing_guarantee::at_least_once, processing_guarantee::exactly_once_v2})
        in_virtual_time([&](seeded_scheduler& time) {
            async_world w(time, [](const std::string&, int call) { return call == 1 ? never_answered : 0ms; });
            auto config = w.config();
            config.guarantee = guarantee;
            config.producer["transaction.timeout.ms"] = "3600000";
            auto app = w.run(config, {.timeout = 30min});
            w.produce("a", "1");
            CHECK(w.eventually([&] { return !w.service.calls.empty(); }));
            const auto asked = time.steady_ms();
            CHECK(app.close());
            CHECK(time.steady_ms() - asked >= 29'000);
            CHECK(time.steady_ms() - asked < 32'000);
            CHECK(app.state() == application_state::not_running);
            CHECK(w.committed() == 0);
            auto next = w.run(config, {.timeout = 30min});
            CHECK(w.eventually([&] { return w.committed() > 0; }));
            CHECK(w.out() == strings{"1!"});
        });
}

TEST_CASE("a member whose task waits for answers stays in its group") {
    in_virtual_time([](seeded_scheduler& time) {
        async_world w(time, [](const std::string& value, int) { return value == "slow" ? 45s : 0ms; });
        auto config = w.config();
        config.max_poll_interval = 6s;
        auto app = w.run(config, {.max_in_flight = 1, .timeout = 1h});
        w.produce("a", "slow");
        for (int at = 0; at < 3'000; ++at) w.produce("b", "2");
        CHECK(w.eventually([&] { return !w.service.calls.empty(); }));
        CHECK(w.eventually([&] {
            CHECK(app.state() == application_state::running);
            return w.out() == strings{"slow!"} || w.out().size() > 1;
        }));
        CHECK(w.service.calls["slow"] == 1);
    });
}

TEST_CASE(
    "under exactly once a record that holds up its transaction for too long is called for again, and counts once") {
    in_virtual_time([](seeded_scheduler& time) {
        async_world w(time, [](const std::string&, int call) { return call == 1 ? 4s : 10ms; });
        auto config = w.config();
        config.guarantee = processing_guarantee::exactly_once_v2;
        auto app = w.run(config);
        for (const auto* value : {"1", "2", "3"}) w.produce("a", value); // one after the other: 12 s
        CHECK(w.eventually([&] { return w.committed() >= 3; }));
        CHECK(app.state() == application_state::running);
        CHECK(w.out() == strings{"1!", "2!", "3!"});
        CHECK(w.service.calls["1"] == 2);
    });
}

TEST_CASE("a task with records under way is handed over once they are answered, and none is called for twice") {
    for (const auto guarantee : {processing_guarantee::at_least_once, processing_guarantee::exactly_once_v2})
        in_virtual_time([&](seeded_scheduler& time) {
            async_world w(time, [](const std::string&, int) { return 1s; }, 4);
            auto config = w.config();
            config.guarantee = guarantee;
            auto app = w.run(config);
            std::multiset<std::string> expected;
            for (int at = 0; at < 40; ++at) {
                w.produce("k" + std::to_string(at), std::to_string(at));
                expected.insert(std::to_string(at) + "!");
            }
            CHECK(w.eventually([&] { return !w.service.calls.empty(); }));
            auto joining = w.config("two");
            joining.guarantee = guarantee;
            auto other = w.run(joining);
            CHECK(w.eventually([&] { return w.out().size() >= 40 && w.committed() >= 40; }));
            time.sleep(3s);
            const auto out = w.out();
            CHECK(std::multiset<std::string>(out.begin(), out.end()) == expected);
            for (const auto& [value, calls] : w.service.calls) CHECK(calls == 1);
        });
}

TEST_CASE("a member that is not answered in time lets go of its task uncommitted, and the next owner calls again") {
    in_virtual_time([](seeded_scheduler& time) {
        async_world w(time, [](const std::string&, int call) { return call == 1 ? never_answered : 0ms; });
        auto app = w.run(w.config(), {.timeout = 1h});
        w.produce("a", "1");
        CHECK(w.eventually([&] { return !w.service.calls.empty(); }));
        auto other = w.run(w.config("two"), {.timeout = 1h});
        CHECK(w.eventually([&] { return w.committed() == 1; }));
        CHECK(w.out() == strings{"1!"});
        CHECK(w.service.calls["1"] == 2);
    });
}

TEST_CASE("under exactly once a service that stays slow is asked about fewer records at once, and all of them count") {
    in_virtual_time([](seeded_scheduler& time) {
        async_world w(time, [](const std::string&, int) { return 100ms; });
        auto config = w.config();
        config.guarantee = processing_guarantee::exactly_once_v2;
        auto app = w.run(config);
        strings expected;
        for (int at = 0; at < 120; ++at) { // 12 s, one after the other
            w.produce("a", std::to_string(at));
            expected.push_back(std::to_string(at) + "!");
        }
        CHECK(w.eventually([&] { return w.out().size() == expected.size(); }));
        CHECK(w.out() == expected);
        CHECK(app.state() == application_state::running);
    });
}

TEST_CASE("at least once a task whose records wait holds up no other task's commit") {
    in_virtual_time([](seeded_scheduler& time) {
        async_world w(time, [](const std::string& value, int) { return value == "slow" ? 30s : 10ms; }, 2);
        auto app = w.run(w.config(), {.timeout = 1min});
        for (int at = 0; at < 10; ++at) w.produce(std::to_string(at), std::to_string(at)); // on both partitions
        CHECK(w.eventually([&] { return w.committed() == 10; }));
        w.produce("0", "slow");
        for (int at = 0; at < 10; ++at) w.produce(std::to_string(at), std::to_string(at));
        time.sleep(2s);
        const auto committed = w.committed();
        CHECK(committed > 10);
        CHECK(committed < 21);
        CHECK(w.eventually([&] { return w.committed() == 21; }));
    });
}

TEST_CASE("a task that the group takes back waits for its answers, however long a commit has waited by then") {
    in_virtual_time([](seeded_scheduler& time) {
        async_world w(time, [](const std::string& value, int) { return value == "slow" ? 45s : 10ms; });
        auto app = w.run(w.config(), {.timeout = 1min});
        w.produce("a", "slow");
        time.sleep(35s);
        auto other = w.run(w.config("two"), {.timeout = 1min});
        CHECK(w.eventually([&] { return w.committed() == 1; }));
        CHECK(w.out() == strings{"slow!"});
        CHECK(w.service.calls["slow"] == 1);
    });
}

TEST_CASE("the time of a call begins when it is made, whatever went on before") {
    in_virtual_time([](seeded_scheduler& time) {
        async_world w(time, [](const std::string&, int) { return 0ms; });
        streams_builder builder;
        builder.stream<std::string, std::string>("in")
            .map_values_async(w.calling(), {.timeout = 1s})
            .peek([&](const std::string&) { time.sleep(3s); })
            .to("out");
        auto app = w.run(w.config(), builder.build());
        for (const auto* value : {"1", "2", "3"}) w.produce("a", value);
        CHECK(w.eventually([&] { return w.out() == strings{"1!", "2!", "3!"}; }));
        CHECK(w.service.calls == std::map<std::string, int>{{"1", 1}, {"2", 1}, {"3", 1}});
    });
}

TEST_CASE("an application whose calls do not fit into a transaction is refused before it starts") {
    in_virtual_time([](seeded_scheduler& time) {
        async_world w(time, [](const std::string&, int) { return 0ms; });
        auto config = w.config();
        config.guarantee = processing_guarantee::exactly_once_v2;
        CHECK_THROWS_AS(w.run(config, {.timeout = 9s}), topology_error);
    });
}
