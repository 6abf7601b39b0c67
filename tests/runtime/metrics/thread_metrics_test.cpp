#include "catch.hpp"
#include "runtime/metrics/metric_reading.hpp"

#include "src/runtime/metrics/thread_metrics.hpp"

#include <streams/core/manual_clock.hpp>

using namespace streams;
using testing_support::number_in;

TEST_CASE("a thread says how long what it does takes, and what part of its time") {
    metrics_registry registry(recording_level::info, {.samples = 2, .window = 10'000});
    manual_clock time;
    thread_metrics thread(registry, "app-StreamThread-1", time);
    const auto of_thread = [&](std::string_view name) {
        return number_in(registry, 10'000, "stream-thread-metrics", name, {{"thread-id", "app-StreamThread-1"}});
    };
    thread.polled(0, 100, 30);
    thread.polled(200, 500, 50);
    CHECK(of_thread("poll-total") == 2);
    CHECK(of_thread("poll-latency-avg") == 200);
    CHECK(of_thread("poll-latency-max") == 300);
    CHECK(of_thread("poll-records-avg") == 40);
    CHECK(of_thread("poll-records-max") == 50);

    thread.processed(500, 900, 80); // 5 ms each
    thread.processed(900, 1'000, 10);
    CHECK(of_thread("process-total") == 90);
    CHECK(of_thread("process-latency-max") == 10);
    CHECK(of_thread("process-records-avg") == 45);
    CHECK(of_thread("process-ratio") == Approx(500.0 / 19'100)); // as the rate, of a whole sample more than has passed

    thread.punctuated(1'000, 1'030, 3);
    CHECK(of_thread("punctuate-total") == 3);
    CHECK(of_thread("punctuate-latency-avg") == 10);

    CHECK(of_thread("commit-total") == 0);
    thread.commit_begins(1'100);
    thread.committed(1'350);
    CHECK(of_thread("commit-total") == 1);
    CHECK(of_thread("commit-latency-max") == 250);

    CHECK(of_thread("thread-state") == 1);
    thread.became(thread_state::running);
    CHECK(of_thread("thread-state") == 4);
    CHECK(of_thread("unwritten-records-total") == 0);
    thread.unwritten().add(drop_reason::production, 2);
    CHECK(of_thread("unwritten-records-total") == 2);
}

TEST_CASE("what is measured of records takes the wall clock of the last poll and the round's steps since") {
    metrics_registry registry(recording_level::info, {});
    manual_clock time(1'000'000);
    thread_metrics thread(registry, "t", time);
    thread.polled(0, 50, 1);
    CHECK(thread.wall_now() == 1'000'000);
    thread.round_begins(80);
    CHECK(thread.wall_now() == 1'000'030);
}

TEST_CASE("a thread looks how far its inputs are behind once a second") {
    metrics_registry registry(recording_level::info, {});
    manual_clock time;
    thread_metrics thread(registry, "t", time);
    CHECK(thread.look_due(5'000));
    CHECK_FALSE(thread.look_due(5'999));
    CHECK(thread.look_due(6'000));
}

TEST_CASE("the states of a thread have Kafka's names") {
    CHECK(to_string(thread_state::starting) == "STARTING");
    CHECK(to_string(thread_state::partitions_revoked) == "PARTITIONS_REVOKED");
    CHECK(to_string(thread_state::partitions_assigned) == "PARTITIONS_ASSIGNED");
    CHECK(to_string(thread_state::running) == "RUNNING");
}
