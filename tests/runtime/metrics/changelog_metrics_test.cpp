#include "catch.hpp"
#include "runtime/metrics/metric_reading.hpp"

#include "src/runtime/metrics/changelog_metrics.hpp"

#include <streams/core/manual_clock.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace streams;
using testing_support::number_in;

namespace {

struct measured_changelogs {
    double lag(const std::string& topic) const {
        return number_in(registry, 0, "consumer-fetch-manager-metrics", "records-lag",
                         {{"client-id", "app-restore-consumer"}, {"topic", topic}, {"partition", "2"}});
    }
    double number(std::string_view group, std::string_view name) const { return number_in(registry, 0, group, name); }
    double remaining() const {
        return number_in(registry, 0, "stream-task-metrics", "restore-remaining-records-total", {{"task-id", "1_2"}});
    }

    metrics_registry registry{recording_level::debug, {}};
    manual_clock time;
    changelog_metrics lags{registry, "app", {{"a", 1}, {"b", 1}}, time};
};

} // namespace

TEST_CASE("a store that is restored says how many records are left, with the others of its task, until it has all") {
    measured_changelogs measured;
    std::vector<std::int64_t> told;
    const restore_listener next{
        .on_restore_start = [&](const restore_progress& now) { told.push_back(now.next); },
        .on_batch_restored = [&](const restore_progress& now, std::int64_t rows) { told.push_back(now.next + rows); },
        .on_restore_end = [&](const restore_progress& now) { told.push_back(now.next); },
        .on_restore_suspended = [&](const restore_progress& now) { told.push_back(now.next); }};
    const auto noted = measured.lags.noting(next);
    const topic_partition of_a{"a-changelog", 2};
    const topic_partition of_b{"b-changelog", 2};
    noted.on_restore_start({.changelog = of_a, .store = "a", .next = 10, .end = 100});
    noted.on_restore_start({.changelog = of_b, .store = "b", .next = 0, .end = 7});
    CHECK(measured.lag("a-changelog") == 90);
    CHECK(measured.remaining() == 97);
    CHECK(measured.number("stream-state-updater-metrics", "active-restoring-tasks") == 1);
    noted.on_batch_restored({.changelog = of_a, .store = "a", .next = 60, .end = 100}, 50);
    CHECK(measured.lag("a-changelog") == 40);
    noted.on_restore_end({.changelog = of_a, .store = "a", .next = 100, .end = 100});
    CHECK(measured.lag("a-changelog") == -1);
    CHECK(measured.remaining() == 7);
    noted.on_restore_suspended({.changelog = of_b, .store = "b", .next = 3, .end = 7});
    CHECK(measured.remaining() == -1);
    CHECK(told == std::vector<std::int64_t>{10, 0, 110, 100, 3});
    CHECK(measured.number("stream-state-updater-metrics", "active-restoring-tasks") == 0);
    CHECK(measured.number("stream-task-metrics", "restore-total") == 50);
    CHECK(measured.number("stream-task-metrics", "restore-rate") > 0);
    CHECK(measured.number("stream-task-metrics", "update-total") == 0);
}

TEST_CASE("a standby says how far it is behind, and nothing is left to restore of it") {
    measured_changelogs measured;
    int told = 0;
    const standby_update_listener next{
        .on_update_start = [&](const standby_update&) { ++told; },
        .on_batch_loaded = [&](const standby_update&, std::int64_t) { ++told; },
        .on_update_suspended = [&](const standby_update&, standby_suspend_reason) { ++told; }};
    const auto noted = measured.lags.noting(next);
    const topic_partition changelog{"a-changelog", 2};
    noted.on_update_start({.changelog = changelog, .store = "a", .task = {1, 2}, .next = 0, .end = 9});
    CHECK(measured.lag("a-changelog") == 9);
    CHECK(measured.remaining() == -1);
    CHECK(measured.number("stream-state-updater-metrics", "standby-updating-tasks") == 1);
    noted.on_batch_loaded({.changelog = changelog, .store = "a", .task = {1, 2}, .next = 9, .end = 9}, 9);
    CHECK(measured.lag("a-changelog") == 0);
    noted.on_update_suspended({.changelog = changelog, .store = "a", .task = {1, 2}, .next = 9, .end = 9},
                              standby_suspend_reason::promoted);
    CHECK(measured.lag("a-changelog") == -1);
    CHECK(told == 3);
    CHECK(measured.number("stream-task-metrics", "update-total") == 9);
}

TEST_CASE("without listeners of the user's nothing is told on") {
    measured_changelogs measured;
    const restore_listener none{};
    const standby_update_listener no_standbys{};
    const topic_partition changelog{"a-changelog", 2};
    CHECK_NOTHROW(measured.lags.noting(none).on_restore_start({.changelog = changelog, .store = "a", .end = 1}));
    CHECK_NOTHROW(measured.lags.noting(no_standbys).on_update_start({.changelog = changelog, .store = "a", .end = 1}));
    CHECK(measured.lag("a-changelog") == 1);
}
