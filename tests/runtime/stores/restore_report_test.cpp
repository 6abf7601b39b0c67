#include "catch.hpp"
#include "kafka/captured_log.hpp"
#include "src/runtime/stores/restore_report.hpp"

#include <streams/core/manual_clock.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;

TEST_CASE("how restores go is a line every ten seconds, with what is left over all stores") {
    const tests::captured_log log;
    manual_clock time;
    const restore_listener nobody;
    restore_report report(nobody, time);
    const topic_partition first{"app-counts-changelog", 0};
    const topic_partition second{"app-sums-changelog", 1};
    std::array standing{
        restore_standing{{0, 0}, {.changelog = first, .store = "counts", .begin = 0, .next = 0, .end = 8'000}},
        restore_standing{{0, 1}, {.changelog = second, .store = "sums", .begin = 100, .next = 100, .end = 1'100}}};
    for (const auto& each : standing) report.started(each);
    std::size_t lines = log.lines().size();
    CHECK(lines == 2);
    for (int second_of_time = 1; second_of_time <= 25; ++second_of_time) {
        time.advance(1s);
        for (auto& each : standing) {
            each.progress.next += 20;
            each.progress.rows += 10;
            each.progress.elapsed += 1s;
        }
        if (report.due()) report.tell(standing);
    }
    CHECK(log.lines().size() == lines + 2);
    CHECK(log.lines()[lines] ==
          "restoring 2 stores: 400 of 9000 offsets, some 20 rows a second, about 390 s to go; most is left of "
          "app-counts-changelog-0, which is at offset 200 of 8000");
}

TEST_CASE("a restore listener is told of each step, and the log of begin and end where there is something to restore") {
    const tests::captured_log log;
    const manual_clock time;
    std::vector<std::string> told;
    const auto note = [&](const char* what) {
        return [&told, what](const restore_progress& now) {
            told.push_back(std::string(what) + ' ' + std::string(now.store) + ' ' + std::to_string(now.next));
        };
    };
    const restore_listener listener{.on_restore_start = note("start"),
                                    .on_batch_restored =
                                        [&](const restore_progress& now, std::int64_t rows) {
                                            told.push_back("batch of " + std::to_string(rows) + ", " +
                                                           std::to_string(now.rows) + " in all");
                                        },
                                    .on_restore_end = note("end"),
                                    .on_restore_suspended = note("suspended")};
    restore_report report(listener, time);
    const topic_partition changelog{"app-counts-changelog", 0};
    restore_standing store{{0, 0}, {.changelog = changelog, .store = "counts", .begin = 5, .next = 5, .end = 9}};
    report.started(store);
    store.progress.next = 8;
    store.progress.rows = 3;
    report.restored(store, 3);
    report.suspended(store);
    store.progress.next = 9;
    report.ended(store);
    const restore_standing empty{{0, 1}, {.changelog = changelog, .store = "empty"}};
    report.started(empty);
    report.ended(empty);
    CHECK(told == std::vector<std::string>{"start counts 5", "batch of 3, 3 in all", "suspended counts 8",
                                           "end counts 9", "start empty 0", "end empty 0"});
    CHECK(log.lines() ==
          std::vector<std::string>{"task 0_0 restores store counts from app-counts-changelog-0, offsets 5 to 8",
                                   "task 0_0 restored store counts: 3 rows in 0 ms"});
}
