#include "catch.hpp"
#include "runtime/metrics/metric_reading.hpp"

#include "src/runtime/metrics/task_metrics.hpp"

#include <streams/core/manual_clock.hpp>

#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

using namespace streams;
using testing_support::number_in;

namespace {

struct measured_task {
    explicit measured_task(recording_level level = recording_level::debug) : registry(level, {}) {
        task.emplace(thread, task_id{0, 3});
    }
    double number(std::string_view group, std::string_view name, std::vector<metric_label> labels = {}) const {
        return number_in(registry, 0, group, name, labels);
    }

    metrics_registry registry;
    manual_clock time;
    thread_metrics thread{registry, "app-StreamThread-1", time};
    std::optional<task_metrics> task;
};

measurements of(std::initializer_list<std::int64_t> values) {
    measurements all;
    for (const auto value : values) all.add(value);
    return all;
}

} // namespace

TEST_CASE("a source says how old records are that reach it, and each of its topics how many came") {
    measured_task measured;
    auto& a = measured.task->input("source", "a");
    auto& b = measured.task->input("source", "b");
    auto& other = measured.task->input("other", "b");
    CHECK(&measured.task->input("source", "a") == &a); // as nodes are made anew
    measured.time.advance(std::chrono::milliseconds(1'000));
    measured.thread.polled(900, 1'000, 4);
    a.took(of({990, 950}), measured.thread);
    b.took(of({970}), measured.thread);
    b.took({}, measured.thread);
    other.took(of({993}), measured.thread);

    const metric_label source{"processor-node-id", "source"};
    CHECK(measured.number("stream-processor-node-metrics", "record-e2e-latency-avg", {source}) == 30);
    CHECK(measured.number("stream-processor-node-metrics", "record-e2e-latency-min", {source}) == 10);
    CHECK(measured.number("stream-processor-node-metrics", "record-e2e-latency-max", {source}) == 50);
    CHECK(measured.number("stream-processor-node-metrics", "process-total", {source}) == 3);
    CHECK(measured.number("stream-topic-metrics", "records-consumed-total", {source, {"topic", "a"}}) == 2);
    CHECK(measured.number("stream-topic-metrics", "records-consumed-total", {source, {"topic", "b"}}) == 1);
    CHECK(measured.number("stream-topic-metrics", "records-consumed-total", {{"processor-node-id", "other"}}) == 1);
}

TEST_CASE("a task says what it did, what it dropped and why, and how its inputs stand") {
    measured_task measured;
    measured.task->processed(4, 20, of({0, 0, 6, 2}));
    measured.task->punctuated();
    measured.task->dropped(drop_reason::late);
    measured.task->dropped(drop_reason::late);
    measured.task->note({{.partition = {"in", 3}, .lag = 17, .buffered = 5},
                         {.partition = {"unknown", 3}, .lag = std::nullopt, .buffered = 1}});
    const metric_label task{"task-id", "0_3"};
    const auto of_task = [&](std::string_view name, std::string_view reason = {}) {
        std::vector<metric_label> labels{task};
        if (!reason.empty()) labels.push_back({"reason", std::string(reason)});
        return measured.number("stream-task-metrics", name, labels);
    };
    CHECK(of_task("process-total") == 4);
    CHECK(of_task("process-latency-avg") == 5);
    CHECK(of_task("record-lateness-avg") == 2);
    CHECK(of_task("record-lateness-max") == 6);
    CHECK(of_task("punctuate-total") == 1);
    CHECK(of_task("dropped-records-total", "late") == 2);
    CHECK(of_task("dropped-records-total", "null key") == 0);
    CHECK(of_task("dropped-records-rate") > 0);
    CHECK(of_task("active-buffer-count") == 6);
    CHECK(measured.number("consumer-fetch-manager-metrics", "records-lag",
                          {{"client-id", "app-StreamThread-1-consumer"}, {"topic", "in"}, {"partition", "3"}}) == 17);
    CHECK(measured.number("consumer-fetch-manager-metrics", "records-lag", {{"topic", "unknown"}}) == -1);
}

TEST_CASE("a thread counts the tasks that it was given and those that it gave back") {
    measured_task measured;
    CHECK(measured.number("stream-thread-metrics", "task-created-total") == 1);
    CHECK(measured.number("stream-thread-metrics", "task-closed-total") == 0);
    measured.task.reset();
    CHECK(measured.number("stream-thread-metrics", "task-closed-total") == 1);
    CHECK(measured.number("stream-task-metrics", "dropped-records-rate") == -1);
}
