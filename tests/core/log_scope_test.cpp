#include "src/core/log_scope.hpp"

#include "catch.hpp"

#include <streams/core/log.hpp>

#include <string>
#include <vector>

using namespace streams;

namespace {

/// Where a line says that it comes from, as `application/thread/task`.
std::string logged_from() {
    std::string origin;
    set_log_handler([&](const log_entry& entry) {
        origin = std::string(entry.application) + '/' + std::string(entry.thread) + '/' +
                 (entry.task ? to_string(*entry.task) : "");
    });
    log(log_level::info, "here");
    set_log_handler({});
    return origin;
}

} // namespace

TEST_CASE("a line names the innermost task that its thread works on") {
    {
        const task_log_scope outer({0, 1});
        {
            const task_log_scope inner({2, 3});
            CHECK(logged_from() == "//2_3");
        }
        CHECK(logged_from() == "//0_1");
    }
    CHECK(logged_from() == "//");
}

TEST_CASE("what fills the global stores is no task") {
    const task_log_scope global({-1, -1});
    CHECK(logged_from() == "//");
}

TEST_CASE("a thread of one application stays its thread while it calls another") {
    log_origin_here() = {"fraud", "fraud-StreamThread-1", {}};
    {
        const application_log_scope called("other");
        CHECK(logged_from() == "fraud/fraud-StreamThread-1/");
    }
    log_origin_here() = {};
    {
        const application_log_scope called("other");
        CHECK(logged_from() == "other//");
    }
    CHECK(logged_from() == "//");
}
