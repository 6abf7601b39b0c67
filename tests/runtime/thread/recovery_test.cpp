#include "catch.hpp"
#include "src/runtime/tasks/task_errors.hpp"
#include "src/runtime/thread/recovery.hpp"
#include "state/disk/incompatible_state_error.hpp"

#include <stdexcept>

using namespace streams;

TEST_CASE("what is done about a failure depends on its class alone") {
    const auto after = [](const auto& error) { return recovery_of(std::make_exception_ptr(error)); };
    CHECK(after(fenced_error("another member has the task")) == recovery::join_again);
    CHECK(after(corrupt_task_error({0, 1}, "rows", "bytes are damaged")) == recovery::rebuild_store);
    CHECK(after(lost_records_error("no broker")) == recovery::roll_back);
    CHECK(after(refused_records_error("too large")) == recovery::pass_over);
    CHECK(after(unknown_partitions_error({0, 1}, "out")) == recovery::set_aside);
    CHECK(after(unknown_outcome_error("no answer to a commit")) == recovery::open_anew);
    CHECK(after(state_error("the disk is full")) == recovery::open_again);
    CHECK(after(incompatible_state_error("of a newer version")) == recovery::none);
    CHECK(after(lost_store_error("no changelog")) == recovery::none);
    CHECK(after(cluster_error("no answer")) == recovery::none);
    CHECK(after(failed_processing_error("a record")) == recovery::none);
    CHECK(after(std::runtime_error("anything else")) == recovery::none);
}

TEST_CASE("tasks are handed over without a last commit where what they did is done again") {
    const auto again = [](const auto& error) { return done_again(std::make_exception_ptr(error)); };
    CHECK(again(fenced_error("another member has the task")));
    CHECK(again(lost_records_error("no broker")));
    CHECK(again(unknown_partitions_error({0, 1}, "out")));
    CHECK(again(cluster_error("no answer")));
    CHECK(again(state_error("the disk is full")));
    CHECK_FALSE(again(lost_store_error("no changelog")));
    CHECK_FALSE(again(failed_processing_error("a record")));
    CHECK_FALSE(again(std::runtime_error("anything else")));
}
