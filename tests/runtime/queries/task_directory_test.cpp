#include "catch.hpp"

#include "src/runtime/queries/task_directory.hpp"

#include <memory>
#include <optional>
#include <vector>

using namespace streams;

namespace {

const task_id first{0, 0};
const task_id second{0, 1};

/// The tasks that are known, and whether these are all.
struct known {
    std::vector<task_id> tasks;
    bool complete;
    friend bool operator==(const known&, const known&) = default;
};

/// A directory of an application with two threads.
struct two_threads {
    two_threads() {
        directory.enter(one);
        directory.enter(other);
    }
    known seen() const {
        const auto answer = directory.of(0);
        known found{{}, answer.complete};
        for (const auto& [task, place] : answer.places) found.tasks.push_back(task);
        return found;
    }

    std::shared_ptr<query_mailbox> one = std::make_shared<query_mailbox>([] {});
    std::shared_ptr<query_mailbox> other = std::make_shared<query_mailbox>([] {});
    task_directory directory;
};

} // namespace

TEST_CASE("the tasks of an application are known when all of its threads have taken on what they were given") {
    two_threads at;
    CHECK(at.seen() == known{{}, false});
    at.directory.publish(at.one, {true, 1, {first}});
    CHECK(at.seen() == known{{first}, false});
    at.directory.publish(at.other, {false, 1, {}});
    CHECK(at.seen() == known{{first}, false});
    at.directory.publish(at.other, {true, 1, {second}});
    CHECK(at.seen() == known{{first, second}, true});
}

TEST_CASE("a task that one thread has given away is on its way until the other knows of the same generation") {
    two_threads at;
    at.directory.publish(at.one, {true, 1, {first, second}});
    at.directory.publish(at.other, {true, 1, {}});
    REQUIRE(at.seen() == known{{first, second}, true});
    at.directory.publish(at.one, {true, 2, {first}}); // before the other has heard anything
    CHECK(at.seen() == known{{first}, false});
    at.directory.publish(at.other, {true, 2, {second}});
    CHECK(at.seen() == known{{first, second}, true});
}

TEST_CASE("what a thread had that ends is on its way until it is given to another, here or elsewhere") {
    two_threads at;
    at.directory.publish(at.one, {true, 1, {first}});
    at.directory.publish(at.other, {true, 1, {second}});
    at.directory.leave(at.other);
    CHECK(at.seen() == known{{first}, false});
    SECTION("to a thread of this application, which takes its place in the group") {
        const auto next = std::make_shared<query_mailbox>([] {});
        at.directory.enter(next);
        at.directory.publish(next, {true, 1, {second}});
        CHECK(at.seen() == known{{first, second}, true});
    }
    SECTION("to another instance") {
        at.directory.publish(at.one, {false, 2, {first}});
        CHECK(at.seen() == known{{first}, false});
        at.directory.publish(at.one, {true, 2, {first}});
        CHECK(at.seen() == known{{first}, true});
    }
    at.directory.leave(at.one);
    CHECK_FALSE(at.seen().complete);
}
