#include "catch.hpp"
#include "src/runtime/tasks/task_state.hpp"

#include <set>
#include <utility>

using namespace streams;

TEST_CASE("a task may go from each state to these, and to no other") {
    using enum task_state;
    const std::set<std::pair<task_state, task_state>> legal = {
        {planned, opening},   {planned, closing},                                                 //
        {opening, restoring}, {opening, suspended},   {opening, planned},   {opening, closing},   //
        {restoring, running}, {restoring, suspended}, {restoring, planned}, {restoring, closing}, //
        {running, suspended}, {running, planned},     {running, closing},                         //
        {suspended, opening}, {suspended, restoring}, {suspended, running}, {suspended, planned},
        {suspended, closing}, //
        {closing, closed},
    };
    for (int from = 0; from < task_states; ++from)
        for (int to = 0; to < task_states; ++to) {
            const std::pair move(static_cast<task_state>(from), static_cast<task_state>(to));
            INFO("from " << to_string(move.first) << " to " << to_string(move.second));
            CHECK(may_become(move.first, move.second) == legal.contains(move));
        }
}
